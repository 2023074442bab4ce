import { InputError, requirePositive } from '../inputError.js'
import type { Payoff } from '../instrument.js'
import { exp, log } from '../math/index.js'

/**
 * A call and a put of one strike and expiry, two-sided: quote per base for linear options, coin for inverse ones. Bids may be 0.
 */
export type ParityQuote = {
  readonly strike: number
  readonly callBid: number
  readonly callAsk: number
  readonly putBid: number
  readonly putAsk: number
}

export type ParityForward = {
  /** Quote per base. */
  readonly forward: number
  /** What every strike allows: buying and selling the synthetic at these has no arbitrage. Absent where strikes contradict. */
  readonly band?: { readonly low: number; readonly high: number }
  readonly strikes: number
  /** Strikes whose own band does not hold `forward`, ascending: stale or crossed quotes. */
  readonly contradicting: readonly number[]
}

/**
 * Forward of an expiry from put–call parity.
 *
 *   linear:   C − P = df (F − K)    →  F = K + (C − P)/df
 *   inverse:  c − p = 1 − K/F       →  F = K/(1 − (c − p))
 *
 * Each strike allows F between what its quotes let one sell and buy the synthetic for. `forward` is the median of the
 * middles, each weighted by 1/width², brought inside the common band where there is one.
 *
 * @param discountFactor - df of linear options, > 0; inverse ones are quoted undiscounted.
 * @throws {InputError} where a quote is crossed, negative or not finite, or no strike gives a forward.
 */
export function forwardFromParity(quotes: readonly ParityQuote[], payoff: Payoff, discountFactor = 1): ParityForward {
  requirePositive('discountFactor', discountFactor)
  const bands = quotes
    .map((quote, index) => bandOf(quote, index, payoff, discountFactor))
    .filter((band) => band !== undefined)
    .sort((x, y) => x.low + x.high - (y.low + y.high) || x.strike - y.strike)
  if (bands.length === 0)
    throw new InputError('quotes', quotes.length, 'at least one strike with a two-sided call and put')
  const low = Math.max(...bands.map((band) => band.low))
  const high = Math.min(...bands.map((band) => band.high))
  const middle = weightedMedian(bands)
  const forward = low <= high ? Math.min(Math.max(middle, low), high) : middle
  return {
    forward,
    ...(low <= high ? { band: { low, high } } : {}),
    strikes: bands.length,
    contradicting: bands
      .filter((band) => !(band.low <= forward && forward <= band.high))
      .map((band) => band.strike)
      .sort((x, y) => x - y),
  }
}

type Band = { readonly strike: number; readonly low: number; readonly high: number }

function bandOf(quote: ParityQuote, index: number, payoff: Payoff, discountFactor: number): Band | undefined {
  const { strike, callBid, callAsk, putBid, putAsk } = quote
  requirePositive(`quotes[${index}].strike`, strike)
  for (const [side, bid, ask] of [
    ['call', callBid, callAsk],
    ['put', putBid, putAsk],
  ] as const) {
    if (!(bid >= 0 && ask >= bid && ask < Number.POSITIVE_INFINITY)) {
      throw new InputError(`quotes[${index}].${side}`, `${bid}/${ask}`, 'a bid ≥ 0 and an ask not below it')
    }
  }
  const sell = callBid - putAsk
  const buy = callAsk - putBid
  if (payoff === 'linear') return { strike, low: strike + sell / discountFactor, high: strike + buy / discountFactor }
  // A synthetic bought for a whole coin or more bounds nothing.
  return buy < 1 ? { strike, low: strike / (1 - sell), high: strike / (1 - buy) } : undefined
}

/** Width of a band relative to the forward below which it counts no more: quotes that meet are not infinitely sure. */
const WIDTH_MIN = 1e-6

function weightedMedian(bands: readonly Band[]): number {
  const weights = bands.map(({ low, high }) => {
    const width = Math.max(high - low, (WIDTH_MIN * (low + high)) / 2)
    return 1 / (width * width)
  })
  const half = weights.reduce((sum, weight) => sum + weight, 0) / 2
  let sum = 0
  for (const [index, { low, high }] of bands.entries()) {
    sum += weights[index]!
    if (sum >= half) return (low + high) / 2
  }
  return bands[bands.length - 1]!.high
}

/** Forwards by time: the index now, and futures or parity forwards later; sorted by years. */
export type ForwardCurve = readonly { readonly years: number; readonly forward: number }[]

/**
 * Forward at any time: its logarithm is linear in time between the points (a constant rate of carry), and beyond the last
 * the last carry goes on. Before the first point the first carry holds; of a single point the forward is constant.
 *
 * @throws {InputError} where the curve is empty, not sorted, or holds a figure that is not one.
 */
export function forwardAt(curve: ForwardCurve, years: number): number {
  if (!(years >= 0 && years < Number.POSITIVE_INFINITY)) throw new InputError('years', years, 'a finite number ≥ 0')
  curve.forEach((point, index) => {
    requirePositive(`curve[${index}].forward`, point.forward)
    if (!(point.years >= 0 && (index === 0 || point.years > curve[index - 1]!.years))) {
      throw new InputError(`curve[${index}].years`, point.years, 'ascending years ≥ 0')
    }
  })
  const first = curve[0]
  if (first === undefined) throw new InputError('curve', 0, 'a list of at least one point')
  if (curve.length === 1) return first.forward
  const after = curve.findIndex((point) => point.years >= years)
  const high = Math.max(after === -1 ? curve.length - 1 : after, 1)
  const from = curve[high - 1]!
  const to = curve[high]!
  if (years === from.years) return from.forward
  if (years === to.years) return to.forward
  const share = (years - from.years) / (to.years - from.years)
  return from.forward * exp(share * log(to.forward / from.forward))
}
