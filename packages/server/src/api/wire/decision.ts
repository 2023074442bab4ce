import { ORDER_PURPOSES, STAGES } from '@holdfast/engine'
import { z } from 'zod'
import type { AlertRecord } from '../alertLog.js'
import type { RecordedDecision } from '../readModel.js'
import { iso, isoTime, known, named, optional, quality, type Wire } from './common.js'

const text = z.string()

export const scopeSchema = named(
  'Scope',
  'What a decision is about.',
  z.union([
    z.object({ kind: z.literal('account'), account: text }),
    z.object({ kind: z.literal('portfolio'), portfolio: text }),
    z.object({ kind: z.literal('underlying'), portfolio: text, underlying: text }),
    z.object({ kind: z.literal('input'), input: text }),
  ]),
)

const tier = z.enum(['notice', 'warning', 'critical'])

export const actionSchema = named(
  'Action',
  'An intent as data; sizes and amounts are decimal strings in the unit named beside them.',
  z.union([
    z.object({
      kind: z.literal('alert'),
      tier,
      summary: text,
      labels: z.record(text, text),
      state: z.enum(['firing', 'resolved']),
    }),
    z.object({
      kind: z.literal('order'),
      purpose: z.enum(ORDER_PURPOSES),
      venue: text,
      account: text,
      instrument: text,
      size: text,
      sizeUnit: text,
      limitPrice: text,
      priceUnit: text,
      reduceOnly: z.boolean(),
    }),
    z.object({ kind: z.literal('collateral'), account: text, asset: text, amount: text }),
    z.object({ kind: z.literal('cancel'), account: text, instruments: z.union([z.array(text), z.literal('all')]) }),
    z.object({ kind: z.literal('halt'), scope: scopeSchema, reason: text }),
  ]),
)

/** A number, `infinity`, `-infinity`, `unknown`, or the word of a measure that is a word (`stale`). */
const measured = z.union([z.number(), z.string()])

export const termSchema = named(
  'ConditionTerm',
  'One comparison of a condition: its measure, what it was, and what it was held against.',
  z.object({
    text,
    measure: text,
    value: measured,
    operator: text,
    threshold: measured,
    unit: text,
    holds: z.union([z.boolean(), z.literal('unknown')]),
  }),
)

export const decisionInputSchema = named(
  'DecisionInput',
  'An input that a decision read, with its age at that moment.',
  z.object({
    name: text,
    value: z.union([z.number(), text]),
    unit: text,
    source: text,
    /** Absent where no source has ever said anything. */
    sourceTime: optional(isoTime),
    ageSeconds: optional(z.number()),
    quality,
  }),
)

export const decisionSchema = named(
  'Decision',
  'An action with its reasons; `sequence` is the turn that recorded it.',
  z.object({
    id: text,
    sequence: z.number(),
    rule: text,
    stage: z.enum(STAGES),
    scope: scopeSchema,
    time: isoTime,
    action: actionSchema,
    outcome: z.enum(['planned', 'papered', 'pending', 'sent', 'denied']),
    condition: text,
    terms: z.array(termSchema),
    inputs: z.array(decisionInputSchema),
    reasons: z.array(text),
  }),
)

export const alertSchema = named(
  'Alert',
  'An alert by the decision that raised it; it stands until `endsAt`.',
  z.object({
    id: text,
    sequence: z.number(),
    rule: text,
    tier,
    summary: text,
    labels: z.record(text, text),
    startsAt: isoTime,
    endsAt: optional(isoTime),
    acknowledged: optional(z.object({ by: text, time: isoTime })),
  }),
)

export type DecisionWire = Wire<z.infer<typeof decisionSchema>>
export type AlertWire = Wire<z.infer<typeof alertSchema>>

export function decisionWire({ decision, sequence }: RecordedDecision): DecisionWire {
  const { time, terms, inputs, reasons, action, ...rest } = decision
  return {
    ...rest,
    sequence,
    time: iso(time),
    action,
    terms: terms.map((term) => ({ ...term, value: measuredWire(term.value), threshold: measuredWire(term.threshold) })),
    inputs: inputs.map(({ ageMs, sourceTime, value, ...input }) => ({
      ...input,
      value: typeof value === 'number' ? measuredWire(value) : value,
      ...known('sourceTime', sourceTime === undefined ? undefined : iso(sourceTime)),
      ...known('ageSeconds', ageMs === undefined ? undefined : ageMs / 1000),
    })),
    reasons,
  }
}

export function alertWire(record: AlertRecord): AlertWire {
  const { startsTime, endsTime, acknowledged, ...rest } = record
  return {
    ...rest,
    startsAt: iso(startsTime),
    ...known('endsAt', endsTime === undefined ? undefined : iso(endsTime)),
    ...known(
      'acknowledged',
      acknowledged === undefined ? undefined : { by: acknowledged.by, time: iso(acknowledged.time) },
    ),
  }
}

function measuredWire(value: number | string): z.infer<typeof measured> {
  if (typeof value === 'string') return value
  if (Number.isNaN(value)) return 'unknown'
  if (Number.isFinite(value)) return value
  return value > 0 ? 'infinity' : '-infinity'
}
