/**
 * Mills ratio R(x) = n(x)/q(x) for 0 ≤ x ≤ 9 by a shorter rational function than src/math/millsRatio.ts: relative error
 * 2.3e-13, so that values revalued with it are within 2e-13 of the forward (scripts/fit_coefficients.py).
 */
export const NEAR = 9

export function millsNearNumerator(x: number): number {
  const x2 = x * x
  const low = 1.2533141373157244 + 1.385589686106934 * x + (0.7571726089691602 + 0.24864634027262547 * x) * x2
  const high = 0.05114377485051731 + 0.006246128402114716 * x + 0.00035837121836649537 * x2
  return low + high * (x2 * x2)
}

export function millsNearDenominator(x: number): number {
  const x2 = x * x
  const low = 1 + 1.9034251789803251 * x + (1.6228498969486855 + 0.8074868889628305 * x) * x2
  const high = 0.2549010334437144 + 0.05150169009863265 * x + (0.0062461435342652215 + 0.0003583709837305528 * x) * x2
  return low + high * (x2 * x2)
}
