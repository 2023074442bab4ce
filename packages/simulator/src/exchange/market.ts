import { civilFromDays, exp, log, normalQuantile } from '@holdfast/quant'
import { type Random, seededRandom } from '../clearing/random.js'
import { isFriday, type Tradable } from './terms.js'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const YEAR_MS = 365 * DAY_MS
const EXPIRY_MS = 8 * HOUR_MS

/** The world outside the exchange: what its index, marks and listings follow. Time only goes forward, in whole steps. */
export interface ExchangeMarket {
  /** Epoch milliseconds of the first step. */
  readonly start: number
  /** The next step after the present one, or undefined where the market ends. */
  nextStep(): number | undefined
  /** Goes to the next step. */
  step(): void
  readonly currencies: readonly string[]
  /** USD per coin. */
  index(currency: string): number
  /** Fair price of a perpetual or future, USD. */
  forward(instrument: Tradable): number
  /** Annualised decimal vol of an option. */
  vol(instrument: Extract<Tradable, { kind: 'option' }>): number
  /** ≥ 1: spreads are so many times wider, depth so many times thinner than on a calm day. */
  readonly stress: number
  /** What trades at a time; asked at the start and after each settlement. */
  listing(time: number): readonly Tradable[]
}

export type SeededMarketOptions = {
  readonly seed: number
  /** Epoch milliseconds, UTC. */
  readonly start: number
  readonly stepMs?: number
  /** USD per coin at the start. */
  readonly index?: Readonly<Record<string, number>>
  /** Annual vol of the diffusion, decimal. */
  readonly vol?: Readonly<Record<string, number>>
  /** Of the two diffusions. */
  readonly correlation?: number
  /** Jumps per year, common to all currencies; each is normal in the log with this mean and deviation. */
  readonly jumpsPerYear?: number
  readonly jumpMean?: number
  readonly jumpDeviation?: number
}

/**
 * A correlated jump-diffusion of BTC and ETH: d ln S = −σ²/2 dt + σ dW + J dN, J normal and shared (ETH jumps 1.2 times as
 * far). Vol levels rise with a jump and fall back with a half-life of a day; the smile is level·(1 + skew·x + wings·x²), with
 * x = ln(K/F)/√T clamped to ±1.5, so that every vol is positive. Everything follows from the seed.
 */
export function seededMarket(options: SeededMarketOptions): ExchangeMarket {
  const {
    start,
    stepMs = 1_000,
    correlation = 0.8,
    jumpsPerYear = 60,
    jumpMean = -0.01,
    jumpDeviation = 0.03,
  } = options
  const random = seededRandom(options.seed)
  const currencies = ['BTC', 'ETH']
  const index: Record<string, number> = { BTC: 90_000, ETH: 3_000, ...options.index }
  const diffusion: Record<string, number> = { BTC: 0.45, ETH: 0.6, ...options.vol }
  const premium: Record<string, number> = { BTC: 0, ETH: 0 }
  let excessVol = 0
  let time = start
  const dt = stepMs / YEAR_MS
  const sqrtDt = Math.sqrt(dt)
  const calm = exp((-stepMs / DAY_MS) * log(2))
  const market: ExchangeMarket & { stress: number } = {
    start,
    currencies,
    stress: 1,
    nextStep: () => time + stepMs,
    step() {
      time += stepMs
      const common = normal(random)
      const own = normal(random)
      const jump = random.next() < jumpsPerYear * dt ? jumpMean + jumpDeviation * normal(random) : 0
      excessVol = excessVol * calm + Math.abs(jump) * 4
      market.stress = 1 + 4 * excessVol
      for (const currency of currencies) {
        const shock =
          currency === 'BTC' ? common : correlation * common + Math.sqrt(1 - correlation * correlation) * own
        const sigma = diffusion[currency]!
        const drift = -0.5 * sigma * sigma * dt
        index[currency] = index[currency]! * exp(drift + sigma * sqrtDt * shock + jump * (currency === 'BTC' ? 1 : 1.2))
        premium[currency] = premium[currency]! * 0.999 + 0.00002 * (random.next() - 0.5) + jump * 0.02
      }
    },
    index: (currency) => Math.round(index[currency]! * 100) / 100,
    forward(instrument) {
      const spot = market.index(instrument.underlying)
      if (instrument.kind === 'perpetual') return spot * (1 + premium[instrument.underlying]!)
      const years = Math.max(0, instrument.expiry - time) / YEAR_MS
      return spot * exp(0.05 * years)
    },
    vol(option) {
      const years = Math.max(HOUR_MS, option.expiry - time) / YEAR_MS
      const x = log(option.strike / market.forward(option)) / Math.sqrt(years)
      const wing = Math.max(-1.5, Math.min(1.5, x))
      const level = diffusion[option.underlying]! + excessVol
      return level * (1 - 0.12 * wing + 0.15 * wing * wing)
    },
    listing: (at) => currencies.flatMap((currency) => chainOf(currency, index[currency]!, at)),
  }
  return market
}

/** A standard normal by the inverse of its distribution, from 2⁻³³ away from 0 and 1. */
function normal(random: Random): number {
  return normalQuantile(random.next() + 2 ** -33)
}

/** A perpetual, futures of two Fridays and two quarters, and options of two days, two Fridays and two months. */
function chainOf(currency: string, spot: number, time: number): Tradable[] {
  const terms = { venue: 'deribit', underlying: currency, quote: 'USD', settle: currency, payoff: 'inverse' } as const
  const { days, fridays, months } = expiriesAfter(time)
  const dated = [...fridays, ...months].sort((a, b) => a - b)
  const step = strikeStep(spot)
  const middle = Math.round(spot / step) * step
  const strikes = Array.from({ length: 13 }, (_, place) => middle + (place - 6) * step).filter((strike) => strike > 0)
  const optionExpiries = [...new Set([...days, ...dated])].sort((a, b) => a - b)
  return [
    { kind: 'perpetual', ...terms },
    ...[...new Set(dated)].map((expiry) => ({ kind: 'future', ...terms, expiry }) as const),
    ...optionExpiries.flatMap((expiry) =>
      strikes.flatMap((strike) =>
        (['call', 'put'] as const).map((right) => ({ kind: 'option', ...terms, expiry, strike, right }) as const),
      ),
    ),
  ]
}

/** About four percent of the price, in a step that a person would choose. */
function strikeStep(spot: number): number {
  const steps = [10, 20, 25, 50, 100, 200, 250, 500, 1_000, 2_000, 2_500, 5_000, 10_000]
  return steps.find((step) => step >= spot * 0.025) ?? 20_000
}

function expiriesAfter(time: number): { days: number[]; fridays: number[]; months: number[] } {
  const first = Math.floor(time / DAY_MS) * DAY_MS + EXPIRY_MS
  const next = first > time ? first : first + DAY_MS
  const days = [next, next + DAY_MS]
  const fridays: number[] = []
  const months: number[] = []
  for (let at = next; months.length < 2; at += DAY_MS) {
    if (!isFriday(at)) continue
    if (fridays.length < 2) fridays.push(at)
    if (isLastFriday(at)) months.push(at)
  }
  return { days, fridays, months }
}

function isLastFriday(time: number): boolean {
  const day = Math.floor(time / DAY_MS)
  return civilFromDays(day).month !== civilFromDays(day + 7).month
}
