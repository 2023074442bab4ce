import { type Instrument, type InstrumentKey, parseInstrumentKey } from '@holdfast/quant'
import type { Money } from '../book/money.js'
import { ONE } from '../liquidation/fraction.js'
import {
  type AdlRule,
  type AuctionSettings,
  curveShare,
  DEFAULT_HEALTH,
  type HealthSettings,
} from '../liquidation/index.js'

/**
 * Rates are fixed-point fractions, sizes and money 10⁻¹⁸ fixed point. Of an option, rates are of the index of its underlying.
 * `initialRate`, `maintenanceRate` and `ratePerMillion` are the linear rule's; a margin model has figures of its own.
 */
export type ClearedMarket = {
  /** Markets of one underlying hedge each other when a queue for deleveraging is formed. */
  readonly underlying: string
  /** What is cleared: linear, in the settlement asset. Needed where a margin model judges accounts. */
  readonly instrument?: InstrumentKey
  readonly initialRate: Money
  readonly maintenanceRate: Money
  /** Added to both rates per million of settlement money of a position's notional: large positions cost more. */
  readonly ratePerMillion: Money
  /** Smallest size and step of a trade. */
  readonly lot: Money
  /** A trade may lie this far from the mark, relative. */
  readonly priceBand: Money
  /** The most open interest of one side. */
  readonly openInterestCap: Money
  /** What the book bears in one tranche of a liquidation. */
  readonly trancheSize: Money
  /** Expected cost of trading, relative to the mark: half spread with fee. */
  readonly tradingCostRate: Money
  /** A liquidation order is limited to this far from the mark; with the penalty below the maintenance rate. */
  readonly liquidationSlippage: Money
  readonly liquidationPenalty: Money
  readonly feeRate: Money
  /** The fund takes contributions up to `fundTarget` (then they are fees) and gives at most `fundDrawCap` for one loss. */
  readonly fundTarget: Money
  readonly fundDrawCap: Money
  readonly oracle: OracleLimits
}

export type OracleLimits = {
  readonly delayedAfterMs: number
  readonly maxAgeMs: number
  /** Divergence of price and time-weighted average, relative, beyond which liquidations stop. */
  readonly maxDivergence: Money
  /** Confidence (half width, relative) beyond which nothing may be opened. */
  readonly maxConfidence: Money
}

export type ClearingMargin = {
  /** A name of the registry of margin models. */
  readonly model: string
  readonly overrides?: Readonly<Record<string, unknown>>
  /** Ages of indices and surfaces. */
  readonly inputs: { readonly delayedAfterMs: number; readonly maxAgeMs: number }
}

export type ClearingParameters = {
  /** In which prices, costs and funds are. */
  readonly settlementAsset: string
  readonly markets: Readonly<Record<string, ClearedMarket>>
  /** The margin model that judges accounts; absent: the exact linear rule with the rates of each market. */
  readonly margin?: ClearingMargin
  /** Collateral besides the settlement asset: the share of its price that counts. */
  readonly collateral: Readonly<Record<string, { readonly weight: Money; readonly maxAgeMs: number }>>
  readonly health: HealthSettings
  readonly callTermMs: number
  /** Cost of posting collateral against which the cheapest cure is weighed, share of the demand. */
  readonly collateralCostRate: Money
  /** Share of unrealised gains against which settled money may be withdrawn. */
  readonly withdrawableGains: Money
  readonly trancheMs: number
  /** Liquidation tranches that may lapse before the account goes to auction. */
  readonly maximalLapses: number
  readonly auction: AuctionSettings
  readonly adl: { readonly rule: AdlRule; readonly seed: number }
  /** Withdrawals stay gated this long after a loss went beyond the fund. */
  readonly gateMs: number
}

const bps = (points: number): Money => (ONE * BigInt(points)) / 10_000n
const hour = 3_600_000

export const DEFAULT_CLEARED_MARKET: Omit<ClearedMarket, 'underlying'> = {
  initialRate: bps(500),
  maintenanceRate: bps(300),
  ratePerMillion: bps(10),
  lot: ONE / 1_000n,
  priceBand: bps(200),
  openInterestCap: 1_000_000n * ONE,
  trancheSize: 50n * ONE,
  tradingCostRate: bps(10),
  liquidationSlippage: bps(100),
  liquidationPenalty: bps(100),
  feeRate: bps(2),
  fundTarget: 10_000_000n * ONE,
  fundDrawCap: 1_000_000n * ONE,
  oracle: { delayedAfterMs: 30_000, maxAgeMs: 120_000, maxDivergence: bps(1_500), maxConfidence: bps(200) },
}

/** All that is not named per market; `markets` are still to be given. */
export const DEFAULT_CLEARING: ClearingParameters = {
  settlementAsset: 'USD',
  markets: {},
  collateral: {},
  health: DEFAULT_HEALTH,
  callTermMs: hour,
  collateralCostRate: bps(5),
  withdrawableGains: ONE / 2n,
  trancheMs: 5_000,
  maximalLapses: 3,
  auction: {
    curve: { kind: 'linear', start: 0.95, cutoff: 0.7, fastMs: 900_000, slowMs: 12 * hour },
    staleMs: 12 * hour,
    insolventMs: hour,
    buffer: bps(1_500),
    minimumShare: bps(100),
    smallestLot: 100n * ONE,
    keeperShare: bps(100),
    keeperCap: 100n * ONE,
    cap: 50_000_000n * ONE,
  },
  adl: { rule: 'hedge-aware', seed: 0 },
  gateMs: hour,
}

/** Raised where a parameter of the clearing house is outside its range; `path` is a JSON pointer. */
export class ClearingParameterError extends Error {
  override readonly name = 'ClearingParameterError'
  readonly code = 'INVALID_CLEARING_PARAMETER'
  readonly path: string

  constructor(path: string, rule: string) {
    super(`clearing parameter ${path}: ${rule}`)
    this.path = path
  }
}

/** @throws {ClearingParameterError} for the first parameter outside its range. */
export function checkClearingParameters(parameters: ClearingParameters): void {
  for (const [name, market] of Object.entries(parameters.markets)) {
    const at = `/markets/${name}`
    if (parameters.margin !== undefined) checkInstrument(parameters, name)
    need(
      market.maintenanceRate > 0n && market.maintenanceRate <= market.initialRate,
      `${at}/maintenanceRate`,
      'must be in (0, initialRate]',
    )
    need(market.initialRate <= ONE, `${at}/initialRate`, 'must be at most 1')
    need(market.lot > 0n, `${at}/lot`, 'must be > 0')
    need(market.trancheSize >= market.lot, `${at}/trancheSize`, 'must be at least a lot')
    need(
      market.priceBand > 0n && (parameters.margin !== undefined || market.priceBand < market.initialRate),
      `${at}/priceBand`,
      'must be in (0, initialRate): a trade may not make an account insolvent',
    )
    need(
      // A model judges each tranche before it is sent, and the penalty takes no more than the tranche frees.
      parameters.margin !== undefined ||
        market.liquidationSlippage + market.liquidationPenalty + market.feeRate < market.maintenanceRate,
      `${at}/liquidationPenalty`,
      'slippage + penalty + fee must be below maintenanceRate, or a liquidation would worsen the shortfall',
    )
    for (const rate of [
      'ratePerMillion',
      'tradingCostRate',
      'liquidationSlippage',
      'liquidationPenalty',
      'feeRate',
      'fundTarget',
      'fundDrawCap',
      'openInterestCap',
    ] as const) {
      need(market[rate] >= 0n, `${at}/${rate}`, 'must be ≥ 0')
    }
    const { delayedAfterMs, maxAgeMs, maxDivergence } = market.oracle
    need(delayedAfterMs > 0 && delayedAfterMs <= maxAgeMs, `${at}/oracle/delayedAfterMs`, 'must be in (0, maxAgeMs]')
    need(maxDivergence > 0n, `${at}/oracle/maxDivergence`, 'must be > 0')
  }
  const inputs = parameters.margin?.inputs
  if (inputs !== undefined) {
    const { delayedAfterMs, maxAgeMs } = inputs
    need(delayedAfterMs > 0 && delayedAfterMs <= maxAgeMs, '/margin/inputs/delayedAfterMs', 'must be in (0, maxAgeMs]')
  }
  for (const [asset, { weight }] of Object.entries(parameters.collateral)) {
    need(weight >= 0n && weight <= ONE, `/collateral/${asset}/weight`, 'must be in [0, 1]')
    need(asset !== parameters.settlementAsset, `/collateral/${asset}`, 'the settlement asset counts in full already')
  }
  const { auction, health } = parameters
  for (const level of ['notice', 'call'] as const) {
    const { enterAt, leaveAt } = health[level]
    need(leaveAt > 0n && leaveAt < enterAt && enterAt < ONE, `/health/${level}`, 'need 0 < leaveAt < enterAt < 1')
  }
  need(health.notice.enterAt < health.call.enterAt, '/health/notice/enterAt', 'must be below that of the call')
  need(
    parameters.withdrawableGains >= 0n && parameters.withdrawableGains <= ONE,
    '/withdrawableGains',
    'must be in [0, 1]',
  )
  need(parameters.maximalLapses >= 0 && parameters.trancheMs > 0, '/trancheMs', 'must be > 0, with maximalLapses ≥ 0')
  need(auction.minimumShare >= 0n && auction.minimumShare <= ONE, '/auction/minimumShare', 'must be in [0, 1]')
  need(auction.keeperShare >= 0n && auction.keeperCap >= 0n && auction.buffer >= 0n, '/auction', 'shares must be ≥ 0')
  curveShare(auction.curve, 0)
}

/** The instrument of a market under a margin model; absent under the linear rule. */
export function marketInstrument({ markets }: ClearingParameters, name: string): Instrument | undefined {
  const key = markets[name]?.instrument
  return key === undefined ? undefined : parseInstrumentKey(key)
}

/** The market in which an instrument is cleared, by its key; '' where none is. */
export function marketOfKey(parameters: ClearingParameters, key: InstrumentKey): string {
  let names = marketsByKey.get(parameters)
  if (names === undefined) {
    names = new Map(Object.entries(parameters.markets).map(([name, { instrument }]) => [instrument ?? '', name]))
    marketsByKey.set(parameters, names)
  }
  return names.get(key) ?? ''
}

const marketsByKey = new WeakMap<ClearingParameters, ReadonlyMap<InstrumentKey, string>>()

function checkInstrument(parameters: ClearingParameters, name: string): void {
  const at = `/markets/${name}/instrument`
  const instrument = marketInstrument(parameters, name)
  if (instrument === undefined) {
    throw new ClearingParameterError(at, 'must be an instrument key, such as deribit:BTC/USDC:USDC-260227-80000-C')
  }
  need(instrument.kind !== 'spot', at, 'spot is collateral, not a cleared market')
  const { settlementAsset } = parameters
  if (instrument.kind === 'spot') return
  need(
    instrument.payoff === 'linear' && instrument.settle === settlementAsset && instrument.quote === settlementAsset,
    at,
    `must be linear, quoted and settled in ${settlementAsset}`,
  )
  need(instrument.underlying === parameters.markets[name]!.underlying, at, 'must be of the underlying of its market')
}

function need(holds: boolean, path: string, rule: string): void {
  if (!holds) throw new ClearingParameterError(path, rule)
}
