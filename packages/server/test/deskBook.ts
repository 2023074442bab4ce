import { createHash } from 'node:crypto'
import type {
  AccountAssessment,
  PortfolioAssessment,
  PositionAssessment,
  Quality,
  UnderlyingGreeks,
} from '@holdfast/engine'
import { parseInstrumentKey } from '@holdfast/quant'

/** The made-up desk's holdings, prices and numbers: plain Black-76 with a stand-in margin rule. */
export const START = Date.UTC(2026, 0, 29, 8)
export const HOUR = 3_600_000
export const EXPIRIES = [Date.UTC(2026, 1, 27, 8), Date.UTC(2026, 2, 27, 8)] as const

type Holding = { readonly account: string; readonly key: string; readonly size: number }

const option = (underlying: string, expiry: string, strike: number, right: 'C' | 'P') =>
  `deribit:${underlying}/USD:${underlying}-${expiry}-${strike}-${right}`

const HOLDINGS: readonly Holding[] = [
  { account: 'deribit-main', key: option('BTC', '260227', 80000, 'P'), size: -60 },
  { account: 'deribit-main', key: option('BTC', '260227', 70000, 'P'), size: 45 },
  { account: 'deribit-main', key: option('BTC', '260227', 75000, 'P'), size: -40 },
  { account: 'deribit-main', key: option('BTC', '260327', 100000, 'C'), size: 30 },
  { account: 'deribit-main', key: option('BTC', '260327', 85000, 'P'), size: -25 },
  { account: 'deribit-main', key: option('BTC', '260227', 95000, 'C'), size: -20 },
  { account: 'deribit-main', key: 'deribit:BTC/USD:BTC', size: 500_000 },
  { account: 'deribit-main', key: 'deribit:BTC/USD:BTC-260327', size: -350_000 },
  { account: 'deribit-eth', key: option('ETH', '260227', 2600, 'P'), size: -600 },
  { account: 'deribit-eth', key: option('ETH', '260227', 2200, 'P'), size: 500 },
  { account: 'deribit-eth', key: option('ETH', '260327', 3200, 'C'), size: 400 },
  { account: 'deribit-eth', key: option('ETH', '260327', 2400, 'P'), size: -350 },
  { account: 'deribit-eth', key: 'deribit:ETH/USD:ETH', size: -400_000 },
]
const CASH: Readonly<Record<string, number>> = { 'deribit-main': 2_750_000, 'deribit-eth': 540_000 }
const SPOT: Readonly<Record<string, number>> = { BTC: 88_900, ETH: 2_980 }

const parsed = new Map(HOLDINGS.map(({ key }) => [key, parseInstrumentKey(key)!]))
const parse = (key: string) => parsed.get(key)!
export const hash = (text: string) => createHash('sha256').update(text).digest('hex')

export function path(hours: number, underlying: string): number {
  const day = hours / 24
  const fall = day < 3 ? 0.02 * day : day < 7 ? 0.06 + 0.075 * (day - 3) : Math.max(0.22, 0.36 - 0.03 * (day - 7))
  const beta = underlying === 'ETH' ? 1.2 : 1
  const wobble = 0.006 * Math.sin(hours / 3.1) + 0.004 * Math.sin(hours / 7.7 + 1)
  return SPOT[underlying]! * (1 - beta * fall + wobble)
}

export const atmVol = (hours: number) => 0.42 + 0.5 * Math.exp(-(((hours - 168) / 60) ** 2))

function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x))
  const tail =
    0.3989422804014327 *
    Math.exp((-x * x) / 2) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return x >= 0 ? 1 - tail : tail
}

type Unit = {
  readonly value: number
  readonly delta: number
  readonly gamma: number
  readonly vega: number
  readonly theta: number
}

/** Value and Greeks of one size unit, USD. */
function unit(key: string, spot: number, vol: number, time: number): Unit {
  const instrument = parse(key)
  if (instrument.kind !== 'option') {
    const entry = SPOT[instrument.underlying]!
    return { value: spot / entry - 1, delta: 1 / spot, gamma: 0, vega: 0, theta: 0 }
  }
  const years = Math.max(1e-6, (instrument.expiry - time) / (365 * 24 * HOUR))
  const sd = vol * Math.sqrt(years)
  const d1 = Math.log(spot / instrument.strike) / sd + sd / 2
  const w = instrument.right === 'call' ? 1 : -1
  const density = Math.exp((-d1 * d1) / 2) / Math.sqrt(2 * Math.PI)
  return {
    value: w * (spot * normalCdf(w * d1) - instrument.strike * normalCdf(w * (d1 - sd))),
    delta: w * normalCdf(w * d1),
    gamma: density / (spot * sd),
    vega: spot * density * Math.sqrt(years),
    theta: (-spot * density * vol) / (2 * Math.sqrt(years)),
  }
}

function smile(key: string, spot: number, hours: number): number {
  const instrument = parse(key)
  if (instrument.kind !== 'option') return atmVol(hours)
  const k = Math.log(instrument.strike / spot)
  return atmVol(hours) * (1 - 0.25 * k + 0.6 * k * k)
}

function positionOf(holding: Holding, hours: number): PositionAssessment {
  const instrument = parse(holding.key)
  const spot = path(hours, instrument.underlying)
  const now = unit(holding.key, spot, smile(holding.key, spot, hours), START + hours * HOUR)
  const inverse = instrument.kind !== 'option'
  const { size } = holding
  return {
    instrument: holding.key,
    size,
    sizeUnit: inverse ? 'USD' : instrument.underlying,
    mark: inverse ? spot : now.value / spot,
    priceUnit: inverse ? 'USD' : instrument.underlying,
    value: size * now.value,
    unrealisedPnl: size * (now.value - unit(holding.key, SPOT[instrument.underlying]!, 0.45, START).value),
    delta: size * now.delta,
    cashDelta: size * now.delta * spot,
    gamma: size * now.gamma,
    vegaPerVolPoint: (size * now.vega) / 100,
    thetaPerDay: (size * now.theta) / 365,
    marginShare: -size * now.value * 0.12 + Math.abs(size * now.delta * spot) * 0.02,
    quality: 'live',
  }
}

const SPOT_MOVES = [-0.3, -0.25, -0.2, -0.15, -0.1, -0.05, 0, 0.05, 0.1, 0.15, 0.2]
const VOL_MOVES = [-0.25, -0.1, 0, 0.25, 0.5]

function pnlOf(holdings: readonly Holding[], hours: number, move: number, volMove: number): number {
  return holdings.reduce((sum, { key, size }) => {
    const spot = path(hours, parse(key).underlying)
    const vol = smile(key, spot, hours)
    const time = START + hours * HOUR
    return (
      sum + size * (unit(key, spot * (1 + move), vol * (1 + volMove), time).value - unit(key, spot, vol, time).value)
    )
  }, 0)
}

function greeksOf(holdings: readonly Holding[], hours: number): UnderlyingGreeks[] {
  return ['BTC', 'ETH'].flatMap((underlying) => {
    const own = holdings.filter(({ key }) => parse(key).underlying === underlying)
    if (own.length === 0) return []
    const index = path(hours, underlying)
    const positions = own.map((holding) => positionOf(holding, hours))
    const sum = (list: readonly PositionAssessment[], read: (p: PositionAssessment) => number | undefined) =>
      list.reduce((total, position) => total + (read(position) ?? 0), 0)
    const bucket = (list: readonly PositionAssessment[]) => ({
      delta: sum(list, (p) => p.delta),
      gammaPerPercent: (sum(list, (p) => p.gamma) * index * index) / 100,
      vegaPerVolPoint: sum(list, (p) => p.vegaPerVolPoint),
      thetaPerDay: sum(list, (p) => p.thetaPerDay),
    })
    const expiryOf = (position: PositionAssessment) => {
      const instrument = parse(position.instrument)
      return instrument.kind === 'option' || instrument.kind === 'future' ? instrument.expiry : undefined
    }
    const keys = [...new Set(positions.map(expiryOf))].sort((a, b) => (a ?? 0) - (b ?? 0))
    const byExpiry = keys.map((expiry) => {
      const list = positions.filter((position) => expiryOf(position) === expiry)
      return expiry === undefined ? bucket(list) : { expiry, ...bucket(list) }
    })
    const total = bucket(positions)
    const optionValue = sum(
      positions.filter((p) => p.sizeUnit !== 'USD'),
      (p) => p.value,
    )
    return [
      {
        underlying,
        index,
        ...total,
        deltaNet: total.delta - optionValue / index,
        cashDelta: total.delta * index,
        collateral: 0,
        gamma: sum(positions, (p) => p.gamma),
        rhoPerBp: 12.5,
        vannaPerVolPoint: -0.021,
        volgaPerVolPoint: 3.4,
        charmPerDay: 0.11,
        byExpiry,
      },
    ]
  })
}

function riskOf(holdings: readonly Holding[], hours: number, quality: Quality) {
  const pnl = SPOT_MOVES.map((move) => VOL_MOVES.map((vol) => pnlOf(holdings, hours, move, vol)))
  let worst = { name: '', pnl: 0 }
  pnl.forEach((row, i) => {
    row.forEach((value, j) => {
      const name = `spot ${(SPOT_MOVES[i]! * 100).toFixed(0)} %, vol ${(VOL_MOVES[j]! * 100).toFixed(0)} %`
      if (value < worst.pnl) worst = { name, pnl: value }
    })
  })
  const greeks = greeksOf(holdings, hours)
  return {
    quality,
    missing: [],
    greeks,
    cashDelta: greeks.reduce((sum, entry) => sum + entry.cashDelta, 0),
    grid: { spotMoves: SPOT_MOVES, volMoves: VOL_MOVES, pnl },
    worstScenario: worst,
    valueAtRisk: {
      confidence: 0.99,
      horizonDays: 1,
      historical: { valueAtRisk: -worst.pnl * 0.21, expectedShortfall: -worst.pnl * 0.27, observations: 250 },
      parametric: { valueAtRisk: -worst.pnl * 0.18, expectedShortfall: -worst.pnl * 0.21 },
    },
    pnl: {
      since: START + (hours - 1) * HOUR,
      total: -41_250,
      delta: -36_100,
      gamma: -5_900,
      vega: -4_400,
      vanna: 320,
      volga: -190,
      theta: 4_870,
      rho: 12,
      carry: -60,
      trades: 0,
      residual: 198,
    },
    concentration: EXPIRIES.map((key, i) => ({
      underlying: 'BTC',
      by: 'expiry' as const,
      key,
      grossNotional: 14_000_000 / (i + 1),
      grossVegaPerVolPoint: 20_000 / (i + 1),
      share: i === 0 ? 0.68 : 0.32,
    })),
    expiryWindow: [],
  }
}

function distanceOf(ratio: number) {
  const room = Math.max(0.004, 0.42 * (1 - ratio))
  return {
    searched: { down: -0.6, up: 0.6 },
    spotAlone: { down: -room, up: room * 1.9 },
    volUp: { down: -room * 0.78, up: room * 1.5, volUpRelative: 0.5 },
    beta: { down: -room * 0.9, betas: { BTC: 1, ETH: 1.2 } },
    nearest: -room * 0.78,
  }
}

export function accountOf(account: string, hours: number, quality: Quality): AccountAssessment {
  const holdings = HOLDINGS.filter((holding) => holding.account === account)
  const positions = holdings.map((holding) => positionOf(holding, hours))
  const value = positions.reduce((sum, position) => sum + (position.value ?? 0), 0)
  const equity = CASH[account]! + value
  const maintenance = Math.max(
    120_000,
    -Math.min(...SPOT_MOVES.slice(3, 10).map((move) => pnlOf(holdings, hours, move, 0.25))) * 0.55,
  )
  const ratio = equity > 0 ? maintenance / equity : Number.POSITIVE_INFINITY
  return {
    account,
    venue: 'deribit',
    portfolio: 'desk',
    marginModel: 'deribit-standard',
    margin: {
      ok: true,
      equity,
      markToMarket: value,
      initialMargin: maintenance * 1.25,
      maintenanceMargin: maintenance,
      excessInitial: equity - maintenance * 1.25,
      excessMaintenance: equity - maintenance,
      parts: { options: maintenance * 0.9, futures: maintenance * 0.1 },
    },
    marginRatio: ratio,
    distance: distanceOf(Math.min(1, ratio)),
    positions,
    ...riskOf(holdings, hours, quality),
  }
}

export function portfolioOf(
  accounts: readonly AccountAssessment[],
  hours: number,
  quality: Quality,
): PortfolioAssessment {
  const sum = (read: (margin: { equity: number; initialMargin: number; maintenanceMargin: number }) => number) =>
    accounts.reduce((total, { margin }) => total + (margin.ok ? read(margin) : 0), 0)
  const worst = Math.max(...accounts.map(({ marginRatio }) => marginRatio ?? 0))
  return {
    portfolio: 'desk',
    accounts: accounts.map(({ account }) => account),
    equity: sum((margin) => margin.equity),
    initialMargin: sum((margin) => margin.initialMargin),
    maintenanceMargin: sum((margin) => margin.maintenanceMargin),
    marginRatio: worst,
    distance: distanceOf(Math.min(1, worst)),
    ...riskOf(HOLDINGS, hours, quality),
  }
}
