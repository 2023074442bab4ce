import { z } from 'zod'
import { moneyText, parseMoney } from '../book/money.js'
import { parseInstant } from '../policy/configuration/instant.js'
import { didYouMean } from '../text/suggest.js'
import type { ClearingDecision } from './decision.js'
import type { ClearingEvent } from './event.js'

/*
 * Clearing events as JSON, one a line: money and sizes are decimal strings, times epoch milliseconds or RFC 3339 in UTC.
 */

const money = z
  .string()
  .meta({ pattern: '^[+-]?[0-9]+(\\.[0-9]+)?$', examples: ['12.50'] })
  .transform((text, context): bigint => {
    const amount = parseMoney(text)
    if (amount !== undefined) return amount
    context.addIssue({
      code: 'custom',
      message: `'${text}' is no decimal string of at most 18 decimals, at most 8.5e19`,
    })
    return z.NEVER
  })

const instant = z.union([
  z.number().int(),
  z.string().transform((text, context): number => {
    const time = parseInstant(text)
    if (time !== undefined) return time
    context.addIssue({ code: 'custom', message: `'${text}' is no instant in UTC` })
    return z.NEVER
  }),
])

const name = z.string().min(1)
const mark = { market: name, price: money, average: money, confidence: money, publishedTime: instant }
const index = z.strictObject({ underlying: name, price: money, confidence: money, publishedTime: instant })
const surface = z.strictObject({
  underlying: name,
  expiry: instant,
  forward: z.number(),
  svi: z.strictObject({ a: z.number(), b: z.number(), rho: z.number(), m: z.number(), sigma: z.number() }),
  publishedTime: instant,
})
const expiring = { underlying: name, expiry: instant }
const figure = z.union([
  z.strictObject({ kind: z.enum(['rate', 'forward-fixed']), ...expiring }),
  z.strictObject({ kind: z.literal('confidence'), of: z.enum(['forward', 'rate', 'vol']), ...expiring }),
  z.strictObject({ kind: z.literal('confidence'), of: z.literal('perpetual'), underlying: name }),
  z.strictObject({ kind: z.literal('confidence'), of: z.literal('asset'), asset: name }),
  z.strictObject({ kind: z.literal('depth'), underlying: name }),
  z.strictObject({ kind: z.enum(['twap', 'deposits']), asset: name }),
])

const when = {
  sequence: z.int().min(1).optional().describe('numbered from 1 without gaps; told by the line where absent'),
  time: instant,
}
const event = <Kind extends string, Shape extends z.core.$ZodLooseShape>(kind: Kind, shape: Shape) =>
  z.strictObject({ ...when, kind: z.literal(kind), ...shape })
const transfer = { asset: name, amount: money }

/** One clearing event as JSON. */
export const clearingEventSchema = z.discriminatedUnion('kind', [
  event('open-account', { account: name, owner: name, isolated: name.optional() }),
  event('deposit', { account: name, ...transfer }),
  event('withdrawal', { account: name, ...transfer }),
  event('transfer', { from: name, to: name, ...transfer }),
  event('fund-contribution', { market: name, amount: money }),
  event('order', { account: name, order: name, market: name, size: money, price: money.optional() }),
  event('order-done', { account: name, order: name }),
  event('trade', {
    market: name,
    buyer: name,
    seller: name,
    size: money,
    price: money,
    buyerOrder: name.optional(),
    sellerOrder: name.optional(),
  }),
  event('mark', mark),
  event('tick', {
    indices: z.array(index).optional(),
    surfaces: z.array(surface).optional(),
    figures: z.array(z.strictObject({ figure, value: z.number() })).optional(),
    marks: z.array(z.strictObject(mark)).optional(),
  }),
  event('asset-price', { asset: name, price: money, publishedTime: instant }),
  event('funding', { market: name, perUnit: money }),
  event('settlement', { market: name, price: money }),
  event('expiry', { underlying: name, expiry: instant, price: money }),
  event('fill', { order: name, counterparty: name, size: money, price: money }),
  event('bid', { bidder: name, account: name, share: money, limit: money }),
  event('auction-request', { keeper: name, account: name }),
  event('notice-delivered', { account: name, proof: z.string() }),
  event('clock', {}),
])

type Unnumbered<Event> = Event extends unknown ? Omit<Event, 'sequence'> & { readonly sequence?: number } : never
export type ClearingEventLine = Unnumbered<ClearingEvent>

export type ReadClearingEvent =
  | { readonly ok: true; readonly event: ClearingEventLine }
  /** What is wrong, and where in the line: dotted paths. */
  | { readonly ok: false; readonly complaints: readonly { readonly path: string; readonly message: string }[] }

/** Reads an event from JSON data. Never throws for what was written. */
export function readClearingEvent(data: unknown): ReadClearingEvent {
  const parsed = clearingEventSchema.safeParse(data)
  if (parsed.success) return { ok: true, event: parsed.data as ClearingEventLine }
  const complaints = parsed.error.issues.map((issue) => {
    return { path: issue.path.map(String).join('.'), message: `${issue.message}${meantKind(issue, data)}` }
  })
  return { ok: false, complaints }
}

/** `, did you mean 'trade'?` where it is the kind that is not known. */
function meantKind(issue: z.core.$ZodIssue, data: unknown): string {
  if (issue.code !== 'invalid_union' || issue.path[0] !== 'kind') return ''
  const kinds = clearingEventSchema.options.map((option) => option.shape.kind.value)
  const { kind } = data as { readonly kind?: unknown }
  return typeof kind === 'string' ? didYouMean(kind, kinds) : ''
}

/** JSON Schema (draft 2020-12) of a line of clearing events. */
export function clearingEventJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(clearingEventSchema, { io: 'input' }) as Record<string, unknown>
}

/** An event or a decision as JSON data: amounts are decimal strings. `readClearingEvent` reads an event back. */
export function clearingJson(value: ClearingEvent | ClearingDecision): unknown {
  return plain(value)
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return moneyText(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]))
}
