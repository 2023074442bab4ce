import type { AccountAssessment, PositionAssessment } from '../../assess/assessment.js'
import { KILL_MODES, type KillMode, type Scope } from '../../decision.js'
import type { ControlEvent } from '../../event.js'
import { permits } from '../../market/permits.js'
import { worseQuality } from '../../market/quality.js'
import { blockOver, type TrackedOrder } from '../../order/index.js'
import { plainDecimal } from '../configuration/quantity.js'
import { planReduce } from '../plan/reduce.js'
import { type DecideContext, record } from './context.js'
import { killPreviewText, previewKill } from './killPreview.js'
import { accountsIn, EVERYTHING, killSettings, ordersIn, positionsIn, underlyingOf } from './killScope.js'
import { isConnected, outcomeFor } from './passage.js'
import { preTradeOver } from './preTrade.js'

/** Under this name the engine records what a kill does. */
export const KILL = 'act.kill'

/** Orders that the venue keeps though they were withdrawn are withdrawn again after this long. */
const WITHDRAW_AGAIN_MS = 5_000
/** Shares of the slippage allowed that closing orders try in turn, where a venue refuses them. */
const NEARER = [1, 0.5, 0.25, 0.125]
/** A closing order that was refused is followed by another after this long. */
const CLOSE_AGAIN_MS = 1_000
/** An incomplete kill whose remains change is told again at most this often. */
const TELL_AGAIN_MS = 60_000

export type KillNote = { readonly mode: KillMode; readonly drill: boolean; readonly reason: string }

/** What a `kill` control says in its note: `mode=flatten; drill; reason=…`. */
export function killNote({ mode, drill, reason }: KillNote): string {
  return [`mode=${mode}`, ...(drill ? ['drill'] : []), `reason=${reason}`].join('; ')
}

/** Reads it back. A note that is only words is the reason, and the mode is then `cancel`. */
export function readKillNote(note: string | undefined): KillNote {
  const match = /^mode=(\w+)(; drill)?; reason=([\s\S]*)$/.exec(note ?? '')
  const mode = KILL_MODES.find((one) => one === match?.[1])
  if (match === null || mode === undefined) {
    return { mode: 'cancel', drill: false, reason: note === undefined || note === '' ? 'kill switch' : note }
  }
  return { mode, drill: match[2] !== undefined, reason: match[3] === '' ? 'kill switch' : match[3]! }
}

/** A person or a watchdog throws the switch: what opens risk is held back at once; a drill only says what would be done. */
export function throwSwitch(context: DecideContext, control: ControlEvent): void {
  const key = control.target === '' ? EVERYTHING : control.target
  const { mode, drill, reason } = readKillNote(control.note)
  if (drill) tellDrill(context, key, mode, control.actor, reason)
  else beginKill(context, key, { mode, by: control.actor, reason })
}

/** Latches a kill. One that stands already only grows: from cancel to reduce to flatten. */
export function beginKill(
  context: DecideContext,
  key: string,
  { mode, by, reason }: { readonly mode: KillMode; readonly by: string; readonly reason: string },
): void {
  const { draft, now } = context
  const before = draft.get('kills', key)
  if (before !== undefined && KILL_MODES.indexOf(before.mode) >= KILL_MODES.indexOf(mode)) return
  if (draft.get('halts', key) === undefined) draft.set('halts', key, { since: now, by, reason })
  const targets = mode === 'reduce' ? reducedSizes(context, key) : undefined
  draft.set('kills', key, {
    since: before?.since ?? now,
    by,
    reason,
    mode,
    ...(targets === undefined ? {} : { targets }),
    cancelled: before?.cancelled ?? {},
  })
}

/** A person ends what was latched; what else still holds is named. */
export function endKill(context: DecideContext, control: ControlEvent): void {
  const { draft } = context
  const key = control.target === '' ? EVERYTHING : control.target
  const kill = draft.get('kills', key)
  const halt = draft.get('halts', key)
  if (kill === undefined && halt === undefined) return
  draft.delete('kills', key)
  draft.delete('halts', key)
  const cause = kill ?? halt!
  const others = draft.keys('halts').map((other) => {
    const held = draft.get('halts', other)!
    return { what: `halt of ${other}`, why: `${held.by}: ${held.reason}` }
  })
  record(context, {
    ...killDetail(key, 'done'),
    action: {
      kind: 'kill-report',
      scope: key,
      mode: kill?.mode ?? 'cancel',
      state: 'resumed',
      drill: false,
      confirmed: others.length === 0 ? ['rules may open risk again'] : [],
      open: others,
    },
    reasons: [
      `was latched by ${cause.by}: ${cause.reason}`,
      `ended by ${control.actor}${control.note === undefined ? '' : `: ${control.note}`}`,
    ],
    cause: [key, 'resume', control.actor],
  })
}

/**
 * One look at every kill that stands: withdraws, closes, and tells where it stands when that has changed.
 *
 * @param pursued - kills that had their look in this turn, with their mode: one that grew since has another.
 * @returns all that have had it now.
 */
export function pursueKills(
  context: DecideContext,
  pursued: ReadonlyMap<string, KillMode> = new Map(),
): ReadonlyMap<string, KillMode> {
  const standing = new Map(context.draft.keys('kills').map((key) => [key, context.draft.get('kills', key)!.mode]))
  for (const [key, mode] of standing) if (pursued.get(key) !== mode) pursue(context, key)
  return standing
}

/** Kills that the venue has not confirmed in time, in words: a person must know. */
export function incompleteKills(context: DecideContext): readonly { readonly key: string; readonly summary: string }[] {
  return context.draft.keys('kills').flatMap((key) => {
    const { told, mode } = context.draft.get('kills', key)!
    return told?.state === 'incomplete' ? [{ key, summary: `kill ${key} (${mode}) is not complete: ${told.open}` }] : []
  })
}

type Standing = { readonly confirmed: string[]; readonly open: { readonly what: string; readonly why: string }[] }

function pursue(context: DecideContext, key: string): void {
  const kill = context.draft.get('kills', key)!
  const standing: Standing = { confirmed: [], open: [] }
  for (const view of accountsIn(context, key)) {
    withdrawOrders(context, key, view)
    const before = standing.open.length
    followOrders(context, key, view, standing)
    if (kill.mode !== 'cancel') closePositions(context, key, view, standing)
    askVenue(context, key, view, standing)
    if (standing.open.length === before) {
      standing.confirmed.push(
        `${view.account} ${kill.mode === 'cancel' ? 'without orders' : kill.mode === 'reduce' ? 'without orders, reduced' : 'flat, without orders'}`,
      )
    }
  }
  tell(context, key, standing)
}

function withdrawOrders(context: DecideContext, key: string, view: AccountAssessment): void {
  const kill = context.draft.get('kills', key)!
  const { account } = view
  const last = kill.cancelled[account]
  const orders = ordersIn(context, key, account)
  const outcome = outcomeFor(context, account)
  const cancel = (order: TrackedOrder | undefined, cause: string) =>
    record(context, {
      ...killDetail(key, outcome),
      action: {
        kind: 'cancel',
        account,
        instruments: order === undefined ? instrumentsIn(context, key, account) : [order.instrument],
        ...(order === undefined ? {} : { order: order.id }),
      },
      reasons: [`kill ${key} by ${kill.by}: ${kill.reason}`],
      cause: [key, kill.since, account, cause],
    })
  if (last === undefined) {
    // A venue is asked to withdraw everything even where we know of nothing.
    if (isConnected(context, account) || orders.length > 0) cancel(undefined, 'withdraw')
  } else {
    const late = orders.filter(({ updated }) => context.now - Math.max(last, updated) >= WITHDRAW_AGAIN_MS)
    if (late.length === 0) return
    for (const order of late) cancel(order, order.id)
  }
  context.draft.set('kills', key, { ...kill, cancelled: { ...kill.cancelled, [account]: context.now } })
}

function followOrders(context: DecideContext, key: string, { account }: AccountAssessment, standing: Standing): void {
  for (const { id, instrument, status, reason } of ordersIn(context, key, account)) {
    const why = status === 'unresolved' ? `its fate is unknown: ${reason ?? 'no answer'}` : `it is ${status}`
    standing.open.push({ what: `order ${id} in ${instrument} of ${account}`, why })
  }
}

function closePositions(context: DecideContext, key: string, view: AccountAssessment, standing: Standing): void {
  const kill = context.draft.get('kills', key)!
  // An account that could not be read shows no positions: that is not flat.
  if (view.positions.length === 0 && view.missing.length > 0) {
    standing.open.push({ what: view.account, why: `what it holds is not known: missing ${view.missing.join(', ')}` })
  }
  for (const position of positionsIn(key, view)) {
    const target = Number(kill.targets?.[`${view.account}|${position.instrument}`] ?? '0')
    const excess = Math.abs(position.size) - Math.abs(target)
    if (!(excess > 0)) continue
    const why = closeOne(context, key, view, position, excess / Math.abs(position.size))
    if (why === 'at-target') continue
    standing.open.push({
      what: `${position.size} ${position.sizeUnit} of ${position.instrument} in ${view.account}`,
      why,
    })
  }
}

/** @returns why the position is not closed yet; `at-target` where what is left is smaller than one lot of a reduction. */
function closeOne(
  context: DecideContext,
  key: string,
  view: AccountAssessment,
  position: PositionAssessment,
  share: number,
): string {
  const kill = context.draft.get('kills', key)!
  const refused = refusedCloses(context, kill.since, view.account, position.instrument)
  const last = refused.at(-1)
  if (last !== undefined && context.now - last.updated < CLOSE_AGAIN_MS) return `refused: ${last.reason ?? 'no reason'}`
  // Venues refuse limits that are too far from their marks: a nearer one is tried, then the wide one again.
  const maxSlippage = killSettings(context).maxSlippage * NEARER[refused.length % NEARER.length]!
  const plan = planReduce(
    { kind: 'reduce', share, instruments: [position.instrument], maxSlippage },
    view.account,
    context.assessment,
    context.market,
    { left: {}, because: {} },
  )
  if (!plan.ok) return plan.code === 'nothing-to-do' && kill.mode === 'reduce' ? 'at-target' : plan.reason
  const [planned] = plan.actions
  if (planned === undefined || planned.action.kind !== 'order') return 'nothing could be planned'
  const quality = planned.inputs.reduce((worst, input) => worseQuality(worst, input.quality), position.quality)
  if (permits('reduce', quality) === 'refused') return `nothing is traded on ${quality} data`
  const action = { ...planned.action, purpose: 'flatten' as const }
  const block = blockOver(context.orders, context.decisions, action, false)
  if (block !== undefined) return block.code === 'in-flight' ? 'it is being closed' : block.reason
  const refusal = preTradeOver(context, KILL, { ...planned, action })
  if (refusal !== undefined) return `pre-trade control of ${refusal.level}: ${refusal.reason}`
  record(context, {
    ...killDetail(key, outcomeFor(context, view.account)),
    action,
    inputs: planned.inputs,
    reasons: [`kill ${key} by ${kill.by}: ${kill.reason}`, ...planned.notes],
    cause: [key, kill.since, view.account, position.instrument],
  })
  return 'it is being closed'
}

/** Closing orders of a kill that were not taken, oldest first. */
function refusedCloses(
  { orders }: Pick<DecideContext, 'orders'>,
  since: number,
  account: string,
  instrument: string,
): readonly TrackedOrder[] {
  return orders.orders.filter(
    (order) =>
      order.account === account &&
      order.instrument === instrument &&
      order.purpose === 'flatten' &&
      order.since >= since &&
      (order.status === 'rejected' || order.status === 'denied'),
  )
}

/** What a connected account holds counts only by the venue's word, given after everything that was done. */
function askVenue(context: DecideContext, key: string, { account }: AccountAssessment, standing: Standing): void {
  if (!isConnected(context, account)) return
  const kill = context.draft.get('kills', key)!
  const line = context.orders.accounts.find((one) => one.account === account)
  const closing = context.orders.orders.filter(
    (order) => order.account === account && order.purpose === 'flatten' && order.since >= kill.since,
  )
  const done = Math.max(kill.since, kill.cancelled[account] ?? kill.since, ...closing.map(({ updated }) => updated))
  const heard = (time: number | undefined) => time !== undefined && time > done
  if (line === undefined || line.state !== 'connected') {
    standing.open.push({ what: `the venue's word for ${account}`, why: 'there is no line to it' })
  } else if (!heard(line.statementTime) || !heard(line.listTime)) {
    standing.open.push({ what: `the venue's word for ${account}`, why: 'no statement and list of orders since' })
  }
}

function tell(context: DecideContext, key: string, { confirmed, open }: Standing): void {
  const { draft, now } = context
  const kill = draft.get('kills', key)!
  const late = now - kill.since >= killSettings(context).confirmMs
  const state = open.length === 0 ? 'confirmed' : late ? 'incomplete' : 'working'
  const text = open.map(({ what, why }) => `${what} (${why})`).join('; ')
  const { told } = kill
  const changed = told === undefined || told.state !== state
  const again = told !== undefined && state === 'incomplete' && told.open !== text && now - told.time >= TELL_AGAIN_MS
  if (!changed && !again) return
  record(context, {
    ...killDetail(key, 'done'),
    action: { kind: 'kill-report', scope: key, mode: kill.mode, state, drill: false, confirmed, open },
    reasons: [`thrown by ${kill.by}: ${kill.reason}`],
    cause: [key, kill.since, state],
  })
  draft.set('kills', key, { ...draft.get('kills', key)!, told: { state, open: text, time: now } })
}

/** A drill: what would be withdrawn and closed, and what stands in the way; nothing is held back and nothing is sent. */
function tellDrill(context: DecideContext, key: string, mode: KillMode, actor: string, reason: string): void {
  const preview = killPreviewText(previewKill(context, key, mode))
  record(context, {
    ...killDetail(key, 'done'),
    action: { kind: 'kill-report', scope: key, mode, state: 'confirmed', drill: true, ...preview },
    reasons: [`drill by ${actor}: ${reason}`],
    cause: [key, 'drill', actor],
  })
}

function reducedSizes(context: DecideContext, key: string): Readonly<Record<string, string>> {
  const { reduceShare } = killSettings(context)
  const sizes = accountsIn(context, key).flatMap((view) =>
    positionsIn(key, view).map(({ instrument, size }): [string, string] => {
      return [`${view.account}|${instrument}`, plainDecimal(size * (1 - reduceShare))]
    }),
  )
  return Object.fromEntries(sizes)
}

function instrumentsIn(context: DecideContext, key: string, account: string): readonly string[] | 'all' {
  if (underlyingOf(key) === undefined) return 'all'
  return [...new Set(ordersIn(context, key, account).map(({ instrument }) => instrument))].sort()
}

function killDetail(key: string, outcome: 'sent' | 'papered' | 'done' | 'planned' | 'pending' | 'denied' | 'expired') {
  return { rule: KILL, stage: 'live' as const, scope: scopeOf(key), outcome, condition: '', terms: [], inputs: [] }
}

/** The scope that a key was made of; `all` is told as an input of that name. */
function scopeOf(key: string): Scope {
  const [kind = '', name = ''] = key.split(/:(.*)/)
  if (kind === 'account') return { kind, account: name }
  if (kind === 'portfolio') return { kind, portfolio: name }
  if (kind === 'underlying') {
    const cut = name.lastIndexOf('/')
    return { kind, portfolio: name.slice(0, cut), underlying: name.slice(cut + 1) }
  }
  return { kind: 'input', input: key }
}
