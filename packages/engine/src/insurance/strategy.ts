import type { OptionRight } from '@holdfast/quant'

export type SellStrategy = 'covered-call' | 'cash-secured-put' | 'iron-condor'

/** A listed option as an offer to sell or to buy. Prices in USD per unit of the underlying; absent where nobody quotes. */
export type OptionOffer = {
  readonly instrument: string
  readonly right: OptionRight
  readonly strike: number
  readonly expiry: number
  readonly bid?: number
  readonly ask?: number
  readonly bidSize?: number
  readonly askSize?: number
  /** Forward delta, signed; absent where the surface is unknown. */
  readonly delta?: number
  /** True where its data is live. */
  readonly live: boolean
}

export type OfferTerms = {
  readonly strategy: SellStrategy
  /** |delta| of what is sold and of the wings that are bought. */
  readonly delta: number
  readonly wingDelta: number
  /** How far |delta| may be from what is wished. */
  readonly deltaTolerance: number
  /** Time to expiry, milliseconds. */
  readonly tenorMin: number
  readonly tenorMax: number
  /** Largest (ask − bid) ÷ middle. */
  readonly maxSpread: number
  /** Smallest size, base units: less depth is none. */
  readonly lot: number
}

export type Leg = {
  readonly offer: OptionOffer
  readonly side: 'sell' | 'buy'
  /** Bid of what is sold, ask of what is bought, USD per unit. */
  readonly price: number
}

export type StructureChoice = {
  /** Wings before what they cover, so that nothing is ever short alone. */
  readonly legs: readonly Leg[]
  readonly expiry: number
  /** Σ sold − Σ bought, USD per unit. */
  readonly credit: number
  /** Base units that the thinnest leg offers. */
  readonly depth: number
}

export type StructureSearch = {
  readonly choice?: StructureChoice
  /** Candidates near the wish that were not taken, with the reason. */
  readonly refused: readonly { readonly instrument: string; readonly reason: string }[]
}

/** As many refused candidates are told. */
const REFUSED_TOLD = 6

/**
 * The legs of a new round. Expiries within the tenor are tried from the one nearest to its middle; in each, every leg is the
 * option whose |delta| is nearest to the wish (ties: the lower strike), among those that can be dealt: live, with a side
 * and depth to deal with, within the spread. What was nearer and could not be dealt is told with its reason.
 */
export function chooseStructure(terms: OfferTerms, offers: readonly OptionOffer[], now: number): StructureSearch {
  const refused: { instrument: string; reason: string }[] = []
  const { tenorMin, tenorMax } = terms
  const middle = (tenorMin + tenorMax) / 2
  const within = offers.filter(({ expiry }) => expiry - now >= tenorMin && expiry - now <= tenorMax)
  const distance = (expiry: number) => Math.abs(expiry - now - middle)
  const expiries = [...new Set(within.map(({ expiry }) => expiry))].sort((a, b) => distance(a) - distance(b) || a - b)
  for (const expiry of expiries) {
    const chain = within.filter((offer) => offer.expiry === expiry)
    const legs = legsOf(terms, chain, refused)
    if (legs === undefined) continue
    const credit = legs.reduce((sum, { side, price }) => sum + (side === 'sell' ? price : -price), 0)
    const depth = Math.min(...legs.map(({ offer, side }) => (side === 'sell' ? offer.bidSize : offer.askSize) ?? 0))
    if (credit > 0) return { choice: { legs, expiry, credit, depth }, refused: refused.slice(0, REFUSED_TOLD) }
    refused.push({
      instrument: legs.at(-1)!.offer.instrument,
      reason: `the structure costs ${(-credit).toFixed(2)} USD`,
    })
  }
  return { refused: refused.slice(0, REFUSED_TOLD) }
}

type Refused = { instrument: string; reason: string }[]

function legsOf(terms: OfferTerms, chain: readonly OptionOffer[], refused: Refused): readonly Leg[] | undefined {
  const of = (right: OptionRight) => chain.filter((offer) => offer.right === right)
  const sold = (right: OptionRight) => nearest(terms, of(right), 'sell', terms.delta, refused)
  if (terms.strategy === 'covered-call') return allOf([sold('call')])
  if (terms.strategy === 'cash-secured-put') return allOf([sold('put')])
  const call = sold('call')
  const put = sold('put')
  if (call === undefined || put === undefined || !(put.offer.strike < call.offer.strike)) return undefined
  const above = of('call').filter(({ strike }) => strike > call.offer.strike)
  const below = of('put').filter(({ strike }) => strike < put.offer.strike)
  const wings = [
    nearest(terms, above, 'buy', terms.wingDelta, refused),
    nearest(terms, below, 'buy', terms.wingDelta, refused),
  ]
  return allOf([...wings, call, put])
}

function allOf(legs: readonly (Leg | undefined)[]): readonly Leg[] | undefined {
  return legs.every((leg) => leg !== undefined) ? (legs as readonly Leg[]) : undefined
}

function nearest(
  terms: OfferTerms,
  offers: readonly OptionOffer[],
  side: Leg['side'],
  wish: number,
  refused: Refused,
): Leg | undefined {
  const away = ({ delta }: OptionOffer) => Math.abs(Math.abs(delta ?? Number.POSITIVE_INFINITY) - wish)
  const sorted = [...offers].sort((a, b) => away(a) - away(b) || a.strike - b.strike)
  for (const offer of sorted) {
    if (!(away(offer) <= terms.deltaTolerance)) {
      const delta = offer.delta === undefined ? 'unknown' : offer.delta.toFixed(3)
      refused.push({ instrument: offer.instrument, reason: `delta ${delta}, wished ${wish.toFixed(3)}` })
      return undefined
    }
    const reason = whyNotDealt(terms, offer, side)
    if (reason === undefined) return { offer, side, price: side === 'sell' ? offer.bid! : offer.ask! }
    refused.push({ instrument: offer.instrument, reason })
  }
  return undefined
}

function whyNotDealt(terms: OfferTerms, offer: OptionOffer, side: Leg['side']): string | undefined {
  const { bid, ask, bidSize, askSize, live } = offer
  if (!live) return 'its data is not live'
  if (!(bid !== undefined && bid > 0)) return 'no bid'
  if (!(ask !== undefined && ask > 0)) return 'no ask: its spread is unknown'
  const spread = (2 * (ask - bid)) / (ask + bid)
  if (!(spread <= terms.maxSpread)) return `spread ${(spread * 100).toFixed(1)} %`
  const size = side === 'sell' ? bidSize : askSize
  if (!(size !== undefined && size >= terms.lot)) return size === undefined ? 'depth unknown' : `depth ${size}`
  return undefined
}

/**
 * Most that one unit of a structure can lose, USD ≥ 0.
 *
 *   iron condor        the wider of its two wings, less the credit: at expiry only one side can be in the money
 *   cash-secured put   K − credit: the underlying at 0
 *   covered call       (S (1 + u) − K)⁺ − credit with u a stated rise: the coin beside it gains as much, so this is the call alone
 *
 * A credit that is paid in the coin (inverse) may be worth less when it counts, so it is left out there.
 */
export function lossPerUnit(
  strategy: SellStrategy,
  legs: readonly Leg[],
  credit: number,
  inverse: boolean,
  stressed: number,
): number {
  const kept = inverse ? 0 : credit
  const strike = (side: Leg['side'], right: OptionRight) =>
    legs.find((leg) => leg.side === side && leg.offer.right === right)?.offer.strike ?? Number.NaN
  const call = strike('sell', 'call')
  const put = strike('sell', 'put')
  switch (strategy) {
    case 'covered-call':
      return Math.max(0, stressed - call - kept)
    case 'cash-secured-put':
      return Math.max(0, put - kept)
    case 'iron-condor':
      return Math.max(0, Math.max(strike('buy', 'call') - call, put - strike('buy', 'put')) - kept)
  }
}

/** Payoff of a structure at expiry per unit, with its credit, USD; for a linear structure. */
export function payoffAt(legs: readonly Leg[], price: number): number {
  return legs.reduce((sum, { offer, side, price: paid }) => {
    const value = Math.max(0, offer.right === 'call' ? price - offer.strike : offer.strike - price)
    return sum + (side === 'sell' ? paid - value : value - paid)
  }, 0)
}
