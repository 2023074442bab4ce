import { InputError, requireNonNegative } from '../inputError.js'
import { exp, log, logGamma, normalPdf, normalQuantile, studentTQuantile } from '../math/index.js'
import type { RiskFigures } from './historical.js'
import { requireConfidence } from './sample.js'

/** A distribution of P&L with a mean and a standard deviation: `student-t` is scaled to have that deviation. */
export type PnlDistribution =
  | { readonly kind: 'normal' }
  /** Degrees of freedom > 2, so that the variance exists. */
  | { readonly kind: 'student-t'; readonly degreesOfFreedom: number }

/**
 * VaR and ES of a unit: how many standard deviations below the mean.
 *
 *   normal:     VaR = z,                     ES = φ(z)/(1 − c),                          z = Φ⁻¹(c)
 *   student-t:  VaR = t √((ν − 2)/ν),        ES = √((ν − 2)/ν) f(t)/(1 − c) (ν + t²)/(ν − 1),   t = t_ν⁻¹(c)
 *
 * @see A. J. McNeil, R. Frey, P. Embrechts, "Quantitative Risk Management" (2015), examples 2.11 and 2.15.
 */
export function standardRisk(distribution: PnlDistribution, confidence: number): RiskFigures {
  requireConfidence(confidence)
  switch (distribution.kind) {
    case 'normal': {
      const z = normalQuantile(confidence)
      return { valueAtRisk: z, expectedShortfall: normalPdf(z) / (1 - confidence) }
    }
    case 'student-t': {
      const nu = distribution.degreesOfFreedom
      if (!(nu > 2 && nu < Number.POSITIVE_INFINITY)) {
        throw new InputError('degreesOfFreedom', nu, 'a number > 2, so that the variance exists')
      }
      const t = studentTQuantile(confidence, nu)
      const scale = Math.sqrt((nu - 2) / nu)
      const tail = (studentTPdf(t, nu) / (1 - confidence)) * ((nu + t * t) / (nu - 1))
      return { valueAtRisk: scale * t, expectedShortfall: scale * tail }
    }
  }
}

function studentTPdf(t: number, nu: number): number {
  const logNorm = logGamma((nu + 1) / 2) - logGamma(nu / 2) - 0.5 * log(nu * Math.PI)
  return exp(logNorm - ((nu + 1) / 2) * log(1 + (t * t) / nu))
}

/**
 * Parametric VaR and ES: σ times the unit figures, less the mean.
 *
 * @param mean - of the P&L over the horizon, signed.
 * @param standardDeviation - of the P&L over the horizon, ≥ 0; at 0 both figures are −mean.
 */
export function parametricRisk(
  mean: number,
  standardDeviation: number,
  confidence: number,
  distribution: PnlDistribution = { kind: 'normal' },
): RiskFigures {
  if (!Number.isFinite(mean)) throw new InputError('mean', mean, 'a finite number')
  requireNonNegative('standardDeviation', standardDeviation)
  const unit = standardRisk(distribution, confidence)
  return {
    valueAtRisk: standardDeviation * unit.valueAtRisk - mean,
    expectedShortfall: standardDeviation * unit.expectedShortfall - mean,
  }
}

export type CornishFisherRisk = RiskFigures & {
  /** False where the expansion's quantile is not increasing in c: the figures are then no distribution's. */
  readonly withinDomain: boolean
}

/**
 * VaR and ES by the Cornish–Fisher expansion of the loss quantile to fourth order.
 *
 *   q(z) = z + (z² − 1)S/6 + (z³ − 3z)K/24 − (2z³ − 5z)S²/36,   VaR = σ q(z) − μ,   z = Φ⁻¹(c)
 *   ES   = σ φ(z)/(1 − c) (1 + zS/6 + (z² − 1)K/24 − (2z² − 1)S²/36) − μ
 *
 * with S = −skewness of the P&L and K its excess kurtosis. Its domain: q increasing everywhere, that is
 * S²/9 − 4(K/8 − S²/6)(1 − K/8 + 5S²/36) ≤ 0.
 *
 * @see D. Maillard, "A user's guide to the Cornish Fisher expansion", SSRN 1997178 (2012).
 */
export function cornishFisherRisk(
  moments: {
    readonly mean: number
    readonly standardDeviation: number
    readonly skewness: number
    readonly excessKurtosis: number
  },
  confidence: number,
): CornishFisherRisk {
  requireConfidence(confidence)
  requireNonNegative('standardDeviation', moments.standardDeviation)
  for (const field of ['mean', 'skewness', 'excessKurtosis'] as const) {
    if (!Number.isFinite(moments[field])) throw new InputError(field, moments[field], 'a finite number')
  }
  const s = -moments.skewness
  const k = moments.excessKurtosis
  const z = normalQuantile(confidence)
  const z2 = z * z
  const quantile = z + ((z2 - 1) * s) / 6 + (z * (z2 - 3) * k) / 24 - (z * (2 * z2 - 5) * s * s) / 36
  const tail = 1 + (z * s) / 6 + ((z2 - 1) * k) / 24 - ((2 * z2 - 1) * s * s) / 36
  const shortfall = (normalPdf(z) / (1 - confidence)) * tail
  return {
    valueAtRisk: moments.standardDeviation * quantile - moments.mean,
    expectedShortfall: moments.standardDeviation * shortfall - moments.mean,
    withinDomain: inCornishFisherDomain(s, k),
  }
}

function inCornishFisherDomain(s: number, k: number): boolean {
  const cubic = k / 8 - (s * s) / 6
  const constant = 1 - k / 8 + (5 * s * s) / 36
  if (s === 0 && cubic === 0) return constant >= 0
  return cubic >= 0 && (s * s) / 9 - 4 * cubic * constant <= 0
}
