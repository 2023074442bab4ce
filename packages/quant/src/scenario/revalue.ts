import { InputError, requireNonNegative, requirePositive } from '../inputError.js'
import type { OptionRight, Payoff } from '../instrument.js'
import { log } from '../math/index.js'
import { black76Price } from '../pricing/black76.js'
import { movedVol, type Smile, type Stickiness, type VolShock } from '../surface/moves.js'

/**
 * What is known of an instrument before the shock. Prices are quote per base; `index` is the price at which a coin is worth
 * money, for inverse contracts. `smile` is needed only where vols do not stick to strikes; without it they do.
 */
export type ScenarioItem =
  | {
      readonly kind: 'option'
      readonly underlying: string
      readonly payoff: Payoff
      readonly right: OptionRight
      readonly strike: number
      readonly years: number
      readonly forward: number
      readonly impliedVol: number
      readonly index: number
      readonly smile?: Smile
    }
  | {
      readonly kind: 'future' | 'perpetual'
      readonly underlying: string
      readonly payoff: Payoff
      readonly price: number
      readonly index: number
    }
  | { readonly kind: 'spot'; readonly underlying: string; readonly price: number }

/** One joint move of an underlying's prices and vols. */
export type Shock = {
  /** Relative move of index, forwards, futures and perpetuals alike: −0.1 is ten per cent down; > −1. */
  readonly spotMove: number
  readonly vol: VolShock
  /** What vols stick to as the forward moves; strikes where absent. */
  readonly stickiness?: Stickiness
  /** Years that pass before the instrument is valued again; 0 where absent. Options past their expiry are worth their payoff. */
  readonly yearsPassed?: number
}

/**
 * P&L of one unit of an instrument's size under a shock: quote currency, profit > 0.
 *
 *   option, linear:           V(F′, σ′) − V(F, σ)                    one unit of base
 *   option, inverse:          V(F′, σ′)/F′ · S′ − V(F, σ)/F · S      one unit of base, paid in coin
 *   future, linear; spot:     P′ − P                                one unit of base
 *   future, inverse:          (1/P − 1/P′) · S′                      one unit of quote, paid in coin
 *
 * with V undiscounted Black-76. What an inverse contract has already earned in coin, and the coins themselves, move with S as
 * well: they are balances, and a balance is an item of kind `spot`.
 *
 * @throws {InputError} where a figure is NaN or outside its range.
 */
export function scenarioPnl(item: ScenarioItem, shock: Shock): number {
  const { spotMove } = shock
  if (!(spotMove > -1 && spotMove < Number.POSITIVE_INFINITY)) {
    throw new InputError('spotMove', spotMove, 'a relative move > −1')
  }
  switch (item.kind) {
    case 'spot':
      return requirePositive('price', item.price) * spotMove
    case 'future':
    case 'perpetual':
      return futurePnl(item.payoff, requirePositive('price', item.price), item.index, spotMove)
    case 'option':
      return optionPnl(item, shock)
  }
}

function futurePnl(payoff: Payoff, price: number, index: number, spotMove: number): number {
  if (payoff === 'linear') return price * spotMove
  // (1/P − 1/P′) S′ with P′ = P (1 + x), S′ = S (1 + x): the factor cancels.
  return (requirePositive('index', index) * spotMove) / price
}

function optionPnl(item: Extract<ScenarioItem, { kind: 'option' }>, shock: Shock): number {
  const before = optionValue(item, item.forward, item.index, item.years, item.impliedVol)
  const passed = requireNonNegative('yearsPassed', shock.yearsPassed ?? 0)
  const years = Math.max(item.years - passed, 0)
  const growth = 1 + shock.spotMove
  const vol = shockedVol(item, shock)
  return optionValue(item, item.forward * growth, item.index * growth, years, vol) - before
}

function shockedVol(item: Extract<ScenarioItem, { kind: 'option' }>, shock: Shock): number {
  const { smile, impliedVol, strike, forward, years } = item
  const stickiness = smile === undefined ? 'sticky-strike' : (shock.stickiness ?? 'sticky-strike')
  if (stickiness === 'sticky-strike' || !(years > 0)) {
    return movedVol(() => impliedVol, 0, 0, years, 'sticky-strike', shock.vol)
  }
  const k = log(strike / forward)
  // The mark's own vol is kept: what the smile says of the move is applied to it, not the smile's misfit.
  const misfit = impliedVol - smile!(k)
  return movedVol((x) => Math.max(smile!(x) + misfit, 0), k, log(1 + shock.spotMove), years, stickiness, shock.vol)
}

function optionValue(
  item: Extract<ScenarioItem, { kind: 'option' }>,
  forward: number,
  index: number,
  years: number,
  vol: number,
): number {
  const value = black76Price(item.right, forward, item.strike, years, vol, 1)
  return item.payoff === 'linear' ? value : (value / forward) * requirePositive('index', index)
}
