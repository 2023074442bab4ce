import { exp, log } from '@holdfast/quant'

export type InsuranceMethod = 'cppi' | 'tipp' | 'obpi'

/** What insurance remembers of an account: plain data, part of the rules' state. USD, epoch milliseconds. */
export type FloorMemory = {
  /** Value when it was first seen; the floor is a share of it. */
  readonly start: number
  readonly since: number
  readonly floor: number
  /** Highest value so far. */
  readonly peak: number
}

export type FloorTerms = {
  readonly method: InsuranceMethod
  /** Share of the value that is insured, 0 … 1. */
  readonly floorShare: number
  /** Growth of the floor a year, effective: 0.05 is 5 %. */
  readonly growth: number
}

const MS_PER_YEAR = 31_536_000_000

/**
 * The floor at an instant.
 *
 *   CPPI, OBPI   F(t) = f · V₀ · (1 + g)^t
 *   TIPP         F(t) = max(F(t−), f · V(t), f · V₀ · (1 + g)^t): it follows new highs and never falls
 *
 * A value that is not known or not positive changes nothing. The growth is capped at the value: a floor above it cannot be
 * kept by anything, and is then told by a cushion of 0.
 *
 * @see F. Black, A. Perold, "Theory of constant proportion portfolio insurance", J. Economic Dynamics and Control 16 (1992);
 * T. Estep, M. Kritzman, "TIPP: Insurance without complexity", Journal of Portfolio Management 14 (1988).
 */
export function rememberFloor(
  before: FloorMemory | undefined,
  terms: FloorTerms,
  value: number | undefined,
  now: number,
): FloorMemory | undefined {
  if (value === undefined || !(value > 0 && value < Number.POSITIVE_INFINITY)) return before
  const { start, since, floor, peak } = before ?? { start: value, since: now, floor: 0, peak: value }
  const years = Math.max(0, now - since) / MS_PER_YEAR
  const grown = terms.floorShare * start * (terms.growth === 0 ? 1 : exp(log(1 + terms.growth) * years))
  const next = terms.method === 'tipp' ? Math.max(floor, grown, terms.floorShare * value) : grown
  const same = before !== undefined && next === floor && value <= peak
  return same ? before : { start, since, floor: next, peak: Math.max(peak, value) }
}

export type ExposureTerms = {
  /** Exposure per unit of cushion as wished; capped by 1 / gap. */
  readonly multiplier: number
  /** Most exposure, as a share of the value. */
  readonly cap: number
}

export type InsuredExposure = {
  /** Value − floor, at least 0, USD. */
  readonly cushion: number
  readonly multiplier: number
  /** USD, 0 … cap · value. */
  readonly exposure: number
}

/**
 * Exposure that keeps the floor: E = min(m · C, cap · V) with the cushion C = max(0, V − F) and m = min(wished, 1 / gap).
 *
 * A fall by `x` between two trades leaves V − E x ≥ F while x ≤ 1/m: so no gap up to the stated one breaches the floor.
 * Undefined where a number is not known.
 */
export function insuredExposure(
  value: number,
  floor: number,
  gap: number,
  { multiplier, cap }: ExposureTerms,
): InsuredExposure | undefined {
  if (!(gap > 0 && gap < 1 && multiplier > 0 && cap >= 0)) return undefined
  const cushion = Math.max(0, value - floor)
  const most = Math.min(multiplier, 1 / gap)
  const exposure = Math.min(most * cushion, cap * Math.max(0, value))
  return Number.isFinite(exposure) ? { cushion, multiplier: most, exposure } : undefined
}
