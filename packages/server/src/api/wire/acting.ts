import {
  KILL_MODES,
  type KillPreview,
  ORDER_PURPOSES,
  ORDER_STATUSES,
  type TrackedOrder,
  VENUE_STATES,
} from '@holdfast/engine'
import { parseInstrumentKey, sizeUnit } from '@holdfast/quant'
import { z } from 'zod'
import type { Attribution } from '../../report/attribution.js'
import type { FillRecord } from '../orderLog.js'
import { iso, isoTime, known, named, optional, type Wire } from './common.js'
import { actionSchema, decisionSchema, scopeSchema } from './decision.js'

const text = z.string()
const number = z.number()
const count = z.number().int()

export const orderSchema = named(
  'Order',
  'An order as it is followed. Sizes are exact decimals, signed (> 0 buys), in `sizeUnit`; prices in `priceUnit`. Status `unresolved`: its fate is not known, it may be at the venue.',
  z.object({
    id: text,
    ours: z.boolean(),
    rule: optional(text),
    purpose: optional(z.enum(ORDER_PURPOSES)),
    parent: optional(text),
    account: text,
    instrument: text,
    size: text,
    sizeUnit: text,
    filled: text,
    limitPrice: optional(text),
    averagePrice: optional(text),
    priceUnit: text,
    reduceOnly: z.boolean(),
    status: z.enum(ORDER_STATUSES),
    reason: optional(text),
    since: isoTime,
    updated: isoTime,
    ageSeconds: number,
    venueOrders: z.array(z.object({ id: text, status: z.enum(ORDER_STATUSES), filled: text })),
  }),
)

export const fillSchema = named(
  'Fill',
  'A trade of ours. `size` is signed in `sizeUnit`, `price` in `priceUnit`, `fee` in `feeAsset`, > 0 when paid.',
  z.object({
    id: text,
    time: isoTime,
    account: text,
    instrument: text,
    order: optional(text),
    rule: optional(text),
    size: text,
    sizeUnit: text,
    price: text,
    priceUnit: text,
    fee: text,
    feeAsset: text,
  }),
)

export const attributionSchema = named(
  'Attribution',
  'What trading came to, by rule. Exact decimals in `asset`: pnl of the trades at the mark, slippage (> 0 paid) against the middle of bid and ask when the order was decided, marketMove = pnl + slippage, fees (> 0 paid). USD figures are model numbers. Funding is by account, > 0 received.',
  z.object({
    time: isoTime,
    rules: z.array(
      z.object({
        rule: text,
        trades: count,
        pnlUsd: optional(number),
        slippageUsd: optional(number),
        feesUsd: optional(number),
        netUsd: optional(number),
      }),
    ),
    instruments: z.array(
      z.object({
        rule: text,
        account: text,
        instrument: text,
        asset: text,
        trades: count,
        size: text,
        sizeUnit: text,
        pnl: optional(text),
        slippage: optional(text),
        marketMove: optional(text),
        withoutMiddle: count,
        fees: z.record(text, text),
      }),
    ),
    funding: z.array(z.object({ account: text, asset: text, amount: text })),
  }),
)

export const approvalSchema = named(
  'Approval',
  'A decision that waits for people. It lapses at `expires`; `people` different ones must confirm.',
  z.object({
    id: text,
    rule: text,
    scope: scopeSchema,
    action: actionSchema,
    condition: text,
    bounds: z.array(z.object({ per: z.enum(['action', 'hour', 'day']), amount: text, unit: text })),
    since: isoTime,
    expires: isoTime,
    expiresInSeconds: number,
    people: count,
    confirmed: z.array(text),
    fourEyes: z.boolean(),
  }),
)

export const venueLineSchema = named(
  'Line',
  'How an account stands at its venue: the session, whether it is reconciled or what it waits for, the safety devices there with what they do not cover. `clockAheadSeconds` is how far our clock was ahead of the time in its latest message: travel time and skew of the clocks together.',
  z.object({
    account: text,
    venue: text,
    connection: optional(text),
    session: z.enum(['none', 'connected', 'lost', 'not-begun']),
    since: optional(isoTime),
    ageSeconds: optional(number),
    reconciled: z.boolean(),
    waits: z.array(text),
    differences: z.array(text),
    statementAgeSeconds: optional(number),
    orderListAgeSeconds: optional(number),
    clockAheadSeconds: optional(number),
    guards: z.array(
      z.object({
        name: z.enum(['cancel-on-disconnect', 'market-maker-protection', 'scheduled-cancel']),
        state: z.enum(['armed', 'not-armed', 'triggered', 'unknown']),
        gaps: z.array(text),
      }),
    ),
  }),
)

export const venuesSchema = named(
  'Venues',
  'Lines to accounts, and what each venue lets through.',
  z.object({
    time: isoTime,
    lines: z.array(venueLineSchema),
    venues: z.array(
      z.object({
        venue: text,
        state: z.enum(VENUE_STATES),
        since: isoTime,
        ageSeconds: number,
        detail: optional(text),
      }),
    ),
  }),
)

const remains = z.array(z.object({ what: text, why: text }))

export const killSchema = named(
  'Kill',
  'A kill that stands. `confirmed`: by the venue; `open`: what is not done, each with why.',
  z.object({
    scope: text,
    mode: z.enum(KILL_MODES),
    since: isoTime,
    ageSeconds: number,
    by: text,
    reason: text,
    state: z.enum(['working', 'confirmed', 'incomplete']),
    reported: optional(isoTime),
    confirmed: z.array(text),
    open: remains,
  }),
)

export const killsSchema = named(
  'Kills',
  'Kills that stand, and halts: scopes in which nothing may open risk.',
  z.object({
    time: isoTime,
    scopes: z.array(text),
    kills: z.array(killSchema),
    halts: z.array(z.object({ scope: text, since: isoTime, by: text, reason: text })),
  }),
)

export const killPreviewSchema = named(
  'KillPreview',
  'What a kill would do now. Costs are USD against the middle of bid and ask, > 0 paid, fees not included: at the best price, and at most, at the limit. `costKnownFor` counts the positions whose cost is in the sums.',
  z.object({
    time: isoTime,
    scope: text,
    mode: z.enum(KILL_MODES),
    accounts: z.array(text),
    cancels: z.array(orderSchema),
    closes: z.array(
      z.object({
        account: text,
        instrument: text,
        held: number,
        size: text,
        sizeUnit: text,
        limitPrice: text,
        bestPrice: number,
        priceUnit: text,
        shownSize: optional(number),
        costUsd: optional(number),
        costUsdMax: optional(number),
      }),
    ),
    open: remains,
    costUsd: number,
    costUsdMax: number,
    costKnownFor: count,
  }),
)

export const actedSchema = named(
  'Acted',
  'What became of a word of a person: `done`, or `pending` where more people or the venue have yet to confirm. `sequence` is the turn that recorded it.',
  z.object({ outcome: z.enum(['done', 'pending']), sequence: number, text, decisions: z.array(decisionSchema) }),
)

export type OrderWire = Wire<z.infer<typeof orderSchema>>
export type FillWire = Wire<z.infer<typeof fillSchema>>
export type AttributionWire = Wire<z.infer<typeof attributionSchema>>
export type ApprovalWire = Wire<z.infer<typeof approvalSchema>>
export type VenuesWire = Wire<z.infer<typeof venuesSchema>>
export type KillWire = Wire<z.infer<typeof killSchema>>
export type KillsWire = Wire<z.infer<typeof killsSchema>>
export type KillPreviewWire = Wire<z.infer<typeof killPreviewSchema>>
export type ActedWire = Wire<z.infer<typeof actedSchema>>

export function orderWire(order: TrackedOrder, now: number): OrderWire {
  const { since, updated, rule, purpose, parent, limitPrice, averagePrice, reason } = order
  const { id, ours, account, instrument, size, filled, reduceOnly, status, venueOrders } = order
  return {
    id,
    ours,
    account,
    instrument,
    size,
    filled,
    reduceOnly,
    status,
    venueOrders: venueOrders.map((one) => ({ id: one.id, status: one.status, filled: one.filled })),
    ...unitsOf(instrument),
    ...known('rule', rule),
    ...known('purpose', purpose),
    ...known('parent', parent),
    ...known('limitPrice', limitPrice),
    ...known('averagePrice', averagePrice),
    ...known('reason', reason),
    since: iso(since),
    updated: iso(updated),
    ageSeconds: Math.max(0, now - since) / 1000,
  }
}

export function fillWire(fill: FillRecord): FillWire {
  const { account, instrument, size, price, fee, feeAsset } = fill
  return {
    id: fill.fillId,
    time: iso(fill.sourceTime),
    account,
    instrument,
    size,
    price,
    fee,
    feeAsset,
    ...unitsOf(instrument),
    ...known('order', fill.decisionId),
    ...known('rule', fill.rule),
  }
}

export function attributionWire({ rules, instruments, funding }: Attribution, time: number): AttributionWire {
  return {
    time: iso(time),
    rules,
    instruments: instruments.map((one) => ({ ...one, sizeUnit: unitsOf(one.instrument).sizeUnit })),
    funding,
  }
}

export function killPreviewWire(preview: KillPreview, now: number): KillPreviewWire {
  const { scope, mode, accounts, cancels, closes, open } = preview
  const priced = closes.filter(({ costUsd }) => costUsd !== undefined)
  return {
    time: iso(now),
    scope,
    mode,
    accounts,
    cancels: cancels.map((order) => orderWire(order, now)),
    closes: closes.map(({ order, account, instrument, held, bestPrice, shownSize, costUsd, costUsdMax }) => ({
      account,
      instrument,
      held,
      size: order.size,
      sizeUnit: order.sizeUnit,
      limitPrice: order.limitPrice,
      bestPrice,
      priceUnit: order.priceUnit,
      ...known('shownSize', shownSize),
      ...known('costUsd', costUsd),
      ...known('costUsdMax', costUsdMax),
    })),
    open,
    costUsd: priced.reduce((sum, one) => sum + (one.costUsd ?? 0), 0),
    costUsdMax: priced.reduce((sum, one) => sum + (one.costUsdMax ?? 0), 0),
    costKnownFor: priced.length,
  }
}

/** Units of size and price by the instrument's key; a venue's own symbol that is no key has none. */
function unitsOf(key: string): { readonly sizeUnit: string; readonly priceUnit: string } {
  const instrument = parseInstrumentKey(key)
  if (instrument === undefined) return { sizeUnit: 'unknown', priceUnit: 'unknown' }
  return {
    sizeUnit: sizeUnit(instrument),
    priceUnit: instrument.kind === 'option' ? instrument.settle : instrument.quote,
  }
}
