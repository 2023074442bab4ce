import { type AccountLine, type EngineView, isLive, KILL, type Kill, ORDER_STATUSES } from '@holdfast/engine'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { pageOf, pageQuery, paginate } from '../page.js'
import type { ConfiguredAccount } from '../ports.js'
import { Problem } from '../problem.js'
import {
  type ApprovalWire,
  approvalSchema,
  attributionSchema,
  attributionWire,
  fillSchema,
  fillWire,
  type KillsWire,
  type KillWire,
  killsSchema,
  orderSchema,
  orderWire,
  type VenuesWire,
  venuesSchema,
} from '../wire/acting.js'
import { iso, known } from '../wire/common.js'
import type { RouteContext } from './context.js'

const ordersQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(['live', 'done', ...ORDER_STATUSES]).optional(),
  account: z.string().optional(),
})
const fillsQuery = z.strictObject({ ...pageQuery, account: z.string().optional(), rule: z.string().optional() })

/** What acting knows: orders, trades and what they came to, what waits for people, lines and guards, kills. */
export function actingRoutes(app: FastifyInstance, context: RouteContext): void {
  const { ports, model } = context

  app.get<{ Querystring: z.output<typeof ordersQuery> }>(
    '/v1/orders',
    {
      schema: {
        summary: 'Orders, newest first; `live` are those that may still trade',
        querystring: ordersQuery,
        response: { 200: pageOf(orderSchema) },
      },
    },
    (request) => {
      const { status, account } = request.query
      const { time } = currentView(context)
      const chosen = model.orders
        .orders()
        .filter((order) => account === undefined || order.account === account)
        .filter((order) => {
          if (status === undefined) return true
          if (status === 'live' || status === 'done') return isLive(order.status) === (status === 'live')
          return order.status === status
        })
        .toReversed()
      const page = paginate(chosen, ({ id }) => id, request.query)
      return { ...page, items: page.items.map((order) => orderWire(order, time)) }
    },
  )

  app.get<{ Querystring: z.output<typeof fillsQuery> }>(
    '/v1/fills',
    {
      schema: {
        summary: 'Trades of ours, newest first',
        querystring: fillsQuery,
        response: { 200: pageOf(fillSchema) },
      },
    },
    (request) => {
      const { account, rule } = request.query
      const chosen = model.orders
        .fills()
        .filter((fill) => account === undefined || fill.account === account)
        .filter((fill) => rule === undefined || fill.rule === rule)
        .toReversed()
      const page = paginate(chosen, (fill) => `${fill.account} ${fill.fillId}`, request.query)
      return { ...page, items: page.items.map(fillWire) }
    },
  )

  app.get(
    '/v1/attribution',
    { schema: { summary: 'P&L and costs of trading, by rule', response: { 200: attributionSchema } } },
    () => {
      const { time } = currentView(context)
      const prices = ports.prices?.() ?? { mark: () => undefined, asset: () => undefined }
      return attributionWire(model.attribution.at(prices), time)
    },
  )

  app.get(
    '/v1/approvals',
    {
      schema: {
        summary: 'What waits for people, the next to lapse first',
        response: { 200: z.object({ items: z.array(approvalSchema) }) },
      },
    },
    () => ({ items: approvalsWire(context) }),
  )

  app.get(
    '/v1/venues',
    { schema: { summary: 'Lines to accounts, guards there, states of venues', response: { 200: venuesSchema } } },
    () => venuesWire(context),
  )

  app.get('/v1/kill', { schema: { summary: 'Kills and halts that stand', response: { 200: killsSchema } } }, () =>
    killsWire(context),
  )
}

/** The engine's latest view, or a retryable refusal before there is any. */
export function currentView({ model }: Pick<RouteContext, 'model'>): EngineView {
  const view = model.view()
  if (view === undefined) throw new Problem('NOT_READY', 'no turn of the loop has been recorded yet')
  return view
}

/** Scopes that can be killed: everything, then each portfolio, underlying in one, and account. */
export function scopesOf({ assessment }: Pick<EngineView, 'assessment'>): readonly string[] {
  return [
    'all',
    ...assessment.portfolios.map(({ portfolio }) => `portfolio:${portfolio}`),
    ...assessment.portfolios.flatMap(({ portfolio, greeks }) =>
      greeks.map(({ underlying }) => `underlying:${portfolio}/${underlying}`),
    ),
    ...assessment.accounts.map(({ account }) => `account:${account}`),
  ]
}

function approvalsWire(context: RouteContext): readonly ApprovalWire[] {
  const { rules, time } = currentView(context)
  const bounds = new Map(context.ports.rules().map((rule) => [rule.id, rule.bounds]))
  return Object.entries(rules.approvals)
    .map(([id, approval]) => ({
      id,
      rule: approval.rule,
      scope: approval.scope,
      action: approval.action,
      condition: approval.condition,
      bounds: bounds.get(approval.rule) ?? [],
      since: iso(approval.since),
      expires: iso(approval.expires),
      expiresInSeconds: Math.max(0, approval.expires - time) / 1000,
      people: approval.people,
      confirmed: approval.confirmed,
      fourEyes: approval.people > 1,
    }))
    .sort((a, b) => a.expiresInSeconds - b.expiresInSeconds || (a.id < b.id ? -1 : 1))
}

function venuesWire(context: RouteContext): VenuesWire {
  const { orders, time } = currentView(context)
  const age = (at: number | undefined) => (at === undefined ? undefined : Math.max(0, time - at) / 1000)
  const configured = context.ports.accounts?.() ?? []
  return {
    time: iso(time),
    lines: configured.map((account) => {
      const line = orders.accounts.find((one) => one.account === account.id)
      const ahead = context.model.clockAheadMs(account.id)
      return {
        ...lineWire(account, line),
        ...known('since', line?.since === undefined ? undefined : iso(line.since)),
        ...known('ageSeconds', age(line?.since)),
        ...known('statementAgeSeconds', age(line?.statementTime)),
        ...known('orderListAgeSeconds', age(line?.listTime)),
        ...known('clockAheadSeconds', ahead === undefined ? undefined : ahead / 1000),
      }
    }),
    venues: orders.venues.map(({ venue, state, since, detail }) => ({
      venue,
      state,
      since: iso(since),
      ageSeconds: age(since) ?? 0,
      ...known('detail', detail),
    })),
  }
}

/** An account without a connection has no line and needs none; one whose line was never heard of is not reconciled. */
function lineWire({ id, venue, connection }: ConfiguredAccount, line: AccountLine | undefined) {
  const begun = line !== undefined && line.state !== 'no-session'
  const session = connection === undefined ? 'none' : begun ? (line.state as 'connected' | 'lost') : 'not-begun'
  const waiting = line?.waits ?? (connection === undefined ? [] : ['its line has not been opened yet'])
  return {
    account: id,
    venue,
    ...known('connection', connection),
    session,
    reconciled: waiting.length === 0,
    waits: waiting,
    differences: line?.differences ?? [],
    guards: line?.guards.map(({ name, state, gaps }) => ({ name, state, gaps })) ?? [],
  } as const
}

export function killsWire(context: Pick<RouteContext, 'model'>): KillsWire {
  const view = currentView(context)
  const { kills, halts } = view.rules
  return {
    time: iso(view.time),
    scopes: scopesOf(view),
    kills: Object.entries(kills).map(([scope, kill]) => killWire(context, scope, kill, view.time)),
    halts: Object.entries(halts).map(([scope, { since, by, reason }]) => ({ scope, since: iso(since), by, reason })),
  }
}

/** A kill as it was last reported: until then it is being worked on. */
function killWire({ model }: Pick<RouteContext, 'model'>, scope: string, kill: Kill, now: number): KillWire {
  const report = model
    .decisions()
    .findLast(
      ({ decision: { rule, action, time } }) =>
        rule === KILL &&
        action.kind === 'kill-report' &&
        action.scope === scope &&
        action.mode === kill.mode &&
        !action.drill &&
        action.state !== 'resumed' &&
        time >= kill.since,
    )?.decision
  const told = report?.action.kind === 'kill-report' ? report.action : undefined
  const state = told === undefined || told.state === 'resumed' ? 'working' : told.state
  return {
    scope,
    mode: kill.mode,
    since: iso(kill.since),
    ageSeconds: Math.max(0, now - kill.since) / 1000,
    by: kill.by,
    reason: kill.reason,
    state,
    ...known('reported', report === undefined ? undefined : iso(report.time)),
    confirmed: told?.confirmed ?? [],
    open: told?.open ?? [],
  }
}
