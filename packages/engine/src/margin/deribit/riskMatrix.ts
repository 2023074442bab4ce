import { type Future, type Option, type Perpetual, pow } from '@holdfast/quant'
import { optionDelta, optionValue } from '../optionValue.js'
import type { MarketReading } from '../reading.js'
import { rowOf } from '../schema.js'
import type { CurrencyParameters, DeribitPortfolioParameters, PairParameters } from './portfolioParameters.js'

export type HeldContract = { readonly instrument: Option | Perpetual | Future; readonly size: number }
type VolMove = 'up' | 'same' | 'down'
const VOL_MOVES: readonly VolMove[] = ['up', 'same', 'down']

/** Margin of what is held in one underlying and settled in one currency, in that currency. */
export type RiskMatrix = {
  /** P&L of each scenario after the offset of gains. */
  readonly scenarios: readonly { readonly name: string; readonly pnl: number }[]
  /** ≥ 0, rounded to the coin's decimals. */
  readonly worstLoss: number
  readonly rollShock: number
  readonly deltaShock: number
}

/**
 * The risk matrix of one underlying in one settlement currency.
 *
 *   moves        −range … +range in 2 · buckets steps, each with vol up, same and down; gains count by `pnlOffset`
 *   extended     far moves with vol up: options by range/|move| · factor of their P&L, futures as at the end of the normal range,
 *                the loss less the dampener
 *   roll shock   Σ over tenors |delta| · max(minAnnualisedMove, annualisedMoveRisk · T)
 *   delta shock  maxDeltaShock · max(0, |delta| · S − threshold)
 *
 * P&L of an inverse future of |q| coins is q(1 − 1/(1 + move)) coin.
 */
export function riskMatrix(
  reading: MarketReading,
  underlying: string,
  settle: string,
  contracts: readonly HeldContract[],
  parameters: DeribitPortfolioParameters,
): RiskMatrix {
  const pair = rowOf(parameters.pairs, underlying)
  const currency = rowOf(parameters.currencies, settle)
  const values = contracts.map((contract) => valuer(reading, contract, pair))
  const pnlAt = (move: number, vol: VolMove) => values.reduce((sum, value) => sum + value.pnl(move, vol), 0)
  const scenarios: { name: string; pnl: number }[] = []
  for (let bucket = -pair.buckets; bucket <= pair.buckets; bucket++) {
    const move = (bucket * pair.priceRange) / pair.buckets
    for (const vol of VOL_MOVES) {
      const pnl = pnlAt(move, vol)
      scenarios.push({ name: `${label(move)}, vol ${vol}`, pnl: pnl > 0 ? pnl * currency.pnlOffset : pnl })
    }
  }
  // A linear contract settles in a dollar asset; dollars of dampener are then that asset's units.
  const dollarsPerUnit = reading.assetPrice(settle)
  for (const move of pair.extendedMoves) {
    const pnl = values.reduce((sum, value) => sum + value.extended(move), 0)
    const damped = pnl > 0 ? pnl * currency.pnlOffset : Math.min(0, pnl + currency.extendedDampenerUsd / dollarsPerUnit)
    scenarios.push({ name: `${label(move)}, extended`, pnl: damped })
  }
  const worst = scenarios.reduce((loss, { pnl }) => Math.max(loss, -pnl), 0)
  const scale = pow(10, parameters.coinDecimals)
  const index = reading.index(underlying)
  const delta = values.reduce((sum, value) => sum + value.delta, 0)
  const beyond = Math.max(0, Math.abs(delta) * index - pair.deltaShockThresholdUsd)
  return {
    scenarios,
    worstLoss: Math.round(worst * scale) / scale,
    rollShock: rollShock(reading, values, currency),
    deltaShock: (pair.maxDeltaShock * beyond) / dollarsPerUnit,
  }
}

type Valuer = {
  readonly expiry: number | undefined
  /** Exposure in units of the underlying. */
  readonly delta: number
  /** Settlement currency per unit of the underlying, at today's price. */
  readonly unit: number
  readonly pnl: (move: number, vol: VolMove) => number
  readonly extended: (move: number) => number
}

function valuer(reading: MarketReading, { instrument, size }: HeldContract, pair: PairParameters): Valuer {
  return instrument.kind === 'option'
    ? optionValuer(reading, instrument, size, pair)
    : futureValuer(reading, instrument, size, pair)
}

function futureValuer(reading: MarketReading, future: Perpetual | Future, size: number, pair: PairParameters): Valuer {
  const mark = reading.mark(future)
  const coins = future.payoff === 'inverse' ? size / mark : size
  const unit = future.payoff === 'inverse' ? 1 : mark
  const pnl = (move: number) => (future.payoff === 'inverse' ? coins * (1 - 1 / (1 + move)) : coins * mark * move)
  return {
    expiry: future.kind === 'future' ? future.expiry : undefined,
    delta: coins,
    unit,
    pnl,
    extended: (move) => pnl(Math.max(-pair.priceRange, Math.min(pair.priceRange, move))),
  }
}

function optionValuer(reading: MarketReading, option: Option, size: number, pair: PairParameters): Valuer {
  const { right, strike, expiry, underlying } = option
  const forward = reading.forward(underlying, expiry)
  const vol = reading.impliedVol(underlying, expiry, strike)
  const years = reading.yearsTo(expiry)
  const inverse = option.payoff === 'inverse'
  const valueAt = (price: number, sigma: number) =>
    optionValue(right, price, strike, sigma, years) / (inverse ? price : 1)
  const today = valueAt(forward, vol)
  const pnl = (move: number, direction: VolMove) =>
    size * (valueAt(forward * (1 + move), shockedVol(vol, years, direction, pair)) - today)
  // Net transaction delta: what is left of the delta once the premium is in coin.
  const delta = optionDelta(right, forward, strike, vol, years) - (inverse ? today : 0)
  return {
    expiry,
    delta: size * delta,
    unit: inverse ? 1 : forward,
    pnl,
    extended: (move) => Math.min(1, (pair.priceRange / Math.abs(move)) * pair.extendedFactor) * pnl(move, 'up'),
  }
}

function shockedVol(vol: number, years: number, direction: VolMove, pair: PairParameters): number {
  if (direction === 'same') return vol
  const days = Math.max(years * 365, pair.tenorFloorDays)
  const scale = pow(30 / days, days <= 30 ? pair.shortTermPower : pair.longTermPower)
  const move = direction === 'up' ? pair.volRangeUp * scale : -pair.volRangeDown * scale
  const shocked = Math.max(0, pair.volShock === 'relative' ? vol * (1 + move) : vol + move)
  return direction === 'up' ? Math.max(pair.minVolForShockUp, shocked) : shocked
}

function rollShock(reading: MarketReading, values: readonly Valuer[], currency: CurrencyParameters): number {
  const byTenor = new Map<number, number>()
  for (const { expiry, delta, unit } of values) {
    const tenor = expiry ?? reading.market.time
    byTenor.set(tenor, (byTenor.get(tenor) ?? 0) + delta * unit)
  }
  let shock = 0
  for (const tenor of [...byTenor.keys()].sort((a, b) => a - b)) {
    const move = Math.max(currency.minAnnualisedMove, currency.annualisedMoveRisk * reading.yearsTo(tenor))
    shock += Math.abs(byTenor.get(tenor)!) * move
  }
  return shock
}

function label(move: number): string {
  const percent = Math.round(move * 1e6) / 1e4
  return `${percent > 0 ? '+' : ''}${percent} %`
}
