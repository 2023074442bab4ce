import { z } from 'zod'
import { collateralParts, collateralSchema, holdfastCollateral } from '../collateral.js'
import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome, ScenarioPnl } from '../model.js'
import { marginOutcome } from '../outcome.js'
import { type ParameterDefinition, resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import { pnlOf, shortOptionCharge, type UnderlyingHoldings, underlyingHoldings } from '../scenario/underlying.js'
import { assetName, fraction, rate, rowOf, table } from '../schema.js'
import { underlyingsOf } from '../valuation.js'

const commodity = z.strictObject({
  priceScanRange: fraction.describe('price scan range, share of the price; volatility scan range, absolute'),
  volScanRange: rate,
  intraSpreadRate: rate.describe(
    'charge for a delta held against the opposite delta of another expiry, share of the index',
  ),
  shortOptionMinimum: rate.describe(
    'least charge of an option short and not covered at its strike, share of the index',
  ),
})

const cmeSpanSchema = z.strictObject({
  collateral: collateralSchema,
  commodities: table(commodity),
  extremeMultiple: z
    .number()
    .min(1)
    .max(10)
    .describe('the two extreme moves: multiple of the scan range, and the share of their loss that is covered'),
  extremeCover: fraction,
  interSpreads: z
    .array(z.strictObject({ commodities: z.tuple([assetName, assetName]), credit: fraction }))
    .describe('credit for opposite deltas of two commodities, share of the scan risk that they spread'),
  initialFactor: z.number().min(1).max(2).describe('initial over maintenance'),
})

export type CmeSpanParameters = z.output<typeof cmeSpanSchema>

export const cmeSpanDefinition: ParameterDefinition<CmeSpanParameters> = {
  model: 'cme-span',
  schema: cmeSpanSchema,
  documents: [
    {
      version: '2026-11',
      asOf: '2026-11-22',
      source: 'The method: CME Group, "CME SPAN: Standard Portfolio Analysis of Risk" (2019). The figures: Holdfast',
      unpublished: ['commodities', 'extremeCover (commonly 35 % or 33 %)', 'interSpreads', 'initialFactor'],
      values: {
        collateral: holdfastCollateral,
        commodities: {
          default: { priceScanRange: 0.5, volScanRange: 0.25, intraSpreadRate: 0.02, shortOptionMinimum: 0.02 },
          named: {
            BTC: { priceScanRange: 0.3, volScanRange: 0.15, intraSpreadRate: 0.01, shortOptionMinimum: 0.01 },
            ETH: { priceScanRange: 0.35, volScanRange: 0.18, intraSpreadRate: 0.01, shortOptionMinimum: 0.01 },
          },
        },
        extremeMultiple: 3,
        extremeCover: 0.33,
        interSpreads: [{ commodities: ['BTC', 'ETH'], credit: 0.4 }],
        initialFactor: 1.1,
      },
    },
  ],
}

/** The sixteen scenarios: price in thirds of the scan range × vol up and down, then two extreme moves. */
const SCENARIOS: readonly { readonly price: number; readonly vol: -1 | 0 | 1; readonly extreme: boolean }[] = [
  ...[0, 1, -1, 2, -2, 3, -3].flatMap((thirds) =>
    ([1, -1] as const).map((vol) => ({ price: thirds / 3, vol, extreme: false })),
  ),
  { price: 1, vol: 0, extreme: true },
  { price: -1, vol: 0, extreme: true },
]

/**
 * SPAN, for those who come from there.
 *
 *   scan risk   largest loss over 16 scenarios: price 0, ±⅓, ±⅔, ±1 of the scan range × vol up and down, and ± `extremeMultiple`
 *               ranges of which `extremeCover` counts
 *   intra       min(Σ long, Σ short delta over expiries) · S · intraSpreadRate
 *   inter       credit · (scan risk per delta) · spread delta, of each leg, where the deltas of two commodities are opposite
 *   MM = Σ_u max(scan + intra − inter, short option minimum),   IM = initialFactor · MM
 *   equity = collateral after haircuts + value of positions (SPAN's net option value is in it)
 *
 * Options are revalued today: no day is let pass. Coins held as collateral are not scanned; their haircut stands for them.
 * The minimum of short options makes MM(a + b) ≤ MM(a) + MM(b) hold but for inter-commodity credits.
 */
export function cmeSpanModel(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(cmeSpanDefinition, overrides)
  return { name: 'cme-span', parameters: set, evaluate: (account, market) => evaluate(account, market, values) }
}

type Scanned = {
  readonly held: UnderlyingHoldings
  readonly row: z.output<typeof commodity>
  readonly scenarios: readonly ScenarioPnl[]
  readonly scanRisk: number
  readonly delta: number
}

function evaluate(account: MarginAccount, market: MarginMarket, parameters: CmeSpanParameters): MarginOutcome {
  const reading = new MarketReading(market)
  const scanned = underlyingsOf(account.positions.filter(({ size }) => size !== 0)).map((underlying) =>
    scan(underlyingHoldings(reading, account, underlying, 0), parameters),
  )
  const markToMarket = scanned.reduce((sum, { held }) => sum + held.markToMarket, 0)
  const sums = { scanRisk: 0, intraSpread: 0, interSpread: 0, shortOptionMinimum: 0 }
  for (const one of scanned) {
    const intra = intraCharge(one)
    const inter = interCredit(one, scanned, parameters)
    sums.scanRisk += one.scanRisk
    sums.intraSpread += intra
    sums.interSpread -= inter
    const minimum = shortOptionCharge(one.held, one.row.shortOptionMinimum)
    sums.shortOptionMinimum += Math.max(0, minimum - (one.scanRisk + intra - inter))
  }
  const scaled: Record<string, number> = {}
  for (const [name, value] of Object.entries(sums)) scaled[name] = value * parameters.initialFactor
  return marginOutcome(reading, {
    equity: { ...collateralParts(reading, account, parameters.collateral), positions: markToMarket },
    markToMarket,
    initial: scaled,
    maintenance: sums,
    scenarios: scanned.flatMap(({ scenarios }) => scenarios),
  })
}

function scan(held: UnderlyingHoldings, parameters: CmeSpanParameters): Scanned {
  const row = rowOf(parameters.commodities, held.underlying)
  const scenarios = SCENARIOS.map(({ price, vol, extreme }) => {
    const multiple = extreme ? parameters.extremeMultiple : 1
    const cover = extreme ? parameters.extremeCover : 1
    const spot = Math.max(-1 + 1e-6, price * row.priceScanRange * multiple)
    const pnl = pnlOf(held, { spot, vol: (own) => Math.max(0, own + vol * row.volScanRange) }) * cover
    return { name: nameOf(held.underlying, price, vol, extreme), pnl }
  })
  const scanRisk = scenarios.reduce((worst, { pnl }) => Math.max(worst, -pnl), 0)
  const delta = held.holdings.reduce((sum, { baseDelta }) => sum + baseDelta, 0)
  return { held, row, scenarios, scanRisk, delta }
}

function nameOf(underlying: string, price: number, vol: number, extreme: boolean): string {
  const sign = price > 0 ? '+' : price < 0 ? '−' : ''
  const size = extreme ? 'extreme' : price === 0 ? 'unchanged' : `${Math.round(Math.abs(price) * 3)}/3`
  return `${underlying} ${sign}${size}${extreme ? '' : `, vol ${vol > 0 ? 'up' : 'down'}`}`
}

function intraCharge({ held, row }: Scanned): number {
  const byExpiry = new Map<number, number>()
  for (const { expiry, baseDelta } of held.holdings)
    byExpiry.set(expiry ?? 0, (byExpiry.get(expiry ?? 0) ?? 0) + baseDelta)
  let long = 0
  let short = 0
  for (const expiry of [...byExpiry.keys()].sort((a, b) => a - b)) {
    const delta = byExpiry.get(expiry)!
    if (delta > 0) long += delta
    else short -= delta
  }
  return Math.min(long, short) * held.index * row.intraSpreadRate
}

/** Credit of one leg: its scan risk times the share of its delta that the other leg spreads, in USD of delta. */
function interCredit(one: Scanned, all: readonly Scanned[], parameters: CmeSpanParameters): number {
  let credit = 0
  let free = Math.abs(one.delta) * one.held.index
  const own = free
  for (const spread of parameters.interSpreads) {
    const [a, b] = spread.commodities
    const { underlying } = one.held
    if (underlying !== a && underlying !== b) continue
    const other = all.find(({ held }) => held.underlying === (underlying === a ? b : a))
    if (other === undefined || !(one.delta * other.delta < 0)) continue
    const spreadDelta = Math.min(free, Math.abs(other.delta) * other.held.index)
    free -= spreadDelta
    credit += spread.credit * one.scanRisk * (spreadDelta / own)
  }
  return credit
}
