import { InputError } from '../inputError.js'

/** A shock to a volatility: `relative` σ′ = σ(1 + change), `absolute` σ′ = σ + change (0.1 is ten vol points). Never below 0. */
export type VolShock = { readonly kind: 'relative' | 'absolute'; readonly change: number }

export const NO_VOL_SHOCK: VolShock = { kind: 'relative', change: 0 }

/** @throws {InputError} where the volatility is negative or the change not finite. */
export function shockVol(vol: number, shock: VolShock): number {
  if (!(vol >= 0 && vol < Number.POSITIVE_INFINITY)) throw new InputError('vol', vol, 'a finite number ≥ 0')
  if (!Number.isFinite(shock.change)) throw new InputError('change', shock.change, 'a finite number')
  return Math.max(shock.kind === 'relative' ? vol * (1 + shock.change) : vol + shock.change, 0)
}

/**
 * What stays put when the forward moves from F to F′:
 * - `sticky-strike`: each strike keeps its vol, σ′(K) = σ(ln(K/F));
 * - `sticky-moneyness`: the smile rides on the forward, σ′(K) = σ(ln(K/F′));
 * - `sticky-delta`: each delta keeps its vol. Without a vol shock this is sticky moneyness, since delta depends on K/F and σ√T
 *   alone; with one, the shocked vol belongs to the delta that it itself makes (see `movedVol`).
 */
export const STICKINESS = ['sticky-strike', 'sticky-moneyness', 'sticky-delta'] as const
export type Stickiness = (typeof STICKINESS)[number]

/** Implied vol at a log-moneyness, of one expiry, annualised decimal. */
export type Smile = (logMoneyness: number) => number

/**
 * Implied vol of a fixed strike after the forward moved and the vols were shocked.
 *
 * `sticky-delta`: with x the old log-moneyness whose delta the strike now has, σ′ = shock(σ(x)) where
 *
 *   −x/(σ(x)√T) + σ(x)√T/2 = −k′/(σ′√T) + σ′√T/2,   k′ = ln(K/F′)
 *
 * found by bisection of d₁, which falls in x on a smile without arbitrage; where the bracket is left, the end of it holds.
 *
 * @param logMoneyness - ln(K/F) before the move.
 * @param forwardLogMove - ln(F′/F).
 * @param years - T > 0.
 */
export function movedVol(
  smile: Smile,
  logMoneyness: number,
  forwardLogMove: number,
  years: number,
  stickiness: Stickiness,
  shock: VolShock = NO_VOL_SHOCK,
): number {
  switch (stickiness) {
    case 'sticky-strike':
      return shockVol(smile(logMoneyness), shock)
    case 'sticky-moneyness':
      return shockVol(smile(logMoneyness - forwardLogMove), shock)
    case 'sticky-delta':
      return stickyDeltaVol(smile, logMoneyness - forwardLogMove, years, shock)
  }
}

const BISECTIONS = 60

function stickyDeltaVol(smile: Smile, moved: number, years: number, shock: VolShock): number {
  const root = Math.sqrt(years)
  const gap = (x: number) => {
    const vol = smile(x)
    const after = shockVol(vol, shock)
    if (!(after > 0)) return undefined
    return -x / (vol * root) + (vol * root) / 2 + moved / (after * root) - (after * root) / 2
  }
  if (shock.change === 0) return smile(moved)
  const reach = 2 * (Math.abs(moved) + smile(moved) * root) + 1
  let low = -reach
  let high = reach
  const atLow = gap(low)
  const atHigh = gap(high)
  if (atLow === undefined || atHigh === undefined) return shockVol(smile(moved), shock)
  if (atLow <= 0) return shockVol(smile(low), shock)
  if (atHigh >= 0) return shockVol(smile(high), shock)
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2
    const at = gap(middle)
    if (at !== undefined && at > 0) low = middle
    else high = middle
  }
  return shockVol(smile((low + high) / 2), shock)
}
