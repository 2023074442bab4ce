import type { Option } from '@holdfast/quant'
import { z } from 'zod'
import { collateralSchema } from '../collateral.js'
import type { MarginAccount, MarginBucket, MarginMarket, MarginModel, MarginOutcome, MarginPosition } from '../model.js'
import { marginOutcome } from '../outcome.js'
import { type ParameterDefinition, resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import { fraction, rate, rowOf, table } from '../schema.js'
import { valuePosition } from '../valuation.js'
import { settleAccount } from './settlement.js'

const futureRates = z
  .strictObject({
    initial: rate,
    maintenance: rate,
    perCoin: rate.describe('added to both per unit of the underlying held in one contract'),
  })
  .refine((rates) => rates.maintenance <= rates.initial, 'maintenance must not exceed initial')

const deribitStandardSchema = z.strictObject({
  collateralMode: z
    .enum(['cross', 'segregated'])
    .describe('cross: all collateral backs all positions; segregated: each settlement currency backs its own'),
  collateral: collateralSchema,
  futures: table(futureRates),
  options: z
    .strictObject({ maximum: rate, minimum: rate, maintenance: rate })
    .refine((rates) => rates.maintenance <= rates.minimum, 'maintenance must not exceed minimum')
    .refine((rates) => rates.minimum <= rates.maximum, 'minimum must not exceed maximum'),
  openOrderWeight: fraction.describe('weight of the initial margin of resting orders'),
})

export type DeribitStandardParameters = z.output<typeof deribitStandardSchema>

export const deribitStandardDefinition: ParameterDefinition<DeribitStandardParameters> = {
  model: 'deribit-standard',
  schema: deribitStandardSchema,
  documents: [
    {
      version: '2026-11',
      asOf: '2026-11-22',
      source: 'Deribit, "Standard margin": published rates of options (0.15, 0.1, 0.075) and futures',
      unpublished: ['collateral.haircuts of cross collateral', 'futures of underlyings other than BTC and ETH'],
      values: {
        collateralMode: 'cross',
        collateral: {
          haircuts: { default: 1, named: { BTC: 0, ETH: 0, USD: 0, USDC: 0, USDT: 0, USDE: 0.1, STETH: 0.1 } },
          pegged: ['USDC', 'USDT', 'USDE'],
          pegThreshold: 0.98,
          pegFactor: 0,
        },
        futures: {
          default: { initial: 0.1, maintenance: 0.05, perCoin: 0 },
          named: {
            BTC: { initial: 0.02, maintenance: 0.01, perCoin: 0.00005 },
            ETH: { initial: 0.02, maintenance: 0.01, perCoin: 0.000002 },
          },
        },
        options: { maximum: 0.15, minimum: 0.1, maintenance: 0.075 },
        openOrderWeight: 1,
      },
    },
  ],
}

/**
 * Deribit's standard margin, in the coin that settles, converted to USD at the index.
 *
 *   margin balance = balances + unrealised P&L of futures and perpetuals   (the value of options is not in it)
 *   short call     IM = (max(0.15 − otm/U, 0.1) + mark) · |q|,   MM = (0.075 + mark) · |q|
 *   short put      MM = (max(0.075, 0.075 · mark) + mark) · |q|,  IM = max((max(0.15 − otm/U, 0.1) + mark) · |q|, MM)
 *   long option    nothing
 *   future, perp   IM = |q| · (0.02 + perCoin · |q|),  MM = |q| · (0.01 + perCoin · |q|)      (q in coin)
 *
 * U is the forward of the option's expiry where the market knows it, else the index. Linear contracts are the same with U as
 * the unit in place of the coin. Since the mark of a short option is in the requirement, `equity` here is Deribit's margin
 * balance; the value of options is told in `info.optionsValue`, and account equity as Deribit shows it is their sum (its account
 * summaries: `margin_balance` = `equity` − `options_value`).
 * Resting orders that add risk count with the initial margin of their size.
 */
export function deribitStandardModel(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(deribitStandardDefinition, overrides)
  return { name: 'deribit-standard', parameters: set, evaluate: (account, market) => evaluate(account, market, values) }
}

type Requirement = { readonly initial: number; readonly maintenance: number }

function evaluate(account: MarginAccount, market: MarginMarket, parameters: DeribitStandardParameters): MarginOutcome {
  const reading = new MarketReading(market)
  const sums = { futuresPnl: 0, optionsValue: 0 }
  const initial = { futures: 0, options: 0, orders: 0 }
  const maintenance = { futures: 0, options: 0 }
  const byCurrency = settleAccount(reading, account, parameters.collateral)
  for (const position of account.positions) {
    if (position.instrument.kind === 'spot') {
      reading.unsupported(position.instrument)
      continue
    }
    const { value } = valuePosition(reading, position)
    const requirement = requirementOf(reading, position, parameters)
    const bucket = byCurrency.bucket(position.instrument.settle)
    const part = position.instrument.kind === 'option' ? 'options' : 'futures'
    initial[part] += requirement.initial
    maintenance[part] += requirement.maintenance
    bucket.initialMargin += requirement.initial
    bucket.maintenanceMargin += requirement.maintenance
    if (part === 'options') sums.optionsValue += value
    else {
      sums.futuresPnl += value
      bucket.equity += value
    }
  }
  for (const order of account.orders ?? []) {
    if (order.reduceOnly === true) continue
    if (order.instrument.kind === 'spot') {
      reading.unsupported(order.instrument)
      continue
    }
    const charge =
      requirementOf(reading, { instrument: order.instrument, size: order.size }, parameters).initial *
      parameters.openOrderWeight
    initial.orders += charge
    byCurrency.bucket(order.instrument.settle).initialMargin += charge
  }
  const buckets: readonly MarginBucket[] = byCurrency.buckets()
  return marginOutcome(reading, {
    equity: { ...byCurrency.collateral, futuresPnl: sums.futuresPnl },
    markToMarket: sums.futuresPnl,
    initial,
    maintenance,
    info: { 'info.optionsValue': sums.optionsValue },
    ...(parameters.collateralMode === 'segregated' ? { buckets } : {}),
  })
}

function requirementOf(
  reading: MarketReading,
  position: MarginPosition,
  parameters: DeribitStandardParameters,
): Requirement {
  const { instrument, size } = position
  if (size === 0 || instrument.kind === 'spot') return { initial: 0, maintenance: 0 }
  if (instrument.kind === 'option') {
    if (size > 0) return { initial: 0, maintenance: 0 }
    const perUnit = shortOption(reading, instrument, parameters)
    return { initial: -size * perUnit.initial, maintenance: -size * perUnit.maintenance }
  }
  const mark = reading.mark(instrument)
  const coins = Math.abs(instrument.payoff === 'inverse' ? size / mark : size)
  const rates = rowOf(parameters.futures, instrument.underlying)
  const settle = reading.assetPrice(instrument.settle)
  const unit = instrument.payoff === 'inverse' ? settle : mark * settle
  const extra = rates.perCoin * coins
  return { initial: coins * (rates.initial + extra) * unit, maintenance: coins * (rates.maintenance + extra) * unit }
}

/** Requirement of one unit short, USD: rates are in coin for inverse options and of U for linear ones. */
function shortOption(reading: MarketReading, option: Option, parameters: DeribitStandardParameters): Requirement {
  const { maximum, minimum, maintenance } = parameters.options
  const hasForward = reading.market.forward(option.underlying, option.expiry) !== undefined
  const underlying = hasForward ? reading.forward(option.underlying, option.expiry) : reading.index(option.underlying)
  const away = option.right === 'call' ? option.strike - underlying : underlying - option.strike
  const mark = option.payoff === 'inverse' ? reading.mark(option) : reading.mark(option) / underlying
  const unit =
    option.payoff === 'inverse' ? reading.assetPrice(option.settle) : underlying * reading.assetPrice(option.settle)
  const base = Math.max(maximum - Math.max(0, away) / underlying, minimum) + mark
  if (option.right === 'call') return { initial: base * unit, maintenance: (maintenance + mark) * unit }
  const keep = Math.max(maintenance, maintenance * mark) + mark
  return { initial: Math.max(base, keep) * unit, maintenance: keep * unit }
}
