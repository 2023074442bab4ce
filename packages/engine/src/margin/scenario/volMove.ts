import { log, pow } from '@holdfast/quant'
import type { PortfolioParameters } from './parameters.js'
import type { Shock } from './underlying.js'

type VolMove = Shock['vol']

const DAYS_PER_YEAR = 365

/**
 * Parallel relative move, scaled by tenor.
 *
 *   vol · (1 ± range · (30 d / max(T, floor))^power),  not below 0; up: not below `floorUp`, unless the vol was above
 */
export function volShocksOf(parameters: PortfolioParameters['vol'], direction: 'up' | 'none' | 'down'): VolMove {
  if (direction === 'none') return (vol) => vol
  return (vol, years) => {
    const days = Math.max(years * DAYS_PER_YEAR, parameters.tenorFloorDays)
    const scale = pow(30 / days, days <= 30 ? parameters.shortPower : parameters.longPower)
    if (direction === 'down') return vol * Math.max(0, 1 - parameters.rangeDown * scale)
    return Math.max(parameters.floorUp, vol * (1 + parameters.rangeUp * scale))
  }
}

/** How far in the wing a strike is, −1 … 1: k/(width · σ√T), cut at the ends. */
function wing(parameters: PortfolioParameters['skew'], vol: number, years: number, k: number): number {
  const width = parameters.widthStdDev * vol * Math.sqrt(years)
  if (width === 0) return Math.sign(k)
  return Math.max(-1, Math.min(1, k / width))
}

/** Tilt of the smile: calls' wing up and puts' wing down, or the other way round. */
export function tiltOf(parameters: PortfolioParameters['skew'], sign: 1 | -1): VolMove {
  return (vol, years, k) => vol * (1 + sign * parameters.tilt * wing(parameters, vol, years, k))
}

/** Both wings up, or both down. */
export function curveOf(parameters: PortfolioParameters['skew'], sign: 1 | -1): VolMove {
  return (vol, years, k) => vol * (1 + sign * parameters.curve * Math.abs(wing(parameters, vol, years, k)))
}

/** Front tenors up and far ones down, or the other way round: relative move range · clamp(ln(pivot/T)/ln(ratio), ±1). */
export function termOf(parameters: PortfolioParameters['termStructure'], sign: 1 | -1): VolMove {
  return (vol, years) => {
    const days = Math.max(years * DAYS_PER_YEAR, 1 / 24)
    const lean = Math.max(-1, Math.min(1, log(parameters.pivotDays / days) / log(parameters.ratio)))
    return vol * (1 + sign * parameters.range * lean)
  }
}
