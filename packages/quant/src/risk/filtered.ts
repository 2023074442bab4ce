import { InputError } from '../inputError.js'
import { requireSample } from './sample.js'

/**
 * A GARCH(1,1) recursion for the variance of a return: h_{t+1} = ω + α r_t² + β h_t. EWMA with decay λ is ω = 0, α = 1 − λ, β = λ.
 */
export type VarianceFilter = { readonly omega: number; readonly alpha: number; readonly beta: number }

export function ewmaFilter(decay: number): VarianceFilter {
  if (!(decay > 0 && decay < 1)) throw new InputError('decay', decay, 'between 0 and 1, e.g. 0.94')
  return { omega: 0, alpha: 1 - decay, beta: decay }
}

/**
 * Past returns brought to the volatility of now, for filtered historical simulation: each is divided by the volatility
 * forecast for its day and multiplied by the forecast for the next.
 *
 *   r*_t = r_t √(h_{n+1}/h_t),   h₁ = mean of r² over the sample
 *
 * Works on P&L of a constant position as on returns. The result goes into `historicalRisk`.
 *
 * @param returns - oldest first, at least 2, not all 0.
 * @see G. Barone-Adesi, K. Giannopoulos, L. Vosper, "VaR without correlations for portfolios of derivative securities",
 * J. Futures Markets 19 (1999), 583–602.
 */
export function filteredReturns(
  returns: readonly number[],
  filter: VarianceFilter,
): { readonly returns: readonly number[]; readonly volatility: number } {
  requireSample('returns', returns, 2)
  const { omega, alpha, beta } = filter
  if (!(omega >= 0 && alpha >= 0 && beta >= 0 && alpha + beta <= 1 + 1e-12)) {
    throw new InputError('filter', JSON.stringify(filter), 'omega, alpha, beta ≥ 0 with alpha + beta ≤ 1')
  }
  let variance = returns.reduce((sum, value) => sum + value * value, 0) / returns.length
  if (!(variance > 0)) throw new InputError('returns', 'all 0', 'a sample that varies')
  const forecasts: number[] = []
  for (const value of returns) {
    forecasts.push(variance)
    variance = omega + alpha * value * value + beta * variance
    if (!(variance > 0)) throw new InputError('filter', JSON.stringify(filter), 'a filter whose variance stays above 0')
  }
  return {
    returns: returns.map((value, index) => value * Math.sqrt(variance / forecasts[index]!)),
    volatility: Math.sqrt(variance),
  }
}
