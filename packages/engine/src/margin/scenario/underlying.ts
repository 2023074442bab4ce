import { log } from '@holdfast/quant'
import type { MarginAccount, MarginPosition } from '../model.js'
import { optionDelta, optionValue } from '../optionValue.js'
import type { MarketReading } from '../reading.js'
import { priceUnit, valuePosition } from '../valuation.js'
import type { PortfolioParameters } from './parameters.js'
import { curveOf, termOf, tiltOf, volShocksOf } from './volMove.js'

/** A move of one underlying's market. `vol` maps an option's vol to the shocked one. */
export type Shock = {
  readonly spot: number
  readonly vol: (vol: number, years: number, logMoneyness: number) => number
}

/** A holding that can be revalued: its change of value in USD under a shock. */
type Holding = {
  readonly position: MarginPosition
  /** The tenor whose basis it carries; undefined for spot and collateral. */
  readonly expiry: number | undefined
  readonly baseDelta: number
  readonly pnl: (shock: Shock) => number
}

/** What an account holds in one underlying, ready to be shocked. */
export type UnderlyingHoldings = {
  readonly underlying: string
  readonly index: number
  readonly holdings: readonly Holding[]
  /** Value of the underlying's coin held as collateral, after its haircut, USD: it moves with spot. */
  readonly coinValue: number
  readonly markToMarket: number
}

/**
 * Reads what an account holds in one underlying. Options are revalued by Black-76 on their own forward and vol; a move of
 * spot moves forwards and marks by the same relative amount, and what is settled in coin by the coin's price as well.
 */
export function underlyingHoldings(
  reading: MarketReading,
  account: MarginAccount,
  underlying: string,
  coinValue: number,
): UnderlyingHoldings {
  let markToMarket = 0
  const holdings: Holding[] = []
  for (const position of account.positions) {
    if (position.instrument.underlying !== underlying || position.size === 0) continue
    const { value, baseSize } = valuePosition(reading, position)
    markToMarket += value
    holdings.push(holdingOf(reading, position, baseSize))
  }
  const index = holdings.length === 0 ? 0 : reading.index(underlying)
  return { underlying, index, holdings, coinValue, markToMarket }
}

function holdingOf(reading: MarketReading, position: MarginPosition, baseSize: number): Holding {
  const { instrument, size } = position
  switch (instrument.kind) {
    case 'spot':
    case 'perpetual':
    case 'future': {
      const expiry =
        instrument.kind === 'spot' ? undefined : instrument.kind === 'future' ? instrument.expiry : reading.market.time
      const mark = reading.mark(instrument)
      if (instrument.kind === 'spot' || instrument.payoff === 'linear') {
        const worth = size * mark * priceUnit(reading, instrument)
        return { position, expiry, baseDelta: size, pnl: ({ spot }) => worth * spot }
      }
      // The coin P&L is worth more or less as the coin itself moves: (1/entry − 1/P′) · S′ − (1/entry − 1/P) · S.
      const entry = reading.entryPrice(position)
      const coin = reading.assetPrice(instrument.settle)
      const worth = (move: number) => size * (1 / entry - 1 / (mark * (1 + move))) * coin * (1 + move)
      return { position, expiry, baseDelta: baseSize, pnl: ({ spot }) => worth(spot) - worth(0) }
    }
    case 'option': {
      const { underlying, expiry, strike, right } = instrument
      const forward = reading.forward(underlying, expiry)
      const own = reading.impliedVol(underlying, expiry, strike)
      const years = reading.yearsTo(expiry)
      const k = log(strike / forward)
      // Worth in USD: the undiscounted value on the forward; a coin-settled option pays it in coin of that forward's price.
      const perUnit = instrument.payoff === 'inverse' ? reading.assetPrice(instrument.settle) / forward : 1
      const base = optionValue(right, forward, strike, own, years)
      const pnl = (shock: Shock) => {
        const moved = optionValue(right, forward * (1 + shock.spot), strike, shock.vol(own, years, k), years)
        return size * (moved - base) * perUnit
      }
      return { position, expiry, baseDelta: size * optionDelta(right, forward, strike, own, years) * perUnit, pnl }
    }
  }
}

/** Change of value of everything held in the underlying, collateral in its coin included, USD. */
export function pnlOf(held: UnderlyingHoldings, shock: Shock): number {
  let pnl = held.coinValue * shock.spot
  for (const holding of held.holdings) pnl += holding.pnl(shock)
  return pnl
}

export type NamedShock = { readonly name: string; readonly dampening: number; readonly shock: Shock }

/**
 * The scenarios: spot × vol, damped tails, then the smile's tilt and curve and the term structure's slope, each both ways.
 */
export function shocksOf(parameters: PortfolioParameters): readonly NamedShock[] {
  const shocks: NamedShock[] = parameters.scenarios.map((scenario) => ({
    name: `spot ${percent(scenario.spot)}, vol ${scenario.vol}${scenario.dampening < 1 ? `, damped to ${scenario.dampening}` : ''}`,
    dampening: scenario.dampening,
    shock: { spot: scenario.spot, vol: volShocksOf(parameters.vol, scenario.vol) },
  }))
  for (const sign of [1, -1] as const) {
    const way = sign > 0 ? 'up' : 'down'
    shocks.push({ name: `skew tilt ${way}`, dampening: 1, shock: { spot: 0, vol: tiltOf(parameters.skew, sign) } })
    shocks.push({ name: `wings ${way}`, dampening: 1, shock: { spot: 0, vol: curveOf(parameters.skew, sign) } })
    shocks.push({
      name: `front vols ${way}`,
      dampening: 1,
      shock: { spot: 0, vol: termOf(parameters.termStructure, sign) },
    })
  }
  return shocks
}

function percent(move: number): string {
  const value = Math.round(move * 1e6) / 1e4
  return `${value > 0 ? '+' : ''}${value} %`
}

/**
 * Charge for forwards and perpetuals moving against the index, each tenor by itself, USD.
 *
 *   Σ_T |Σ delta_T| · S · min(maximum, add + perYear · T)
 */
export function basisCharge(
  reading: MarketReading,
  held: UnderlyingHoldings,
  parameters: PortfolioParameters['basis'],
): number {
  const deltas = new Map<number, number>()
  for (const { expiry, baseDelta } of held.holdings) {
    if (expiry !== undefined) deltas.set(expiry, (deltas.get(expiry) ?? 0) + baseDelta)
  }
  let charge = 0
  for (const expiry of [...deltas.keys()].sort((a, b) => a - b)) {
    const move = Math.min(parameters.maximum, parameters.add + parameters.perYear * reading.yearsTo(expiry))
    charge += Math.abs(deltas.get(expiry)!) * held.index * move
  }
  return charge
}

/** Options short and not covered at their expiry and strike, times index and rate, USD. */
export function shortOptionCharge(held: UnderlyingHoldings, rate: number): number {
  const net = new Map<string, number>()
  for (const { position } of held.holdings) {
    const { instrument, size } = position
    if (instrument.kind !== 'option') continue
    const key = `${instrument.expiry} ${instrument.strike}`
    net.set(key, (net.get(key) ?? 0) + size)
  }
  let naked = 0
  for (const key of [...net.keys()].sort()) naked += Math.max(0, -net.get(key)!)
  return naked * held.index * rate
}

/**
 * Cost of closing the net delta where it is large against the market's depth, USD.
 *
 *   N = |Σ delta| · S,  x = max(0, N − free · depth),  charge = min(maximum · N, rate · x²/depth)
 */
export function concentrationCharge(
  held: UnderlyingHoldings,
  depth: number,
  parameters: PortfolioParameters['concentration'],
): number {
  let delta = 0
  for (const { baseDelta } of held.holdings) delta += baseDelta
  const notional = Math.abs(delta) * held.index
  const excess = Math.max(0, notional - parameters.freeMultiple * depth)
  return Math.min(parameters.maximum * notional, (parameters.rate * excess * excess) / depth)
}

/** Gross exposure, Σ |size| in units of the underlying times the index, USD. */
export function grossNotional(held: UnderlyingHoldings): number {
  let gross = 0
  for (const { position, baseDelta } of held.holdings) {
    gross += position.instrument.kind === 'option' ? Math.abs(position.size) : Math.abs(baseDelta)
  }
  return gross * held.index
}
