import { InputError, requireFinite, requirePositive } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { log } from '../math/log.js'
import { black76Price, logMoneyness, signOf } from '../pricing/black76.js'
import type { Kernel, RevaluationColumns, ScenarioColumns } from './contract.js'

/** A held option for revaluation: the forward of its expiry, and what it weighs. */
export type HeldOption = {
  readonly right: OptionRight
  /** F, quote per base, within [1e-100, 1e100]. */
  readonly forward: number
  /** K, quote per base, within [1e-100, 1e100]. */
  readonly strike: number
  /** T at the horizon, years, ≥ 0. */
  readonly yearsToExpiry: number
  /** σ, annualised decimal; σ√T ≤ 12. */
  readonly vol: number
  readonly discountFactor: number
  /** Signed, base units. */
  readonly size: number
}

/** A shock: the spot (and with it every forward) and every vol are multiplied. */
export type ScenarioShock = {
  /** Within [1e-3, 1e3]. */
  readonly spotFactor: number
  /** Within [1e-3, 1e3]. */
  readonly volFactor: number
}

/** Deviations below this count as this, so that limits are values. */
const DEVIATION_MIN = 1e-14
const DEVIATION_MAX = 12
const SCENARIO_LANES = 8

function within(field: string, value: number, low: number, high: number): number {
  if (!(value >= low && value <= high)) throw new InputError(field, value, `within ${low} and ${high}`)
  return value
}

/**
 * Columns of options for `revalueOptions` and `scenarioTable`; their P&L is against the value now.
 *
 * @throws {InputError} where an input is outside the range stated beside it.
 */
export function prepareOptions(kernel: Kernel, options: readonly HeldOption[]): RevaluationColumns {
  const column = () => kernel.allocate(options.length)
  const columns: RevaluationColumns = {
    count: options.length,
    sign: column(),
    strike: column(),
    forward: column(),
    logMoneyness: column(),
    deviation: column(),
    inverseDeviation: column(),
    weight: column(),
    base: column(),
  }
  options.forEach((option, i) => {
    const forward = within('forward', option.forward, 1e-100, 1e100)
    const strike = within('strike', option.strike, 1e-100, 1e100)
    const base = black76Price(option.right, forward, strike, option.yearsToExpiry, option.vol)
    const deviation = within('vol', option.vol * Math.sqrt(option.yearsToExpiry), 0, DEVIATION_MAX)
    const floored = Math.max(deviation, DEVIATION_MIN)
    columns.sign[i] = signOf(option.right)
    columns.strike[i] = strike
    columns.forward[i] = forward
    columns.logMoneyness[i] = logMoneyness(forward, strike)
    columns.deviation[i] = floored
    columns.inverseDeviation[i] = 1 / floored
    columns.weight[i] = requireFinite('size', option.size) * requirePositive('discountFactor', option.discountFactor)
    columns.base[i] = base
  })
  return columns
}

/**
 * Columns of scenarios, padded to a multiple of 8 with the first.
 *
 * @param shocks - at least one.
 * @throws {InputError} where a factor is outside its range.
 */
export function prepareScenarios(kernel: Kernel, shocks: readonly ScenarioShock[]): ScenarioColumns {
  if (shocks.length === 0) throw new InputError('shocks', 0, 'a list of at least one')
  const stride = Math.ceil(shocks.length / SCENARIO_LANES) * SCENARIO_LANES
  const columns: ScenarioColumns = {
    count: shocks.length,
    stride,
    spotFactor: kernel.allocate(stride),
    logSpotFactor: kernel.allocate(stride),
    volFactor: kernel.allocate(stride),
    inverseVolFactor: kernel.allocate(stride),
  }
  for (let j = 0; j < stride; j++) {
    const shock = shocks[j] ?? shocks[0]!
    columns.spotFactor[j] = within('spotFactor', shock.spotFactor, 1e-3, 1e3)
    columns.logSpotFactor[j] = log(shock.spotFactor)
    columns.volFactor[j] = within('volFactor', shock.volFactor, 1e-3, 1e3)
    columns.inverseVolFactor[j] = 1 / shock.volFactor
  }
  return columns
}
