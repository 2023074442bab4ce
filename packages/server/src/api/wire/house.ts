import { type Assessment, STAGES, type Turn } from '@holdfast/engine'
import { z } from 'zod'
import type { MarketPicture } from '../marketMemory.js'
import type { ApiPorts, RuleView, RunView } from '../ports.js'
import type { JournalHead, ReadModel } from '../readModel.js'
import { iso, isoTime, known, named, optional, quality, type Wire } from './common.js'

const text = z.string()
const number = z.number()

export const journalHeadSchema = named(
  'JournalHead',
  'The latest record of the journal; its hash covers all before it.',
  z.object({ sequence: number, hash: text, time: isoTime }),
)

export const statusSchema = named(
  'Status',
  'What runs, how far it is, and when the loop last did its work. `engineTime` is the time of the data, `serverTime` the wall clock.',
  z.object({
    name: text,
    version: text,
    state: z.enum(['starting', 'running', 'paused', 'finished', 'failed']),
    serverTime: isoTime,
    startedTime: isoTime,
    lastTurnTime: optional(isoTime),
    engineTime: optional(isoTime),
    turns: number,
    speed: z.union([number, z.literal('max')]),
    progress: optional(number),
    configurationHash: text,
    rulebookHash: text,
    fault: optional(text),
    journal: optional(journalHeadSchema),
    decisions: number,
    alertsFiring: number,
    inputs: z.object({ live: number, delayed: number, suspect: number, stale: number, unknown: number }),
    underlyings: z.array(text),
    canAcknowledge: z.boolean(),
  }),
)

export const turnSchema = named(
  'Turn',
  'One turn of the loop as the journal has it, without its events.',
  z.object({
    sequence: number,
    time: isoTime,
    events: number,
    decisions: z.array(text),
    assessmentDigest: text,
    stateDigest: text,
  }),
)

const seen = { source: text, sourceTime: isoTime, receivedTime: isoTime, quality, ageSeconds: number }

export const marketSchema = named(
  'Market',
  'What is believed about an underlying: prices in USD per unit, slices as raw SVI [a, b, rho, m, sigma] of total variance in ln(K/F).',
  z.object({
    underlying: text,
    time: isoTime,
    index: optional(z.object({ price: number, ...seen })),
    forwards: z.array(z.object({ expiry: isoTime, price: number, ...seen })),
    slices: z.array(z.object({ expiry: isoTime, svi: z.array(number), ...seen })),
  }),
)

export const ruleSchema = named(
  'Rule',
  'A rule of the rulebook: its bounds, and for rules that act their place on the ladder.',
  z.object({
    id: text,
    stage: text,
    scope: text,
    condition: text,
    action: text,
    bounds: z.array(z.object({ per: z.enum(['action', 'hour', 'day']), amount: text, unit: text })),
    ladder: optional(
      z.object({
        stage: z.enum(STAGES),
        since: optional(isoTime),
        ageSeconds: optional(number),
        decisions: number,
        denied: number,
        next: optional(z.enum(STAGES)),
        criteria: z.array(z.object({ text, met: z.boolean() })),
      }),
    ),
  }),
)

export const whyNotSchema = named(
  'WhyNot',
  'For each scope of a rule: whether it fires, waits, is held back, or cannot see; and what would flip it.',
  z.object({
    rule: text,
    scopes: z.array(z.object({ subject: text, state: z.enum(['fires', 'armed', 'held', 'blind']), text })),
  }),
)

export const explanationSchema = named('Explanation', 'A decision in words.', z.object({ id: text, text }))

export const historySchema = named(
  'History',
  'A series in time; `low` and `high` are the extremes of all that a point stands for.',
  z.object({
    name: text,
    points: z.array(z.object({ time: isoTime, last: number, low: number, high: number })),
  }),
)

export type RuleWire = Wire<z.infer<typeof ruleSchema>>
export type StatusWire = Wire<z.infer<typeof statusSchema>>
export type TurnWire = Wire<z.infer<typeof turnSchema>>
export type MarketWire = Wire<z.infer<typeof marketSchema>>

export function statusWire(ports: ApiPorts, model: ReadModel): StatusWire {
  const run: RunView = ports.run()
  const head = model.head()
  const { startedTime, lastTurnWallTime, ...rest } = run
  return {
    ...rest,
    serverTime: iso(ports.now()),
    startedTime: iso(startedTime),
    ...known('lastTurnTime', lastTurnWallTime === undefined ? undefined : iso(lastTurnWallTime)),
    ...known('engineTime', head === undefined ? undefined : iso(head.time)),
    ...known('journal', head === undefined ? undefined : journalHeadWire(head)),
    decisions: model.decisions().length,
    alertsFiring: model.alerts.list().filter((alert) => alert.endsTime === undefined).length,
    inputs: countQualities(model.assessment()),
    underlyings: model.market.underlyings(),
    canAcknowledge: ports.submit !== undefined,
  }
}

export function ruleWire({ ladder, ...rule }: RuleView, now: number): RuleWire {
  if (ladder === undefined) return rule
  const { since, next, ...rest } = ladder
  return {
    ...rule,
    ladder: {
      ...rest,
      ...known('since', since === undefined ? undefined : iso(since)),
      ...known('ageSeconds', since === undefined ? undefined : Math.max(0, now - since) / 1000),
      ...known('next', next),
    },
  }
}

export function journalHeadWire(head: JournalHead) {
  return { sequence: head.sequence, hash: head.hash, time: iso(head.time) }
}

export function turnWire(turn: Turn): TurnWire {
  return {
    sequence: turn.sequence,
    time: iso(turn.time),
    events: turn.events.length,
    decisions: turn.decisions.map((decision) => decision.id),
    assessmentDigest: turn.assessmentDigest,
    stateDigest: turn.stateDigest,
  }
}

/** What was observed of an underlying, with the guard's verdict on each where it gave one. */
export function marketWire(picture: MarketPicture, assessment: Assessment): MarketWire {
  const verdicts = new Map(assessment.inputs.map((input) => [input.name, input]))
  const stamp = (name: string, at: { source: string; sourceTime: number; receivedTime: number }) => ({
    source: at.source,
    sourceTime: iso(at.sourceTime),
    receivedTime: iso(at.receivedTime),
    quality: verdicts.get(name)?.quality ?? ('unknown' as const),
    ageSeconds: (assessment.time - at.sourceTime) / 1000,
  })
  const { underlying, index, forwards, slices } = picture
  const day = (expiry: number) => iso(expiry).slice(0, 10)
  return {
    underlying,
    time: iso(assessment.time),
    ...known('index', index === undefined ? undefined : { price: index.price, ...stamp(`index:${underlying}`, index) }),
    forwards: forwards.map((forward) => ({
      expiry: iso(forward.expiry),
      price: forward.price,
      ...stamp(`forward:${underlying}:${day(forward.expiry)}`, forward),
    })),
    slices: slices.map((slice) => ({
      expiry: iso(slice.expiry),
      svi: slice.svi,
      ...stamp(`surface:${underlying}:${day(slice.expiry)}`, slice),
    })),
  }
}

function countQualities(assessment: Assessment | undefined): StatusWire['inputs'] {
  const counts = { live: 0, delayed: 0, suspect: 0, stale: 0, unknown: 0 }
  for (const input of assessment?.inputs ?? []) counts[input.quality] += 1
  return counts
}
