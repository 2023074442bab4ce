import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { requireScope } from '../guard.js'
import { pageOf, pageQuery, paginate } from '../page.js'
import { Problem } from '../problem.js'
import { alertSchema, alertWire, decisionSchema, decisionWire } from '../wire/decision.js'
import { explanationSchema, ruleSchema, ruleWire, whyNotSchema } from '../wire/house.js'
import type { RouteContext } from './context.js'
import { callerOf, idempotencyHeader, idempotencyKey, once, say } from './word.js'

const decisionsQuery = z.strictObject({
  ...pageQuery,
  rule: z.string().optional(),
  kind: z.enum(['alert', 'order', 'collateral', 'cancel', 'halt', 'kill-report', 'stage', 'adopt']).optional(),
})
const alertsQuery = z.strictObject({ ...pageQuery, state: z.enum(['firing', 'resolved']).optional() })
const acknowledgement = z.strictObject({ note: z.string().max(500).optional() })
const idParams = z.object({ id: z.string() })

/** What was decided and why, what was not and why not, and what people were told. */
export function decisionRoutes(app: FastifyInstance, context: RouteContext): void {
  const { ports, model } = context

  const findDecision = (id: string) => {
    const found = model.decision(id)
    if (found === undefined) throw new Problem('NOT_FOUND', `there is no decision "${id}", or it has aged out`)
    return found
  }

  app.get<{ Querystring: z.output<typeof decisionsQuery> }>(
    '/v1/decisions',
    {
      schema: {
        summary: 'Decisions, newest first',
        querystring: decisionsQuery,
        response: { 200: pageOf(decisionSchema) },
      },
    },
    (request) => {
      const { rule, kind } = request.query
      const chosen = model
        .decisions()
        .filter(({ decision }) => rule === undefined || decision.rule === rule)
        .filter(({ decision }) => kind === undefined || decision.action.kind === kind)
        .toReversed()
      const page = paginate(chosen, ({ decision }) => decision.id, request.query)
      return { ...page, items: page.items.map(decisionWire) }
    },
  )

  app.get<{ Params: { id: string } }>(
    '/v1/decisions/:id',
    { schema: { summary: 'One decision', params: idParams, response: { 200: decisionSchema } } },
    (request) => decisionWire(findDecision(request.params.id)),
  )

  app.get<{ Params: { id: string } }>(
    '/v1/decisions/:id/explain',
    { schema: { summary: 'Why it was made, in words', params: idParams, response: { 200: explanationSchema } } },
    (request) => ({ id: request.params.id, text: ports.explain(findDecision(request.params.id).decision) }),
  )

  app.get(
    '/v1/rules',
    { schema: { summary: 'The rulebook', response: { 200: z.object({ items: z.array(ruleSchema) }) } } },
    () => ({ items: ports.rules().map((rule) => ruleWire(rule, model.view()?.time ?? 0)) }),
  )

  app.get<{ Params: { id: string } }>(
    '/v1/rules/:id/why-not',
    {
      schema: {
        summary: 'For each scope: whether the rule fires, and if not, what would flip it',
        params: idParams,
        response: { 200: whyNotSchema },
      },
    },
    (request) => {
      const scopes = ports.whyNot(request.params.id)
      if (scopes === undefined) throw new Problem('NOT_FOUND', `there is no rule "${request.params.id}"`)
      return { rule: request.params.id, scopes }
    },
  )

  app.get<{ Querystring: z.output<typeof alertsQuery> }>(
    '/v1/alerts',
    {
      schema: { summary: 'Alerts, newest first', querystring: alertsQuery, response: { 200: pageOf(alertSchema) } },
    },
    (request) => {
      const { state } = request.query
      const chosen = model.alerts
        .list()
        .filter((alert) => state === undefined || (alert.endsTime === undefined) === (state === 'firing'))
        .toReversed()
      const page = paginate(chosen, (alert) => alert.id, request.query)
      return { ...page, items: page.items.map(alertWire) }
    },
  )

  if (ports.submit !== undefined) acknowledgeRoute(app, context, ports.submit)
}

function acknowledgeRoute(
  app: FastifyInstance,
  { ports, model, idempotency }: RouteContext,
  submit: NonNullable<RouteContext['ports']['submit']>,
): void {
  app.post<{ Params: { id: string }; Body: z.output<typeof acknowledgement> }>(
    '/v1/alerts/:id/acknowledge',
    {
      schema: {
        summary: 'Says that a person has seen an alert; recorded in the journal with who and when',
        headers: idempotencyHeader,
        params: idParams,
        body: acknowledgement,
        response: { 200: alertSchema },
      },
    },
    (request, reply) => {
      const { id } = request.params
      const caller = callerOf(request)
      requireScope(caller, 'act')
      const key = idempotencyKey(request)
      if (model.alerts.find(id) === undefined) {
        throw new Problem('NOT_FOUND', `there is no alert "${id}", or it has aged out`, { outcome: 'not_sent' })
      }
      const { note } = request.body
      const word = { command: 'acknowledge', target: id, ...(note === undefined ? {} : { note }) } as const
      return once({ ports, idempotency }, request, reply, key, async () => {
        await say(ports, submit, caller.id, word)
        return alertWire(model.alerts.acknowledge(id, caller.id, ports.now())!)
      })
    },
  )
}
