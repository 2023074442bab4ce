import {
  type Clearing,
  type ClearingDecision,
  type ClearingEventBody,
  type ClearingParameters,
  createClearing,
  DEFAULT_CLEARED_MARKET,
  DEFAULT_CLEARING,
  type HealthBand,
  restoreClearing,
} from '@holdfast/engine'
import type { PathStep, VenuePath } from '../venue/path.js'
import { seededRandom } from './random.js'

const ONE = 1_000_000_000_000_000_000n
const LOT = ONE / 1_000n

export type VenueSettings = {
  readonly seed: number
  /** Owners; with `isolated` each has a sub-account for every market, with `cross` one account for all. */
  readonly owners: number
  readonly mode: 'isolated' | 'cross'
  /** Initial margin rate at each step, fraction of notional; maintenance is 0.6 of it. */
  readonly initialRate: (step: number) => number
  /** Insurance fund of each market at the start, USD. */
  readonly fundUsd: number
}

/** The venue at one instant; USD, sums since the start unless it says now. */
export type VenueRecord = {
  readonly time: number
  readonly prices: readonly number[]
  /** Accounts in each band now. */
  readonly bands: Readonly<Record<HealthBand, number>>
  readonly calls: number
  readonly liquidations: number
  readonly liquidatedUsd: number
  readonly auctions: number
  readonly fundUsd: number
  readonly fundDrawnUsd: number
  readonly deleveragedUsd: number
  readonly socialisedUsd: number
  readonly openInterestUsd: number
  readonly initialMarginUsd: number
  /** What the owners (not the maker, not the backstop) carry now, and their equity. */
  readonly notionalUsd: number
  readonly equityUsd: number
  readonly withdrawalsGated: boolean
  /** Accounts by margin ratio now: counts in tenths of 1, the last one at 1 and above. */
  readonly histogram: readonly number[]
  /** The accounts nearest to liquidation now, worst first. */
  readonly worst: readonly { readonly account: string; readonly marginRatio: number; readonly equityUsd: number }[]
}

export type VenueRun = { readonly accounts: number; readonly series: readonly VenueRecord[]; readonly digest: string }

/** The same path with a gap: from the sharpest step on, every price is lower by this fraction. */
export function withGap(path: VenuePath, gap: number): VenuePath {
  let sharpest = 1
  let largest = 0
  path.steps.forEach((step, index) => {
    const before = path.steps[index - 1]
    if (before === undefined) return
    const move = Math.max(...step.prices.map((price, at) => Math.abs(price / before.prices[at]! - 1)))
    if (move <= largest) return
    largest = move
    sharpest = index
  })
  const steps = path.steps.map((step, index) => {
    return index < sharpest ? step : { ...step, prices: step.prices.map((price) => price * (1 - gap)) }
  })
  return { underlyings: path.underlyings, steps }
}

/** The parameters of the venue where initial margin is this fraction of notional. */
export function venueParameters(markets: readonly string[], initialRate: number): ClearingParameters {
  const initial = BigInt(Math.round(initialRate * 1e6)) * (ONE / 1_000_000n)
  const maintenance = (initial * 6n) / 10n
  const market = {
    ...DEFAULT_CLEARED_MARKET,
    initialRate: initial,
    maintenanceRate: maintenance,
    ratePerMillion: ONE / 10_000n,
    liquidationSlippage: maintenance / 4n,
    liquidationPenalty: maintenance / 4n,
    priceBand: maintenance,
    openInterestCap: 10_000_000n * ONE,
    trancheSize: 100n * ONE,
  }
  return {
    ...DEFAULT_CLEARING,
    markets: Object.fromEntries(markets.map((name) => [name, { ...market, underlying: name }])),
    maximalLapses: 2,
    auction: { ...DEFAULT_CLEARING.auction, insolventMs: 60_000 },
  }
}

/** Rounds in which orders of one step are filled or lapse, and auctions find bidders. */
const ROUNDS = 6

/**
 * Builds a venue of leveraged owners around a market maker and a backstop bidder, and takes it through a path of prices. The same
 * settings give the same series and the same digest of the books.
 */
export function runVenue(path: VenuePath, settings: VenueSettings): VenueRun {
  const { underlyings: markets, steps } = path
  let clearing = createClearing(venueParameters(markets, settings.initialRate(0)))
  const totals = {
    calls: 0,
    liquidations: 0,
    liquidatedUsd: 0,
    auctions: 0,
    fundDrawnUsd: 0,
    deleveragedUsd: 0,
    socialisedUsd: 0,
  }
  let time = steps[0]!.time - 1_000
  let rate = settings.initialRate(0)
  const tell = (body: ClearingEventBody): readonly ClearingDecision[] => {
    const sequence = clearing.view().sequence + 1
    const event = { sequence, time, ...body }
    const decisions = clearing.step([event.kind === 'mark' ? { ...event, publishedTime: time } : event])
    for (const decision of decisions) count(totals, decision, clearing)
    return decisions
  }
  open(tell, path, settings)
  const series = steps.map((step, index) => {
    const wanted = settings.initialRate(index)
    if (wanted !== rate) {
      rate = wanted
      clearing = restoreClearing(venueParameters(markets, rate), clearing.snapshot())
    }
    time = step.time
    for (let round = 0; round < ROUNDS; round++) {
      markets.forEach((market, at) => {
        const price = usd(step.prices[at]!)
        tell({ kind: 'mark', market, price, average: price, confidence: 0n, publishedTime: time })
      })
      if (clearing.view().attention.size === 0) break
      serve(clearing, tell, step.stress, round)
      time += 20_000
    }
    return record(clearing, step, totals)
  })
  return { accounts: clearing.view().accounts.size, series, digest: clearing.digest() }
}

type Tell = (body: ClearingEventBody) => readonly ClearingDecision[]
type Totals = {
  -readonly [Name in
    | 'calls'
    | 'liquidations'
    | 'liquidatedUsd'
    | 'auctions'
    | 'fundDrawnUsd'
    | 'deleveragedUsd'
    | 'socialisedUsd']: number
}

/** Owners with leverage from 1 to 0.9 of what margin allows; two in three are long, and half hedge one market by the other. */
function open(tell: Tell, { underlyings: markets, steps }: VenuePath, settings: VenueSettings): void {
  const random = seededRandom(settings.seed)
  const prices = steps[0]!.prices
  for (const account of ['maker', 'backstop']) {
    tell({ kind: 'open-account', account, owner: account })
    tell({ kind: 'deposit', account, asset: 'USD', amount: usd(2e9) })
  }
  markets.forEach((market, at) => {
    const price = usd(prices[at]!)
    if (settings.fundUsd > 0) tell({ kind: 'fund-contribution', market, amount: usd(settings.fundUsd) })
    tell({ kind: 'mark', market, price, average: price, confidence: 0n, publishedTime: 0 })
  })
  for (let owner = 0; owner < settings.owners; owner++) {
    const wealth = 1_000 + 200_000 * random.next() * random.next() * random.next()
    const leverage = (1 + (0.9 / settings.initialRate(0) - 1) * random.next()) / markets.length
    const long = !random.onceIn(3)
    const hedged = random.onceIn(2)
    if (settings.mode === 'cross') {
      tell({ kind: 'open-account', account: `u${owner}`, owner: `u${owner}` })
      tell({ kind: 'deposit', account: `u${owner}`, asset: 'USD', amount: usd(wealth) })
    }
    markets.forEach((market, at) => {
      const account = settings.mode === 'cross' ? `u${owner}` : `u${owner}/${market}`
      if (settings.mode === 'isolated') {
        tell({ kind: 'open-account', account, owner: `u${owner}`, isolated: market })
        tell({ kind: 'deposit', account, asset: 'USD', amount: usd(wealth / markets.length) })
      }
      const size = BigInt(Math.floor(((wealth * leverage) / prices[at]!) * 1_000)) * LOT
      if (size === 0n) return
      const buys = at > 0 && hedged ? !long : long
      const [buyer, seller] = buys ? [account, 'maker'] : ['maker', account]
      tell({ kind: 'trade', market, buyer, seller, size, price: usd(prices[at]!) })
    })
  }
}

/** The maker fills what the book bears, less of it in stress; the backstop bids once a discount pays for the risk. */
function serve(clearing: Clearing, tell: Tell, stress: number, round: number): void {
  const { orders, attention, accounts } = clearing.view()
  let index = 0
  for (const [order, { size, limit }] of [...orders]) {
    index++
    if (stress > 1 && (index + round) % Math.ceil(stress) !== 0) continue
    tell({ kind: 'fill', order, counterparty: 'maker', size: size < 0n ? -size : size, price: limit })
  }
  for (const account of [...attention]) {
    if (accounts.get(account)!.auction === null || round < ROUNDS / 2) continue
    tell({ kind: 'bid', bidder: 'backstop', account, share: ONE, limit: usd(1e9) })
  }
}

function count(totals: Totals, decision: ClearingDecision, clearing: Clearing): void {
  switch (decision.kind) {
    case 'margin-call':
      totals.calls++
      break
    case 'liquidation-order': {
      const price = toNumber(clearing.view().markets.get(decision.market)!.price)
      totals.liquidations++
      totals.liquidatedUsd += Math.abs(toNumber(decision.size)) * price
      break
    }
    case 'auction':
      if (decision.what === 'opened') totals.auctions++
      break
    case 'fund-draw':
      totals.fundDrawnUsd += toNumber(decision.amount)
      break
    case 'loss-shared':
      totals.deleveragedUsd += toNumber(decision.deleveraged)
      totals.socialisedUsd += toNumber(decision.socialised)
      break
    default:
  }
}

function record(clearing: Clearing, step: PathStep, totals: Totals): VenueRecord {
  const { accounts, markets, gated } = clearing.view()
  const bands: Record<HealthBand, number> = { healthy: 0, notice: 0, call: 0, liquidation: 0, insolvent: 0 }
  const histogram = Array.from({ length: 11 }, () => 0)
  const standing: { account: string; marginRatio: number; equityUsd: number }[] = []
  let initialMarginUsd = 0
  let notionalUsd = 0
  let ownersUsd = 0
  for (const [account, { band, positions }] of accounts) {
    if (account === 'maker' || account === 'backstop') continue
    bands[band]++
    if (positions.size === 0) continue
    const { equity, initialMargin, maintenanceMargin } = clearing.health(account)!
    const equityUsd = toNumber(equity)
    const marginRatio = equityUsd > 0 ? toNumber(maintenanceMargin) / equityUsd : Number.MAX_VALUE
    initialMarginUsd += toNumber(initialMargin)
    ownersUsd += equityUsd
    for (const [name, { size }] of positions) {
      notionalUsd += Math.abs(toNumber(size)) * toNumber(markets.get(name)!.price)
    }
    const bin = Math.min(10, Math.floor(marginRatio * 10))
    histogram[bin] = histogram[bin]! + 1
    standing.push({ account, marginRatio, equityUsd })
  }
  standing.sort((a, b) => b.marginRatio - a.marginRatio || (a.account < b.account ? -1 : 1))
  let fundUsd = 0
  let openInterestUsd = 0
  for (const { fund, openInterest, price } of markets.values()) {
    fundUsd += toNumber(fund)
    openInterestUsd += toNumber(openInterest) * toNumber(price)
  }
  return {
    time: step.time,
    prices: step.prices,
    bands,
    ...totals,
    fundUsd,
    openInterestUsd,
    initialMarginUsd,
    notionalUsd,
    equityUsd: ownersUsd,
    withdrawalsGated: gated,
    histogram,
    worst: standing.slice(0, 10),
  }
}

function usd(amount: number): bigint {
  return BigInt(Math.round(amount * 100)) * (ONE / 100n)
}

/** For display: nearest double of a fixed-point amount. */
function toNumber(money: bigint): number {
  return Number(money) / 1e18
}
