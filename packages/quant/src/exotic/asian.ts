import { InputError, requireNonNegative, requirePositive } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { exp, expm1, log } from '../math/index.js'
import { black76Price } from '../pricing/black76.js'
import { type Asset, costOfCarry, requireAsset } from './asset.js'

/** When the average is taken. */
export type Averaging =
  /**
   * Without a break from `elapsed` years ago until expiry. A derivative by time moves the years to expiry alone: theta holds
   * `elapsed` and `averageSoFar` fixed, so that it leaves out what the time that passes adds to the known share.
   */
  | { readonly kind: 'continuous'; readonly elapsed: number }
  /** At equal steps from `first` years hence to expiry; `taken` fixings are known already. */
  | { readonly kind: 'discrete'; readonly count: number; readonly first: number; readonly taken: number }

export type Asian = {
  readonly right: OptionRight
  /** K, quote per base, > 0. */
  readonly strike: number
  /** T, years, ≥ 0. */
  readonly yearsToExpiry: number
  readonly averaging: Averaging
  /** Average of what has been fixed so far, quote per base, > 0; read only where something has. */
  readonly averageSoFar?: number
}

/** Share of the average that is known, and the years of the fixings to come with their common weight. */
export type AverageState = { readonly knownShare: number; readonly known: number; readonly years: readonly number[] }

/** @throws {InputError} where fixings are missing, out of order or beyond expiry. */
export function requireAsian(asian: Asian, asset: Asset): void {
  requireAsset(asset)
  requirePositive('strike', asian.strike)
  requireNonNegative('yearsToExpiry', asian.yearsToExpiry)
  const { averaging } = asian
  if (averaging.kind === 'continuous') requireNonNegative('elapsed', averaging.elapsed)
  else {
    if (!(Number.isInteger(averaging.count) && averaging.count >= 1)) {
      throw new InputError('fixings/count', averaging.count, 'an integer >= 1')
    }
    if (!(Number.isInteger(averaging.taken) && averaging.taken >= 0)) {
      throw new InputError('elapsed', averaging.taken, 'an integer >= 0: the number of fixings taken')
    }
    requireNonNegative('fixings/first', averaging.first)
    if (averaging.first > asian.yearsToExpiry) {
      throw new InputError('fixings/first', averaging.first, `at most years ${asian.yearsToExpiry}`)
    }
  }
  if (knownShare(asian) > 0) requirePositive('averageSoFar', asian.averageSoFar ?? Number.NaN)
}

/** Share of the final average that is fixed already, 0 … 1. */
export function knownShare(asian: Asian): number {
  const { averaging, yearsToExpiry } = asian
  if (averaging.kind === 'discrete') return averaging.taken / (averaging.taken + averaging.count)
  const whole = averaging.elapsed + yearsToExpiry
  return whole > 0 ? averaging.elapsed / whole : 0
}

/** Years of the fixings to come, ascending, the last at expiry. */
export function fixingYears(asian: Asian): readonly number[] {
  const { averaging, yearsToExpiry } = asian
  if (averaging.kind === 'continuous') return []
  const { count, first } = averaging
  if (count === 1) return [yearsToExpiry]
  const step = (yearsToExpiry - first) / (count - 1)
  return Array.from({ length: count }, (_, i) => first + i * step)
}

/**
 * Price of an option on the geometric average, exact: the average is lognormal. With ω the share still to be fixed, G₀ what
 * is fixed, and t_i the fixings to come (n of them):
 *
 *   E ln G = (1 − ω) ln G₀ + ω (ln S + ν t̄),   Var ln G = ω² σ² Σ_ij min(t_i, t_j)/n²,   ν = b − σ²/2
 *
 * which for a continuous average is ω(ln S + νT/2) and ω²σ²T/3.
 *
 * @returns quote, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range.
 * @see A. Kemna, A. Vorst, "A pricing method for options based on average asset values", J. Banking and Finance 14 (1990);
 *   Haug (2007), 4.20.1.
 */
export function geometricAsianPrice(asian: Asian, asset: Asset): number {
  requireAsian(asian, asset)
  const open = 1 - knownShare(asian)
  const drift = costOfCarry(asset) - (asset.vol * asset.vol) / 2
  const { mean, covariance } = fixingMoments(asian)
  const known = open < 1 ? (1 - open) * log(asian.averageSoFar!) : 0
  const logMean = known + open * (log(asset.spot) + drift * mean)
  const variance = open * open * asset.vol * asset.vol * covariance
  const forward = exp(logMean + variance / 2)
  const discount = exp(-asset.rate * asian.yearsToExpiry)
  return black76Price(asian.right, forward, asian.strike, 1, Math.sqrt(variance), discount)
}

/** Mean of the fixing times, and mean of min(t_i, t_j) over all pairs, years. */
function fixingMoments(asian: Asian): { mean: number; covariance: number } {
  if (asian.averaging.kind === 'continuous')
    return { mean: asian.yearsToExpiry / 2, covariance: asian.yearsToExpiry / 3 }
  const years = fixingYears(asian)
  const n = years.length
  let mean = 0
  let covariance = 0
  years.forEach((t, i) => {
    mean += t / n
    covariance += (t * (2 * (n - 1 - i) + 1)) / (n * n)
  })
  return { mean, covariance }
}

/**
 * First two moments of the arithmetic average of what is still to be fixed, as E[A] and E[A²], for a spot of 1.
 *
 * @see S. Turnbull, L. Wakeman, "A quick algorithm for pricing European average options", J. Financial and Quantitative
 *   Analysis 26 (1991); Haug (2007), 4.20.2–4.
 */
export function arithmeticMoments(asian: Asian, asset: Asset): { first: number; second: number } {
  const b = costOfCarry(asset)
  const variance = asset.vol * asset.vol
  if (asian.averaging.kind === 'continuous') {
    const years = asian.yearsToExpiry
    return { first: meanGrowth(b, years), second: meanSquare(b, variance, years) }
  }
  const years = fixingYears(asian)
  const n = years.length
  let first = 0
  let second = 0
  let suffix = 0
  // Σ_ij E[S_i S_j] = Σ_i e^((2b + σ²)t_i) (1 + 2 Σ_{j>i} e^(b(t_j − t_i))).
  for (let i = n - 1; i >= 0; i--) {
    const t = years[i]!
    first += exp(b * t) / n
    second += (exp((2 * b + variance) * t) * (1 + 2 * suffix * exp(-b * t))) / (n * n)
    suffix += exp(b * t)
  }
  return { first, second }
}

/** (e^(bT) − 1)/(bT), 1 at bT = 0. */
function meanGrowth(b: number, years: number): number {
  const x = b * years
  return Math.abs(x) < 1e-12 ? 1 + x / 2 : expm1(x) / x
}

/** (2/T²) ∫₀^T e^((b + σ²)s) ∫_s^T e^(bu) … = (2/(b+σ²)T) [ g(2b + σ²) − g(b) ] with g = `meanGrowth`; its limit at b + σ² = 0. */
function meanSquare(b: number, variance: number, years: number): number {
  if (years === 0) return 1
  const a = b + variance
  if (Math.abs(a * years) > 1e-6) return (2 * (meanGrowth(a + b, years) - meanGrowth(b, years))) / (a * years)
  // d/da of g(a + b) at 0, by the symmetric difference: the next term is of order 1e-9 of it.
  const h = 1e-4
  return (meanGrowth(b + h / years, years) - meanGrowth(b - h / years, years)) / h
}

/**
 * Price of an option on the arithmetic average by matching two moments of a lognormal (Turnbull–Wakeman for b ≠ 0; Levy's
 * formula is the same matching). What is fixed already lowers the strike: K′ = (K − (1 − ω)A₀)/ω.
 *
 * Limits: where K′ ≤ 0 the option is sure to end in (call) or out of the money (put).
 *
 * @returns quote, ≥ 0; the error of the lognormal shape grows with vol: some 0.1 % of the price at 30 %, 2 % at 100 %.
 * @throws {InputError} where an input is not finite or outside its range.
 */
export function turnbullWakemanPrice(asian: Asian, asset: Asset): number {
  requireAsian(asian, asset)
  const open = 1 - knownShare(asian)
  const discount = exp(-asset.rate * asian.yearsToExpiry)
  const fixed = open < 1 ? (1 - open) * asian.averageSoFar! : 0
  const { first, second } = arithmeticMoments(asian, asset)
  const mean = open * asset.spot * first
  const strike = asian.strike - fixed
  if (!(strike > 0)) return asian.right === 'call' ? discount * (mean - strike) : 0
  if (mean === 0) return asian.right === 'put' ? discount * strike : 0
  const logVariance = Math.max(0, log(second / (first * first)))
  return black76Price(asian.right, mean, strike, 1, Math.sqrt(logVariance), discount)
}
