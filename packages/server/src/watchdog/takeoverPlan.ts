import { createHash } from 'node:crypto'
import {
  type KillMode,
  type Money,
  moneyFromNumber,
  moneyText,
  multiplyHalfEven,
  parseMoney,
  type QuoteObservation,
} from '@holdfast/engine'
import { type InstrumentKey, parseInstrumentKey } from '@holdfast/quant'
import type { ListedInstrument, Statement, VenueOrderRequest } from '@holdfast/venues'
import { requestOf } from '../act/request.js'

export type TakeoverSettings = {
  readonly mode: KillMode
  /** Share of each position that `reduce` closes, 0 … 1. */
  readonly reduceShare: number
  /** Limit price against the best quote on the other side, decimal. */
  readonly maxSlippage: number
}

export type TakeoverPlan = {
  readonly orders: readonly VenueOrderRequest[]
  /** What stays above its target and cannot be closed now, with why. */
  readonly open: readonly { readonly what: string; readonly why: string }[]
}

/** Sizes to end at, by instrument; what is not listed ends flat. Undefined: sizes are left alone. */
export function targetsOf(
  { positions }: Statement,
  settings: TakeoverSettings,
): ReadonlyMap<string, Money> | undefined {
  if (settings.mode === 'cancel') return undefined
  if (settings.mode === 'flatten') return new Map()
  const kept = moneyFromNumber(1 - settings.reduceShare)!
  return new Map(positions.map(({ instrument, size }) => [instrument, multiplyHalfEven(parseMoney(size) ?? 0n, kept)]))
}

/**
 * Reduce-only orders that bring what is held down to its targets, each limited to the best price on the other side and a
 * slippage beyond it. Coins of a spot position are collateral, and stay. The id of an order follows from what it is for, so
 * that it cannot be made twice.
 *
 * @param cause - of this attempt.
 */
export function planTakeover(
  statement: Statement,
  targets: ReadonlyMap<string, Money> | undefined,
  quotes: ReadonlyMap<InstrumentKey, QuoteObservation>,
  listed: ReadonlyMap<InstrumentKey, ListedInstrument>,
  settings: TakeoverSettings,
  cause: string,
): TakeoverPlan {
  const orders: VenueOrderRequest[] = []
  const open: { what: string; why: string }[] = []
  if (targets === undefined) return { orders, open }
  for (const { instrument, size: text } of statement.positions) {
    const parsed = parseInstrumentKey(instrument)
    const size = parseMoney(text)
    if (parsed?.kind === 'spot' || size === 0n) continue
    const what = `${text} of ${instrument}`
    if (parsed === undefined || size === undefined) {
      open.push({ what, why: 'it cannot be read' })
      continue
    }
    const excess = magnitude(size) - magnitude(targets.get(instrument) ?? 0n)
    if (excess <= 0n) continue
    const quote = quotes.get(instrument)
    const buys = size < 0n
    const best = moneyFromNumber((buys ? quote?.ask : quote?.bid) ?? 0)
    if (best === undefined || best <= 0n) {
      open.push({ what, why: `no ${buys ? 'ask' : 'bid'} to close it at` })
      continue
    }
    const factor = moneyFromNumber(buys ? 1 + settings.maxSlippage : 1 - settings.maxSlippage)!
    const made = requestOf(
      orderId(cause, instrument),
      {
        kind: 'order',
        purpose: 'flatten',
        venue: parsed.venue,
        account: '',
        instrument,
        size: moneyText(buys ? excess : -excess),
        sizeUnit: '',
        limitPrice: moneyText(multiplyHalfEven(best, factor)),
        priceUnit: '',
        reduceOnly: true,
      },
      listed.get(instrument),
    )
    if (made.ok) orders.push(made.request)
    // A share's rest below one lot is the target.
    else if (settings.mode === 'flatten') open.push({ what, why: made.reason })
  }
  return { orders, open }
}

/** Not of the form of a decision's id: the house, when it comes back, must not take it for one of its own. */
function orderId(cause: string, instrument: string): string {
  return `wd${createHash('sha256').update(`${cause}|${instrument}`).digest('hex').slice(0, 30)}`
}

function magnitude(money: Money): Money {
  return money < 0n ? -money : money
}
