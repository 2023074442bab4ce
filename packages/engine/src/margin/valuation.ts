import type { Instrument } from '@holdfast/quant'
import type { MarginAccount, MarginPosition } from './model.js'
import type { MarketReading } from './reading.js'

/** A position at mark. */
export type ValuedPosition = {
  readonly position: MarginPosition
  /** Signed exposure in units of the underlying. */
  readonly baseSize: number
  /** |exposure| × price of the underlying, USD, ≥ 0. */
  readonly notional: number
  /** What the position adds to equity, USD, signed: the value of options and spot, the unrealised P&L of the rest. */
  readonly value: number
}

/**
 * What a position adds to equity at mark.
 *
 *   spot               value = size · mark
 *   linear option      value = size · mark                     (mark in quote)
 *   inverse option     value = size · mark · P_settle          (mark in coin)
 *   linear perp/future value = size · (mark − entry)
 *   inverse perp/future value = size · (1/entry − 1/mark) · P_settle   (size in USD)
 *
 * plus funding accrued. P_settle is the USD price of the asset that settles. A position of size 0 needs no prices.
 */
export function valuePosition(reading: MarketReading, position: MarginPosition): ValuedPosition {
  const { instrument, size } = position
  if (size === 0) return { position, baseSize: 0, notional: 0, value: 0 }
  if (!Number.isFinite(size)) {
    const value = reading.lacks('finite:size')
    return { position, baseSize: value, notional: value, value }
  }
  const mark = reading.mark(instrument)
  const funding = position.accruedFunding ?? 0
  switch (instrument.kind) {
    case 'spot': {
      const price = mark * priceUnit(reading, instrument)
      return valued(position, size, price, size * price)
    }
    case 'option':
      return valued(position, size, reading.index(instrument.underlying), size * mark * priceUnit(reading, instrument))
    case 'perpetual':
    case 'future': {
      const entry = reading.entryPrice(position)
      if (instrument.payoff === 'linear') {
        const unit = priceUnit(reading, instrument)
        return valued(position, size, mark * unit, size * (mark - entry) * unit + funding)
      }
      const pnl = size * (1 / entry - 1 / mark) * reading.assetPrice(instrument.settle)
      return valued(position, size / mark, mark, pnl + funding)
    }
  }
}

function valued(position: MarginPosition, baseSize: number, price: number, value: number): ValuedPosition {
  return { position, baseSize, notional: Math.abs(baseSize) * price, value }
}

/** USD per unit of the asset in which an instrument's price is paid: the coin for inverse options, else what it is quoted in. */
export function priceUnit(reading: MarketReading, instrument: Instrument): number {
  if (instrument.kind === 'option' && instrument.payoff === 'inverse') return reading.assetPrice(instrument.settle)
  return instrument.quote === 'USD' ? 1 : reading.assetPrice(instrument.quote)
}

/** Assets of an account with a balance that is not 0, sorted by name: sums are then the same in any order of arrival. */
export function heldAssets(account: MarginAccount): readonly string[] {
  return Object.keys(account.balances)
    .filter((asset) => account.balances[asset] !== 0)
    .sort()
}

/** Underlyings of the positions, sorted, each once. */
export function underlyingsOf(positions: readonly MarginPosition[]): readonly string[] {
  return [...new Set(positions.map(({ instrument }) => instrument.underlying))].sort()
}
