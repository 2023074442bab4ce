import { type Instrument, instrumentKey } from '@holdfast/quant'

/** What a venue takes at the moment. `unknown`: it has not been heard; then nothing is sent. */
export type VenueState = 'open' | 'post-only' | 'maintenance' | 'down' | 'unknown'

/** One place where a hedge could be done, with what it would cost there. Fractions are of notional, decimals. */
export type HedgeCandidate = {
  readonly instrument: Instrument
  readonly account: string
  readonly state: VenueState
  /** Best prices, quote per base; absent where the side is not quoted. */
  readonly bid?: number
  readonly ask?: number
  readonly mark?: number
  /** Base units that may be had at about the best price; absent: not told. */
  readonly bidDepth?: number
  readonly askDepth?: number
  /** Taker's fee. */
  readonly fee: number
  /** Per hour, > 0: longs pay shorts; absent: none is paid. */
  readonly fundingPerHour?: number
  /** Annualised premium of the contract over the index that will be lost by a long until it expires; absent: none. */
  readonly basisPerYear?: number
  /** Initial margin per notional that the hedge would bind. */
  readonly marginRate: number
  /** USD that may still be bound in the account; absent: not known, and then not counted. */
  readonly marginAvailable?: number
  /** Nearest relative move to liquidation of the account that would hold the hedge, ≥ 0; absent: none within sight. */
  readonly liquidationDistance?: number
}

export type HedgeBounds = {
  /** How long the hedge is expected to be held: what funding, basis and margin are reckoned for. Hours. */
  readonly holdingHours: number
  /** What bound margin costs by year, decimal. */
  readonly marginCostPerYear: number
  /** A hedge leg closer to its own liquidation than this is none. Relative. */
  readonly minLiquidationDistance: number
  /** Dearest hedge that is still taken, fraction of notional. */
  readonly maxCost: number
}

export const DEFAULT_HEDGE_BOUNDS: HedgeBounds = {
  holdingHours: 24,
  marginCostPerYear: 0.1,
  minLiquidationDistance: 0.05,
  maxCost: 0.01,
}

/** What a hedge costs at a candidate, fractions of notional; negative parts earn. */
export type HedgeCost = {
  readonly spread: number
  readonly fee: number
  readonly funding: number
  readonly basis: number
  readonly margin: number
  readonly total: number
}

export type RefusedCandidate = {
  readonly candidate: HedgeCandidate
  readonly code: 'venue' | 'no-quote' | 'depth' | 'margin' | 'liquidation' | 'cost'
  readonly reason: string
}

export type RankedCandidate = { readonly candidate: HedgeCandidate; readonly cost: HedgeCost }

export type Ranking = {
  /** Usable ones, the cheapest first; equal costs in the order they were given. */
  readonly ranked: readonly RankedCandidate[]
  /** In the order they were given. */
  readonly refused: readonly RefusedCandidate[]
}

/**
 * Ranks candidates for a trade by what it costs there until it is taken off again:
 *
 *   half spread + fee + side · funding per hour · hours + side · basis · years + margin rate · cost of margin · years
 *
 * and says of each that is refused why. A venue that takes no crossing orders (post-only), is in maintenance, down or unheard
 * is refused; so is a leg that would itself be near liquidation.
 *
 * @param size - base units, signed, > 0 buys.
 */
export function rankCandidates(
  size: number,
  candidates: readonly HedgeCandidate[],
  bounds: HedgeBounds = DEFAULT_HEDGE_BOUNDS,
): Ranking {
  const ranked: RankedCandidate[] = []
  const refused: RefusedCandidate[] = []
  for (const candidate of candidates) {
    const judged = judge(size, candidate, bounds)
    if ('cost' in judged) ranked.push({ candidate, cost: judged.cost })
    else refused.push({ candidate, ...judged })
  }
  ranked.sort((a, b) => a.cost.total - b.cost.total)
  return { ranked, refused }
}

type Judged = { readonly cost: HedgeCost } | { readonly code: RefusedCandidate['code']; readonly reason: string }

function judge(size: number, candidate: HedgeCandidate, bounds: HedgeBounds): Judged {
  const key = instrumentKey(candidate.instrument)
  const { venue } = candidate.instrument
  const closed = stateReason(venue, candidate.state)
  if (closed !== undefined) return { code: 'venue', reason: closed }
  const buys = size > 0
  const price = buys ? candidate.ask : candidate.bid
  if (!(price !== undefined && price > 0)) return { code: 'no-quote', reason: `${key} has no ${buys ? 'ask' : 'bid'}` }
  const depth = buys ? candidate.askDepth : candidate.bidDepth
  if (depth !== undefined && !(depth > 0)) return { code: 'depth', reason: `${key} has no size at its best price` }
  if (candidate.marginAvailable !== undefined && !(candidate.marginAvailable > 0)) {
    return { code: 'margin', reason: `account ${candidate.account} has no margin left at ${venue}` }
  }
  const { liquidationDistance } = candidate
  if (liquidationDistance !== undefined && !(liquidationDistance >= bounds.minLiquidationDistance)) {
    const least = `${percent(bounds.minLiquidationDistance)}`
    const reason = `the hedge leg itself would be ${percent(liquidationDistance)} from liquidation in ${candidate.account}; at least ${least} is asked for`
    return { code: 'liquidation', reason }
  }
  const cost = costOf(buys, candidate, bounds)
  if (!(cost.total <= bounds.maxCost)) {
    return { code: 'cost', reason: `${key} would cost ${bps(cost.total)}; at most ${bps(bounds.maxCost)} is allowed` }
  }
  return { cost }
}

function stateReason(venue: string, state: VenueState): string | undefined {
  switch (state) {
    case 'open':
      return undefined
    case 'post-only':
      return `${venue} is post-only: an order that crosses would be rejected`
    case 'maintenance':
      return `${venue} is in maintenance`
    case 'down':
      return `${venue} is down`
    case 'unknown':
      return `the state of ${venue} is not known`
  }
}

function costOf(buys: boolean, candidate: HedgeCandidate, bounds: HedgeBounds): HedgeCost {
  const side = buys ? 1 : -1
  const years = bounds.holdingHours / 8760
  const { bid, ask, fee } = candidate
  // Where one side is missing the spread is reckoned from the mark.
  const price = (buys ? ask : bid) as number
  const middle = bid !== undefined && ask !== undefined ? (bid + ask) / 2 : (candidate.mark ?? price)
  const spread = Math.max(0, (side * (price - middle)) / middle)
  const funding = side * (candidate.fundingPerHour ?? 0) * bounds.holdingHours
  const basis = side * (candidate.basisPerYear ?? 0) * years
  const margin = candidate.marginRate * bounds.marginCostPerYear * years
  return { spread, fee, funding, basis, margin, total: spread + fee + funding + basis + margin }
}

export type HedgeLeg = {
  readonly candidate: HedgeCandidate
  readonly cost: HedgeCost
  /** Base units, signed. */
  readonly size: number
  readonly notes: readonly string[]
}

export type LegPlan = {
  readonly legs: readonly HedgeLeg[]
  /** What could not be placed, base units, signed; 0 where all was. */
  readonly left: number
  readonly refused: readonly RefusedCandidate[]
  /** Set where nothing can be done now: what is waited for. */
  readonly waits?: string
}

/**
 * Places a hedge: at the cheapest venue as far as its depth and margin go, the rest at the next, and says of every venue that was passed
 * over why. After the loss of a leg (ADL, an outage) the same question with what is left gives the new plan.
 *
 * @param size - base units still to trade, signed; see `hedgeNeed`.
 * @param heldUnmarked - hedge instruments that are held and have no mark: while there is one, the book's delta is not known,
 *   and the healthy legs are held, not unwound.
 */
export function planLegs(
  size: number,
  candidates: readonly HedgeCandidate[],
  bounds: HedgeBounds = DEFAULT_HEDGE_BOUNDS,
  heldUnmarked: readonly string[] = [],
): LegPlan {
  const nothing = (waits: string, refused: readonly RefusedCandidate[] = []): LegPlan => ({
    legs: [],
    left: Number.isFinite(size) ? size : 0,
    refused,
    waits,
  })
  if (heldUnmarked.length > 0) {
    return nothing(
      `hold: ${heldUnmarked.join(', ')} ${heldUnmarked.length === 1 ? 'has' : 'have'} no mark, so the delta of the book is not known; healthy legs are not unwound`,
    )
  }
  if (!Number.isFinite(size)) return nothing('hold: what is to be hedged is not known')
  const { ranked, refused } = rankCandidates(size, candidates, bounds)
  const legs: HedgeLeg[] = []
  let left = size
  for (const [index, { candidate, cost }] of ranked.entries()) {
    const room = roomAt(size > 0, candidate)
    const part = Math.sign(left) * Math.min(Math.abs(left), room.size)
    if (part === 0) continue
    left -= part
    const place = index === 0 ? 'cheapest' : `number ${index + 1} by cost`
    const cut = Math.abs(part) < Math.abs(size) && room.because !== undefined && left !== 0 ? [room.because] : []
    legs.push({
      candidate,
      cost,
      size: part,
      notes: [`${candidate.instrument.venue} is the ${place}: ${costText(cost)}`, ...cut],
    })
    if (left === 0) break
  }
  if (legs.length > 0 || size === 0) return { legs, left, refused }
  const why = refused.map(({ reason }) => reason).join('; ')
  return nothing(`waits: ${why === '' ? 'no venue is given' : why}`, refused)
}

function roomAt(buys: boolean, candidate: HedgeCandidate): { readonly size: number; readonly because?: string } {
  const { venue } = candidate.instrument
  const price = (buys ? candidate.ask : candidate.bid) as number
  const depth = (buys ? candidate.askDepth : candidate.bidDepth) ?? Number.POSITIVE_INFINITY
  const { marginAvailable, marginRate } = candidate
  const byMargin =
    marginAvailable === undefined || marginRate === 0
      ? Number.POSITIVE_INFINITY
      : marginAvailable / (marginRate * price)
  if (depth <= byMargin) return { size: depth, because: `depth at ${venue} is ${figure(depth)}` }
  return { size: byMargin, because: `margin left at ${venue} is ${figure(marginAvailable ?? 0)} USD` }
}

/** A cost in words: the whole, and each part that is not 0. */
export function costText(cost: HedgeCost): string {
  const parts = (['spread', 'fee', 'funding', 'basis', 'margin'] as const)
    .filter((name) => cost[name] !== 0)
    .map((name) => `${name} ${bps(cost[name])}`)
  return `${bps(cost.total)} (${parts.join(', ')})`
}

function bps(fraction: number): string {
  return `${(fraction * 10_000).toFixed(2)} bps`
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`
}

function figure(value: number): string {
  return `${Number(value.toPrecision(6))}`
}
