import { black76Greeks } from '@holdfast/quant'
import type { Priced } from './priced.js'

/**
 * Sensitivities of a position: sizes in base units, money in USD; per 1.00 of vol and rate, per year of calendar time passing.
 *
 * Coin that is held or has been earned is a balance and no part of `delta` and `deltaNet` (as venues reckon); `slope` is the
 * whole change of the position's USD value per USD of index, with it.
 */
export type PositionGreeks = {
  readonly delta: number
  readonly deltaNet: number
  readonly slope: number
  readonly gamma: number
  readonly vega: number
  readonly theta: number
  readonly rho: number
  readonly vanna: number
  readonly volga: number
  readonly charm: number
}

const FLAT = { gamma: 0, vega: 0, theta: 0, rho: 0, vanna: 0, volga: 0, charm: 0 }

/**
 * Greeks of `size` units, with index and forward moving by the same share (F = cS).
 *
 *   option, inverse: V = S B(F)/F    delta w N(d1), net of premium delta − B/F
 *   option, linear:  V = u B(F)      delta u c w N(d1); nothing to take off
 *   inverse future:  N/P base units, both ways            linear: size · P/S
 *
 * @param fixedShare - share of the settlement average that has fixed: what is fixed no longer moves with spot, so deltas
 * keep 1 − fixedShare and gamma its square.
 */
export function positionGreeks(priced: Priced, size: number, index: number, fixedShare: number): PositionGreeks {
  const open = 1 - fixedShare
  switch (priced.kind) {
    case 'linear': {
      const delta = size * ((priced.mark * priced.unit) / index) * open
      return { ...FLAT, delta, deltaNet: delta, slope: delta }
    }
    case 'inverse': {
      const delta = (size / priced.mark) * open
      return { ...FLAT, delta, deltaNet: delta, slope: size / priced.entry - (size / priced.mark) * fixedShare }
    }
    case 'option':
      return optionGreeks(priced, size, index, open)
  }
}

function optionGreeks(
  option: Extract<Priced, { kind: 'option' }>,
  size: number,
  index: number,
  open: number,
): PositionGreeks {
  const { right, forward, strike, years, vol, unit, inverse } = option
  const g = black76Greeks(right, forward, strike, years, vol)
  const perForward = inverse ? unit / forward : unit
  const c = forward / index
  const scale = size * perForward
  const delta = scale * c * g.forwardDelta * open
  const premium = inverse ? (size * g.price) / forward : 0
  return {
    delta,
    deltaNet: delta - premium * open,
    slope: delta,
    gamma: scale * c * c * g.forwardGamma * open * open,
    vega: scale * g.vega,
    theta: scale * g.theta,
    rho: scale * years * (forward * g.forwardDelta - g.price),
    vanna: scale * c * g.vanna * open,
    volga: scale * g.volga,
    // ∂Δ/∂t = φ(d1) d2/(2T) = −∂²B/∂F∂σ · σ/(2T)
    charm: years > 0 ? (-scale * c * g.vanna * vol * open) / (2 * years) : 0,
  }
}

/**
 * Theta of the day to come: a year's rate over 365, over the days left when under one, and never more than a long option's
 * value.
 */
export function thetaPerDay(theta: number, years: number, value: number): number {
  const perDay = (theta / 365) * Math.min(1, years * 365)
  return value > 0 ? Math.max(perDay, -value) : perDay
}
