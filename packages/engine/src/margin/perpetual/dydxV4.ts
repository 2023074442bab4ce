import { instrumentKey } from '@holdfast/quant'
import { z } from 'zod'
import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome, MarginPosition } from '../model.js'
import { type ParameterDefinition, resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import { assetName, fraction, rowOf, table, usd } from '../schema.js'
import { CROSS, linearPerpetuals, MarginLedger } from './ledger.js'

const tierRow = z
  .strictObject({
    initialMargin: fraction.gt(0).describe('initial margin, share of notional'),
    maintenanceFraction: fraction
      .gt(0)
      .describe('maintenance margin as a share of the initial one before open interest scales it'),
    openInterestLower: usd.describe(
      'open interest, USD, from which the initial margin grows, and at which it is 1; both 0: never',
    ),
    openInterestUpper: usd,
    isolated: z.boolean().describe('a market with a collateral pool of its own: its subaccount may hold nothing else'),
  })
  .refine(
    (row) => row.openInterestLower <= row.openInterestUpper,
    'openInterestLower must not exceed openInterestUpper',
  )

const dydxV4Schema = z.strictObject({
  quoteAsset: assetName,
  tiers: z.record(z.string(), tierRow),
  markets: table(z.string()).describe('tier of each market, by underlying'),
  /**
   * `in-position`: balances are net of nothing, each position brings its P&L against its entry price. `in-balance`: the quote
   * balance is the chain's own, in which what was paid for positions is subtracted already; a position then brings its value.
   */
  entryCost: z.enum(['in-position', 'in-balance']),
})

export type DydxV4Parameters = z.output<typeof dydxV4Schema>
type Tier = z.output<typeof tierRow>

const tier = (initialMargin: number, maintenanceFraction: number, lower = 0, upper = 0, isolated = false): Tier => ({
  initialMargin,
  maintenanceFraction,
  openInterestLower: lower,
  openInterestUpper: upper,
  isolated,
})

export const dydxV4Definition: ParameterDefinition<DydxV4Parameters> = {
  model: 'dydx-v4',
  schema: dydxV4Schema,
  documents: [
    {
      version: 'genesis-2026-03',
      asOf: '2026-03-04',
      source: 'dydxprotocol/v4-chain at 84d4664b, protocol/testing/genesis.sh: liquidity tiers',
      unpublished: ['markets: tiers of markets other than BTC and ETH'],
      values: {
        quoteAsset: 'USDC',
        tiers: {
          'large-cap': tier(0.02, 0.6),
          'mid-cap': tier(0.05, 0.6, 40e6, 100e6),
          'small-cap': tier(0.1, 0.5, 20e6, 50e6),
          'long-tail': tier(0.2, 0.5, 5e6, 10e6),
          isolated: tier(0.05, 0.6, 0.5e6, 1e6, true),
          safety: tier(1, 0.2, 2e6, 5e6),
          fx: tier(0.01, 0.5, 0.5e6, 1e6),
        },
        markets: { default: 'long-tail', named: { BTC: 'large-cap', ETH: 'large-cap', SOL: 'mid-cap' } },
        entryCost: 'in-position',
      },
    },
  ],
}

/**
 * dYdX v4: one subaccount, perpetuals, cross; prices are the oracle's (the index).
 *
 *   TNC = quote balance + Σ P&L            (total net collateral: equity)
 *   IM  = Σ |q| · P · IMF′,   MM = Σ |q| · P · IMF · maintenanceFraction
 *   IMF′ = IMF where open interest ≤ lower; 1 where ≥ upper; linear between:  IMF + (1 − IMF)(OI − lower)/(upper − lower)
 *
 * Open interest scales the initial margin alone. Liquidatable where TNC < MM. The chain rounds each market's requirement up to
 * 1e-6 USD; here it is not rounded (`liquidation/arithmetic/dydx.ts` is exact). Resting orders are not margined, as on the chain's
 * order book of short-term orders. A market of a tier with open-interest bounds needs the open interest to be known.
 *
 * @see dydxprotocol/v4-chain at 84d4664b, protocol/x/perpetuals/types/liquidity_tier.go (facts; own notation)
 */
export function dydxV4Model(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(dydxV4Definition, overrides)
  return { name: 'dydx-v4', parameters: set, evaluate: (account, market) => evaluate(account, market, values) }
}

function evaluate(account: MarginAccount, market: MarginMarket, parameters: DydxV4Parameters): MarginOutcome {
  const reading = new MarketReading(market)
  const ledger = new MarginLedger()
  ledger.addEquity(CROSS, 'quoteBalance', account.balances[parameters.quoteAsset] ?? 0)
  const positions = linearPerpetuals(reading, account)
  let markToMarket = 0
  for (const position of positions) {
    const { instrument, size } = position
    const name = rowOf(parameters.markets, instrument.underlying)
    const row = parameters.tiers[name]
    if (row === undefined) {
      reading.lacks(`parameter:tiers/${name}`)
      continue
    }
    if (row.isolated && positions.some((other) => other.instrument.underlying !== instrument.underlying)) {
      reading.lacks(`unsupported:${instrumentKey(instrument)} beside other markets`)
    }
    const price = reading.index(instrument.underlying)
    const cost = parameters.entryCost === 'in-position' ? size * reading.entryPrice(position) : 0
    const value = size * price - cost + (position.accruedFunding ?? 0)
    const notional = Math.abs(size) * price
    markToMarket += value
    ledger.addEquity(CROSS, 'perpetuals', value)
    ledger.addRequirement(
      CROSS,
      instrument.underlying,
      notional * scaledInitialMargin(row, openInterestUsd(reading, position, row, price)),
      notional * row.initialMargin * row.maintenanceFraction,
    )
  }
  return ledger.outcome(reading, markToMarket)
}

/** Initial margin fraction after open interest has scaled it. */
export function scaledInitialMargin(
  row: Pick<Tier, 'initialMargin' | 'openInterestLower' | 'openInterestUpper'>,
  openInterest: number,
): number {
  const { initialMargin, openInterestLower: lower, openInterestUpper: upper } = row
  if (upper === 0 || openInterest <= lower) return initialMargin
  if (openInterest >= upper) return 1
  return initialMargin + ((1 - initialMargin) * (openInterest - lower)) / (upper - lower)
}

function openInterestUsd(reading: MarketReading, { instrument }: MarginPosition, row: Tier, price: number): number {
  if (row.openInterestUpper === 0) return 0
  return reading.figure({ kind: 'open-interest', instrument, side: 'long' }) * price
}
