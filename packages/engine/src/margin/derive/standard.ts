import { z } from 'zod'
import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome } from '../model.js'
import { optionValue } from '../optionValue.js'
import { marginOutcome } from '../outcome.js'
import { type ParameterDefinition, resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import { assetName, fraction, rate, rowOf, table } from '../schema.js'
import { underlyingsOf } from '../valuation.js'
import {
  type DeriveExpiry,
  type DeriveHoldings,
  type DeriveOption,
  deriveCollateral,
  deriveHoldings,
} from './holdings.js'
import { confidenceCharge } from './shock.js'

const marketRow = z
  .strictObject({
    perpMM: rate,
    perpIM: rate,
    maxSpotReq: rate,
    minSpotReq: rate,
    mmCallSpotReq: rate,
    mmPutSpotReq: rate,
    mmPutMtMReq: rate,
    unpairedIM: rate,
    unpairedMM: rate,
    mmOffsetScale: rate,
    baseMarginFactor: fraction.describe(
      "share of the base asset's value that counts; 0 where the base is no collateral",
    ),
    baseIMScale: fraction.describe('further factor of it in initial margin'),
    oracleConfThreshold: fraction,
    oracleContFactor: z.number().min(0).max(20),
  })
  .refine((row) => row.perpMM <= row.perpIM, 'perpMM must not exceed perpIM')

const deriveStandardSchema = z.strictObject({
  cashAsset: assetName,
  markets: table(marketRow),
  depegThreshold: z.number().min(0).max(1),
  depegFactor: z.number().min(0).max(20),
})

export type DeriveStandardParameters = z.output<typeof deriveStandardSchema>
type Market = z.output<typeof marketRow>

const mainnet: Market = {
  perpMM: 0.065,
  perpIM: 0.1,
  maxSpotReq: 0.15,
  minSpotReq: 0.13,
  mmCallSpotReq: 0.09,
  mmPutSpotReq: 0.09,
  mmPutMtMReq: 0.09,
  unpairedIM: 1.2,
  unpairedMM: 1.1,
  mmOffsetScale: 1.05,
  baseMarginFactor: 0,
  baseIMScale: 1,
  oracleConfThreshold: 0.55,
  oracleContFactor: 1,
}

const cases: Market = {
  ...mainnet,
  perpMM: 0.05,
  perpIM: 0.065,
  minSpotReq: 0.1,
  mmCallSpotReq: 0.075,
  mmPutSpotReq: 0.075,
  mmPutMtMReq: 0.075,
  baseMarginFactor: 0.8,
  oracleConfThreshold: 0.4,
  oracleContFactor: 0.4,
}

export const deriveStandardDefinition: ParameterDefinition<DeriveStandardParameters> = {
  model: 'derive-standard',
  schema: deriveStandardSchema,
  documents: [
    {
      version: 'mainnet-2026-01',
      asOf: '2026-01-21',
      source: 'derivexyz/v2-core at 7736900d, scripts/config-mainnet.sol',
      unpublished: ['depegThreshold', 'depegFactor'],
      values: {
        cashAsset: 'USDC',
        markets: {
          default: mainnet,
          named: {
            BTC: { ...mainnet, baseMarginFactor: 0.75, baseIMScale: 0.93 },
            ETH: { ...mainnet, baseMarginFactor: 0.8, baseIMScale: 0.9375 },
            USDT: { ...mainnet, baseMarginFactor: 0.98, baseIMScale: 0.98 },
          },
        },
        depegThreshold: 0.98,
        depegFactor: 1.2,
      },
    },
    {
      version: 'portfolio-cases-2026-01',
      asOf: '2026-01-21',
      source: 'derivexyz/v2-core at 7736900d, test/risk-managers/unit-tests/StandardManager/test-cases-portfolio.json',
      values: { cashAsset: 'USDC', markets: { default: cases, named: {} }, depegThreshold: 0.98, depegFactor: 1.2 },
    },
  ],
}

/**
 * Derive's StandardManager (SRM): rule-based, with a bound by the largest loss at expiry; any underlyings.
 *
 *   short call  MM = V − mmCall · S · |q|;   IM = V − max(maxReq − otm, minReq) · S · |q|              (net, V < 0)
 *   short put   MM = V − max(mmPutSpot · S · |q|, mmPutMtM · |V|);  IM = min(V − max(…) · S · |q|, MM · mmOffsetScale)
 *   expiry      max(Σ isolated, largest loss);   largest loss = min over settlements {0, strikes} of payoff, not above 0,
 *               plus unpaired · F · netCalls where net calls are short
 *   perpetual   −|q| · perpPrice · req
 *   base        amount · S · baseMarginFactor (· baseIMScale in IM)
 *   IM only     (1 − c) · factor · S · size where a confidence c is below its threshold;
 *               (depegThreshold − stable) · depegFactor · S · (|perp| + short options) below the depeg threshold
 *
 * Derive states margins net: value minus requirement. Here they become requirements at the edge,
 * requirement = MtM + cash − net, and the net figures stay in `net.initialMargin` and `net.maintenanceMargin`. Options are
 * valued undiscounted. Merging a naked short with a spread can cost more than the two apart: the bound by the largest loss
 * is taken per expiry as a whole, as Derive does.
 *
 * @see derivexyz/v2-core at 7736900d, src/risk-managers/StandardManager.sol, docs/managers/SRM.md (facts; own notation)
 */
export function deriveStandardModel(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(deriveStandardDefinition, overrides)
  return { name: 'derive-standard', parameters: set, evaluate: (account, market) => evaluate(account, market, values) }
}

function evaluate(account: MarginAccount, market: MarginMarket, parameters: DeriveStandardParameters): MarginOutcome {
  const reading = new MarketReading(market)
  const cash = account.balances[parameters.cashAsset] ?? 0
  const stable = reading.assetPrice(parameters.cashAsset)
  const depeg = Math.max(0, parameters.depegThreshold - stable) * parameters.depegFactor
  const equity = { cash, options: 0, perpetuals: 0, base: 0 }
  const initial = { options: 0, perpetuals: 0, base: 0, confidence: 0, depeg: 0 }
  const maintenance = { options: 0, perpetuals: 0, base: 0 }
  for (const underlying of underlyingsOf(account.positions.filter(({ size }) => size !== 0))) {
    const row = rowOf(parameters.markets, underlying)
    const holdings = deriveHoldings(reading, account, underlying, false)
    const notional = Math.abs(holdings.perpetual.size) * holdings.perpetual.price
    equity.perpetuals += holdings.perpetual.value
    initial.perpetuals += notional * row.perpIM
    maintenance.perpetuals += notional * row.perpMM
    for (const expiry of holdings.expiries) {
      const { markToMarket, netInitial, netMaintenance } = expiryMargin(expiry, holdings.spot, row)
      equity.options += markToMarket
      initial.options += markToMarket - netInitial
      maintenance.options += markToMarket - netMaintenance
    }
    initial.confidence += confidenceTotal(holdings, row)
    initial.depeg += depeg * holdings.spot * (Math.abs(holdings.perpetual.size) + shortSize(holdings))
  }
  for (const { asset, amount } of deriveCollateral(reading, account, parameters.cashAsset)) {
    const row = rowOf(parameters.markets, asset)
    const spot = reading.index(asset)
    const notional = amount * spot
    equity.base += notional / stable
    maintenance.base += notional / stable - notional * row.baseMarginFactor
    initial.base += notional / stable - notional * row.baseMarginFactor * row.baseIMScale
    initial.confidence += confidenceCharge(reading.indexConfidence(asset), notional, charge(row))
  }
  const value = equity.options + equity.perpetuals + equity.base
  const netOf = (parts: Readonly<Record<string, number>>) =>
    Object.values(parts).reduce((net, part) => net - part, value + cash)
  return marginOutcome(reading, {
    equity,
    markToMarket: value,
    initial,
    maintenance,
    info: { 'net.initialMargin': netOf(initial), 'net.maintenanceMargin': netOf(maintenance) },
  })
}

function charge(row: Market): { readonly confThreshold: number; readonly confMargin: number } {
  return { confThreshold: row.oracleConfThreshold, confMargin: row.oracleContFactor }
}

function confidenceTotal(holdings: DeriveHoldings, row: Market): number {
  const { spot, spotConfidence, perpetual } = holdings
  let total =
    perpetual.size === 0
      ? 0
      : confidenceCharge(Math.min(spotConfidence, perpetual.confidence), Math.abs(perpetual.size) * spot, charge(row))
  for (const expiry of holdings.expiries) {
    const short = expiry.options.reduce((sum, { size }) => sum + Math.max(0, -size), 0)
    total += confidenceCharge(Math.min(spotConfidence, expiry.confidence), short * spot, charge(row))
  }
  return total
}

function shortSize(holdings: DeriveHoldings): number {
  let short = 0
  for (const expiry of holdings.expiries) for (const { size } of expiry.options) short += Math.max(0, -size)
  return short
}

type ExpiryMargin = { readonly markToMarket: number; readonly netInitial: number; readonly netMaintenance: number }

function expiryMargin(expiry: DeriveExpiry, spot: number, row: Market): ExpiryMargin {
  const forward = expiry.fixed + expiry.variable
  let markToMarket = 0
  let isolatedInitial = 0
  let isolatedMaintenance = 0
  let netCalls = 0
  let largestLoss = Math.min(0, payoffAt(expiry.options, 0))
  for (const option of expiry.options) {
    const value = option.size * optionValue(option.right, forward, option.strike, option.vol, expiry.years)
    markToMarket += value
    if (option.right === 'call') netCalls += option.size
    largestLoss = Math.min(largestLoss, payoffAt(expiry.options, option.strike))
    if (option.size > 0) continue
    const isolated = shortMargin(option, value, spot, row)
    isolatedInitial += isolated.initial
    isolatedMaintenance += isolated.maintenance
  }
  const unpaired = Math.min(0, netCalls) * forward
  return {
    markToMarket,
    netInitial: Math.max(isolatedInitial, largestLoss + row.unpairedIM * unpaired),
    netMaintenance: Math.max(isolatedMaintenance, largestLoss + row.unpairedMM * unpaired),
  }
}

/** Net margin of a short option by itself, ≤ 0. */
function shortMargin(
  { right, strike, size }: DeriveOption,
  value: number,
  spot: number,
  row: Market,
): { readonly initial: number; readonly maintenance: number } {
  const away = right === 'call' ? strike - spot : spot - strike
  const initialRate = Math.max(row.maxSpotReq - Math.max(0, away) / spot, row.minSpotReq)
  const initial = initialRate * spot * size + value
  if (right === 'call') return { initial, maintenance: row.mmCallSpotReq * spot * size + value }
  const maintenance = Math.min(row.mmPutSpotReq * spot * size, row.mmPutMtMReq * value) + value
  return { initial: Math.min(initial, maintenance * row.mmOffsetScale), maintenance }
}

/** Payoff at expiry where the underlying settles at a price. */
function payoffAt(options: readonly DeriveOption[], settlement: number): number {
  let payoff = 0
  for (const { right, strike, size } of options) {
    payoff += size * Math.max(0, right === 'call' ? settlement - strike : strike - settlement)
  }
  return payoff
}
