import { z } from 'zod'
import type { MarketReading } from '../reading.js'
import { fraction, rate, rowOf, table, usd } from '../schema.js'
import type { ValuedPosition } from '../valuation.js'

/** Rates of one underlying; fractions of notional or of the index. */
const ruleRates = z
  .strictObject({
    futureInitial: rate,
    futureMaintenance: rate,
    futureRatePerMillionUsd: rate.describe("added to both future rates per million USD of a position's notional"),
    optionMaximum: rate,
    optionMinimum: rate,
    optionMaintenance: rate,
    spotShort: rate.describe('initial and maintenance rate of spot held short'),
  })
  .refine((rates) => rates.futureMaintenance <= rates.futureInitial, 'futureMaintenance must not exceed futureInitial')
  .refine((rates) => rates.optionMaintenance <= rates.optionMinimum, 'optionMaintenance must not exceed optionMinimum')
  .refine((rates) => rates.optionMinimum <= rates.optionMaximum, 'optionMinimum must not exceed optionMaximum')

export const ruleSchema = z.strictObject({
  rates: table(ruleRates),
  longOptionHaircut: fraction.describe("share of a long option's value that is not available as margin"),
  minimumNotional: usd.describe(
    'smallest notional of a position that is margined, USD: below it the requirement is that of this notional',
  ),
})

export type RuleParameters = z.output<typeof ruleSchema>

export type Requirement = { readonly initial: number; readonly maintenance: number }

/**
 * Stand-alone requirement of a position, USD, on top of its value (which is in equity, negative where short).
 *
 *   perp, future   |q|·P · (rate + perMillion · notional/10⁶)
 *   short call     |q|·S · max(max − otm, min),   otm = max(0, K − S)/S;   maintenance |q|·S · optionMaintenance
 *   short put      the same with otm = max(0, S − K)/S; initial at least maintenance
 *   long option    value · longOptionHaircut
 *   spot           0 when long (its value is subject to price risk in scenario models only), |q|·P · spotShort when short
 */
export function ruleRequirement(
  reading: MarketReading,
  valued: ValuedPosition,
  parameters: RuleParameters,
): Requirement {
  const { position, notional } = valued
  const { instrument, size } = position
  if (size === 0) return { initial: 0, maintenance: 0 }
  const rates = rowOf(parameters.rates, instrument.underlying)
  switch (instrument.kind) {
    case 'spot': {
      const requirement = size < 0 ? notional * rates.spotShort : 0
      return { initial: requirement, maintenance: requirement }
    }
    case 'perpetual':
    case 'future': {
      const charged = Math.max(notional, parameters.minimumNotional)
      const extra = rates.futureRatePerMillionUsd * (charged / 1e6)
      return {
        initial: charged * (rates.futureInitial + extra),
        maintenance: charged * (rates.futureMaintenance + extra),
      }
    }
    case 'option': {
      if (size > 0) {
        const locked = Math.max(0, valued.value) * parameters.longOptionHaircut
        return { initial: locked, maintenance: locked }
      }
      const index = reading.index(instrument.underlying)
      const away = instrument.right === 'call' ? instrument.strike - index : index - instrument.strike
      const outOfTheMoney = Math.max(0, away) / index
      const initialRate = Math.max(rates.optionMaximum - outOfTheMoney, rates.optionMinimum)
      const charged = Math.max(notional, parameters.minimumNotional)
      return { initial: charged * initialRate, maintenance: charged * rates.optionMaintenance }
    }
  }
}

/** Our rates: near those of the large venues, none of them exactly. */
export const holdfastRules: RuleParameters = {
  rates: {
    default: {
      futureInitial: 0.1,
      futureMaintenance: 0.06,
      futureRatePerMillionUsd: 0.01,
      optionMaximum: 0.2,
      optionMinimum: 0.15,
      optionMaintenance: 0.12,
      spotShort: 0.2,
    },
    named: {
      BTC: {
        futureInitial: 0.04,
        futureMaintenance: 0.025,
        futureRatePerMillionUsd: 0.0005,
        optionMaximum: 0.15,
        optionMinimum: 0.1,
        optionMaintenance: 0.075,
        spotShort: 0.1,
      },
      ETH: {
        futureInitial: 0.05,
        futureMaintenance: 0.03,
        futureRatePerMillionUsd: 0.001,
        optionMaximum: 0.15,
        optionMinimum: 0.1,
        optionMaintenance: 0.075,
        spotShort: 0.1,
      },
    },
  },
  longOptionHaircut: 1,
  minimumNotional: 0,
}
