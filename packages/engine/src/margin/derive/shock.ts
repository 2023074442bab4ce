import { exp, pow } from '@holdfast/quant'
import { optionValue } from '../optionValue.js'
import type { DeriveExpiry } from './holdings.js'

const MONTH_SECONDS = 30 * 86_400

export type VolShockParameters = {
  readonly volRangeUp: number
  readonly volRangeDown: number
  readonly shortTermPower: number
  readonly longTermPower: number
  readonly dteFloorDays: number
}

/**
 * Relative vol shocks of an expiry, scaled by its tenor.
 *
 *   m = (30 d / max(t, floor))^p,  p = shortTermPower where t ≤ 30 d, else longTermPower
 *   up = 1 + volRangeUp · m,   down = max(0, 1 − volRangeDown · m)
 */
export function volShocks(
  parameters: VolShockParameters,
  seconds: number,
): { readonly up: number; readonly none: number; readonly down: number } {
  const power = seconds <= MONTH_SECONDS ? parameters.shortTermPower : parameters.longTermPower
  const scale = pow(MONTH_SECONDS / Math.max(seconds, parameters.dteFloorDays * 86_400), power)
  return {
    up: 1 + parameters.volRangeUp * scale,
    none: 1,
    down: Math.max(0, 1 - parameters.volRangeDown * scale),
  }
}

/** Discount factor of an expiry: exp(−rate · years), the rate not below 0. */
export function discountFactor(expiry: DeriveExpiry): number {
  return exp(-expiry.rate * expiry.years)
}

/**
 * Value of an expiry's options with spot at `spotShock` times today's: only the part of the forward that is not yet fixed
 * moves. `volOf` gives the vol of an option in this scenario.
 */
export function expiryValue(
  expiry: DeriveExpiry,
  spotShock: number,
  discount: number,
  volOf: (vol: number, strike: number) => number,
): number {
  const forward = expiry.variable * spotShock + expiry.fixed
  let value = 0
  for (const option of expiry.options) {
    const vol = volOf(option.vol, option.strike)
    value += option.size * discount * optionValue(option.right, forward, option.strike, vol, expiry.years)
  }
  return value
}

/** `spot +15 %, vol up`; a damped scenario says by how much. */
export function scenarioName(spot: number, vol: string, dampening = 1): string {
  const percent = Math.round((spot - 1) * 1e6) / 1e4
  const move = percent > 0 ? `+${percent}` : `${percent === 0 ? 0 : percent}`
  const text = `spot ${move} %, vol ${vol}`
  return dampening === 1 ? text : `${text}, damped to ${Math.round(dampening * 1e6) / 1e6}`
}

/** Charge of a feed that is not certain: (1 − c) · factor · notional where c is below the threshold, else 0. */
export function confidenceCharge(
  confidence: number,
  notional: number,
  parameters: { readonly confThreshold: number; readonly confMargin: number },
): number {
  if (confidence >= parameters.confThreshold) return 0
  return (1 - confidence) * parameters.confMargin * notional
}

/**
 * Basis contingency of one expiry, ≤ 0: the worse of its P&L with spot up and down alone, scaled.
 *
 *   min(0, V(up) − V, V(down) − V) · (add + mult · years)
 */
export function basisContingency(
  expiry: DeriveExpiry,
  markToMarket: number,
  discount: number,
  parameters: {
    readonly basisSpotUp: number
    readonly basisSpotDown: number
    readonly basisAdd: number
    readonly basisMult: number
  },
): number {
  const same = (vol: number) => vol
  const up = expiryValue(expiry, parameters.basisSpotUp, discount, same) - markToMarket
  const down = expiryValue(expiry, parameters.basisSpotDown, discount, same) - markToMarket
  return Math.min(0, up, down) * (parameters.basisAdd + parameters.basisMult * expiry.years)
}
