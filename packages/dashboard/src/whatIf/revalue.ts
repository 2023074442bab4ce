import { black76Price, contractPnl, log, sviTotalVariance } from '@holdfast/quant'
import type { Market, Position } from '../api/types.js'

/** A question to the book: relative moves of spot and vol, and days that pass. */
export type Shift = { readonly spot: number; readonly vol: number; readonly days: number }

export const NO_SHIFT: Shift = { spot: 0, vol: 0, days: 0 }

export type Revaluation = {
  /** USD, signed, of all positions that could be priced and of coin held as collateral. */
  readonly pnl: number
  readonly collateralPnl: number
  readonly byPosition: ReadonlyMap<string, number>
  /** Positions that lack a price or a vol: they are in no sum. */
  readonly unpriced: readonly string[]
}

/** Coin that lies in accounts as balance: units of an underlying, and its index in USD. */
export type Collateral = { readonly units: number; readonly index: number }

const MS_PER_YEAR = 365 * 86_400_000

export function positionKey(position: Position): string {
  return `${position.account} ${position.instrument}`
}

/**
 * P&L of the positions if spot, vol and time moved so, by the same formulas that the engine prices with.
 *
 * Options: size · (S/F) · (Black-76(F(1+m), K, T−t, σ(1+v)) − Black-76(F, K, T, σ)), USD: a coin-settled option is worth its
 * Black-76 price over F in coin. Inverse contracts: coin P&L at the moved index. Collateral held in coin: units · S · m, as in
 * the engine's scenarios.
 *
 * @param collateral - by underlying.
 * @param time - the market's time, epoch milliseconds.
 */
export function revalue(
  positions: readonly Position[],
  markets: Readonly<Record<string, Market>>,
  collateral: readonly Collateral[],
  shift: Shift,
  time: number,
): Revaluation {
  const byPosition = new Map<string, number>()
  const unpriced: string[] = []
  const collateralPnl = collateral.reduce((sum, { units, index }) => sum + units * index * shift.spot, 0)
  let pnl = collateralPnl
  for (const position of positions) {
    const change = positionPnl(position, markets[position.underlying], shift, time)
    if (change === undefined) {
      unpriced.push(positionKey(position))
      continue
    }
    byPosition.set(positionKey(position), change)
    pnl += change
  }
  return { pnl, collateralPnl, byPosition, unpriced }
}

function positionPnl(position: Position, market: Market | undefined, shift: Shift, time: number): number | undefined {
  const index = market?.index?.price
  if (market === undefined || index === undefined) return undefined
  if (position.kind === 'option') return optionPnl(position, market, index, shift, time)
  if (position.kind === 'spot') return position.size * index * shift.spot
  const mark = position.mark ?? index
  const moved = mark * (1 + shift.spot)
  if (!(mark > 0 && moved > 0)) return undefined
  const pnl = contractPnl(position.payoff ?? 'linear', position.size, mark, moved)
  return position.payoff === 'inverse' ? pnl * index * (1 + shift.spot) : pnl
}

function optionPnl(position: Position, market: Market, index: number, shift: Shift, time: number): number | undefined {
  const { strike, right, expiry } = position
  if (strike === undefined || right === undefined || expiry === undefined) return undefined
  const forward = market.forwards.find((entry) => entry.expiry === expiry)?.price ?? index
  const years = Math.max(0, (Date.parse(expiry) - time) / MS_PER_YEAR)
  const vol = volOf(position, market, forward, strike, years)
  if (vol === undefined || !(forward > 0) || !(1 + shift.spot > 0)) return undefined
  const yearsLeft = Math.max(0, years - shift.days / 365)
  const now = black76Price(right, forward, strike, years, vol)
  const then = black76Price(right, forward * (1 + shift.spot), strike, yearsLeft, Math.max(0, vol * (1 + shift.vol)))
  const unit = position.payoff === 'inverse' ? index / forward : 1
  return position.size * unit * (then - now)
}

/** The fitted slice where there is one, else the venue's own mark vol. */
function volOf(position: Position, market: Market, forward: number, strike: number, years: number): number | undefined {
  const slice = market.slices.find((entry) => entry.expiry === position.expiry)
  if (slice !== undefined && years > 0) {
    const [a = Number.NaN, b = Number.NaN, rho = Number.NaN, m = Number.NaN, sigma = Number.NaN] = slice.svi
    const variance = sviTotalVariance({ a, b, rho, m, sigma }, log(strike / forward))
    if (variance >= 0) return Math.sqrt(variance / years)
  }
  return position.markVol
}
