import type { Quality } from '../market/quality.js'

/** Limits of one level: a rule, an account, a venue, or the firm. What is absent does not limit. Money is USD. */
export type PreTradeLimits = {
  /** Largest distance of the limit price beyond the reference price, relative; and from where the period began. */
  readonly collar?: number
  readonly periodCollar?: { readonly move: number; readonly perMs: number }
  /** An older reference price, or one that is not live, blocks. */
  readonly priceAgeMsMax?: number
  readonly orderValueMax?: number
  /** By unit of size. */
  readonly orderSizeMax?: Readonly<Record<string, number>>
  readonly valueMax?: { readonly amount: number; readonly perMs: number }
  readonly messagesMax?: { readonly count: number; readonly perMs: number }
  /** More executions of one rule than this within the time latch it until a person resumes it. */
  readonly repeatsMax?: { readonly count: number; readonly perMs: number }
  /** By unit of size: largest position in one instrument afterwards. */
  readonly positionMax?: Readonly<Record<string, number>>
  readonly marginRatioMax?: number
}

/** What a level has used: what it sent, oldest first, no longer back than its longest window. */
export type PreTradeUse = readonly { readonly time: number; readonly value: number }[]

export type PreTradeLevel = {
  /** `firm`, `venue:deribit`, `account:main`, `rule:hold-delta`. */
  readonly level: string
  readonly limits: PreTradeLimits
  readonly used: PreTradeUse
}

/** What is known of an order and its surroundings. Absent: unknown, which blocks where a limit needs it. */
export type OrderFacts = {
  /** Signed, in `unit`. */
  readonly size: number
  readonly unit: string
  readonly limitPrice: number
  /** USD, ≥ 0. */
  readonly value?: number
  readonly opens: boolean
  readonly reference?: { readonly price: number; readonly ageMs: number; readonly quality: Quality }
  /** Price at which the instrument's period began. */
  readonly periodPrice?: number
  /** Signed position in the instrument now, in `unit`. */
  readonly position?: number
  readonly marginRatio?: number
  /** Own orders that stand in the instrument. */
  readonly standing: readonly { readonly id: string; readonly size: number; readonly limitPrice: number }[]
}

export type PreTradeRefusal = {
  readonly code:
    | 'collar'
    | 'period-collar'
    | 'stale-price'
    | 'value'
    | 'size'
    | 'volume'
    | 'messages'
    | 'repeats'
    | 'position'
    | 'margin'
    | 'self-match'
  readonly level: string
  readonly reason: string
}

/**
 * The controls that every order passes last, whatever decided it: price collars, value, size, volume, message rate, repeated
 * execution, position and margin limits, self-match, age of the reference price. Each level is asked; the first refusal counts.
 * Written so that an unknown or non-finite figure refuses.
 *
 * What only reduces passes collars and self-match alone: it cannot grow what is held, and limits that are meant to keep risk
 * small must not keep it from becoming smaller.
 *
 * @see Commission Delegated Regulation (EU) 2017/589 (RTS 6), articles 15 and 16.
 */
export function checkOrder(
  levels: readonly PreTradeLevel[],
  facts: OrderFacts,
  now: number,
): PreTradeRefusal | undefined {
  const crossed = selfMatch(facts)
  if (crossed !== undefined) return crossed
  for (const level of levels) {
    const refusal = collars(level, facts) ?? (facts.opens ? opening(level, facts, now) : undefined)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

function selfMatch({ size, limitPrice, standing }: OrderFacts): PreTradeRefusal | undefined {
  for (const order of standing) {
    if (order.size > 0 === size > 0) continue
    if (size > 0 ? limitPrice < order.limitPrice : limitPrice > order.limitPrice) continue
    return {
      code: 'self-match',
      level: 'firm',
      reason: `would trade with our own order ${order.id} at ${order.limitPrice}`,
    }
  }
  return undefined
}

/** Distance beyond the reference: a buyer's limit above it, a seller's below it. */
function beyond(limitPrice: number, reference: number, buys: boolean): number {
  return (buys ? limitPrice - reference : reference - limitPrice) / reference
}

function collars({ level, limits }: PreTradeLevel, facts: OrderFacts): PreTradeRefusal | undefined {
  const { collar, periodCollar } = limits
  const { limitPrice, size, reference, periodPrice } = facts
  const percent = (value: number) => `${(value * 100).toFixed(2)} %`
  if (collar !== undefined) {
    const distance = reference === undefined ? Number.NaN : beyond(limitPrice, reference.price, size > 0)
    if (!(distance <= collar)) {
      const found =
        reference === undefined
          ? 'there is no reference price'
          : `limit ${limitPrice} is ${percent(distance)} beyond ${reference.price}`
      return { code: 'collar', level, reason: `${found}; collar ${percent(collar)}` }
    }
  }
  if (periodCollar !== undefined && periodPrice !== undefined) {
    const distance = beyond(limitPrice, periodPrice, size > 0)
    if (!(distance <= periodCollar.move)) {
      const reason = `limit ${limitPrice} is ${percent(distance)} beyond ${periodPrice}, where the period began; collar ${percent(periodCollar.move)}`
      return { code: 'period-collar', level, reason }
    }
  }
  return undefined
}

function opening({ level, limits, used }: PreTradeLevel, facts: OrderFacts, now: number): PreTradeRefusal | undefined {
  return (
    freshness(level, limits, facts) ??
    amounts(level, limits, facts) ??
    rates(level, limits, used, facts, now) ??
    holdings(level, limits, facts)
  )
}

function freshness(
  level: string,
  { priceAgeMsMax }: PreTradeLimits,
  { reference }: OrderFacts,
): PreTradeRefusal | undefined {
  if (priceAgeMsMax === undefined) return undefined
  if (reference !== undefined && reference.ageMs <= priceAgeMsMax && reference.quality === 'live') return undefined
  const found = reference === undefined ? 'there is none' : `it is ${reference.quality}, ${reference.ageMs} ms old`
  return { code: 'stale-price', level, reason: `needs a live price of at most ${priceAgeMsMax} ms: ${found}` }
}

function amounts(
  level: string,
  limits: PreTradeLimits,
  { value, size, unit }: OrderFacts,
): PreTradeRefusal | undefined {
  const { orderValueMax } = limits
  if (orderValueMax !== undefined && !(value !== undefined && value <= orderValueMax)) {
    return { code: 'value', level, reason: `${shown(value)} USD, at most ${orderValueMax} USD an order` }
  }
  const sizeMax = limits.orderSizeMax?.[unit]
  if (sizeMax !== undefined && !(Math.abs(size) <= sizeMax)) {
    return { code: 'size', level, reason: `${Math.abs(size)} ${unit}, at most ${sizeMax} ${unit} an order` }
  }
  return undefined
}

function rates(
  level: string,
  { valueMax, messagesMax, repeatsMax }: PreTradeLimits,
  used: PreTradeUse,
  { value }: OrderFacts,
  now: number,
): PreTradeRefusal | undefined {
  if (messagesMax !== undefined && !(countSince(used, now - messagesMax.perMs) < messagesMax.count)) {
    return { code: 'messages', level, reason: `${messagesMax.count} messages within ${messagesMax.perMs} ms are used` }
  }
  if (repeatsMax !== undefined && !(countSince(used, now - repeatsMax.perMs) < repeatsMax.count)) {
    const reason = `${repeatsMax.count} executions within ${repeatsMax.perMs} ms: held until a person resumes ${level}`
    return { code: 'repeats', level, reason }
  }
  if (valueMax !== undefined) {
    const sum = valueSince(used, now - valueMax.perMs)
    if (!(value !== undefined && sum + value <= valueMax.amount)) {
      const reason = `${sum} USD used and ${shown(value)} USD asked within ${valueMax.perMs} ms, at most ${valueMax.amount} USD`
      return { code: 'volume', level, reason }
    }
  }
  return undefined
}

function holdings(
  level: string,
  { positionMax, marginRatioMax }: PreTradeLimits,
  { position, size, unit, marginRatio }: OrderFacts,
): PreTradeRefusal | undefined {
  const most = positionMax?.[unit]
  if (most !== undefined && !(position !== undefined && Math.abs(position + size) <= most)) {
    const after = position === undefined ? 'an unknown position' : `${position + size} ${unit}`
    return { code: 'position', level, reason: `would leave ${after}, at most ${most} ${unit}` }
  }
  if (marginRatioMax !== undefined && !(marginRatio !== undefined && marginRatio <= marginRatioMax)) {
    return { code: 'margin', level, reason: `margin ratio is ${shown(marginRatio)}, at most ${marginRatioMax}` }
  }
  return undefined
}

/** Uses come in order of time: looked at from the latest back, as far as the window reaches. */
function countSince(used: PreTradeUse, after: number): number {
  let count = 0
  for (let i = used.length - 1; i >= 0 && used[i]!.time > after; i--) count += 1
  return count
}

function valueSince(used: PreTradeUse, after: number): number {
  let sum = 0
  for (let i = used.length - 1; i >= 0 && used[i]!.time > after; i--) sum += used[i]!.value
  return sum
}

/** The longest time back that a level's limits look. */
export function windowOf({ valueMax, messagesMax, repeatsMax }: PreTradeLimits): number {
  return Math.max(0, valueMax?.perMs ?? 0, messagesMax?.perMs ?? 0, repeatsMax?.perMs ?? 0)
}

function shown(value: number | undefined): string {
  return value === undefined ? 'unknown' : String(value)
}
