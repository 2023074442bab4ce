import { exp, log } from '@holdfast/quant'
import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome, ScenarioPnl } from '../model.js'
import { marginOutcome } from '../outcome.js'
import { resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import {
  type DeriveExpiry,
  type DeriveHoldings,
  deriveCollateral,
  deriveHoldings,
  nakedShorts,
  oneUnderlying,
} from './holdings.js'
import { type DerivePm2Parameters, type DerivePm2Scenario, derivePm2Definition } from './pm2Parameters.js'
import { basisContingency, confidenceCharge, discountFactor, expiryValue, scenarioName, volShocks } from './shock.js'

/**
 * Derive's second portfolio margin manager (PMRM_2): one underlying, options and perpetual, collateral in several assets.
 *
 *   scenario P&L = damp · [ Σ_e (V_e(shock) · sd_e − V_e) + (perp · perpPrice + Σ riskCancelling value) · (shock − 1) ]
 *   sd_e = longStatic · exp(−τ (rate · longMult + longAdd)) where V_e(shock) ≥ 0,
 *          min(1/D, shortStatic · exp(+τ (rate · shortMult + shortAdd))) where below
 *   skew scenarios: vol · max(0, 1 + clamp(k · cap/k*)), each expiry counted as its loss, whichever its sign
 *   worst = min(basis contingency, scenarios)
 *   MM = worst · mmFactor − C_mm + MtM + cash                                                            (net)
 *   IM = worst · (imFactor + pegFactor · max(0, pegThreshold − stable)) − C_mm − C_im − confidence + MtM + cash  (net)
 *   C = |perp| · S · perp% + nakedShorts · S · option% + Σ collateral · haircut
 *
 * Derive states margins net: value minus requirement. Here they become requirements at the edge,
 * requirement = MtM + cash − net, and the net figures stay in `net.initialMargin` and `net.maintenanceMargin`. Where a net
 * margin exceeds the account's value, the requirement is 0 (part `floor`). Money is in the cash asset.
 *
 * @see derivexyz/v2-core at 7736900d, src/risk-managers/PMRM_2.sol and PMRMLib_2.sol (facts; own notation)
 */
export function derivePm2Model(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(derivePm2Definition, overrides)
  return { name: 'derive-pm2', parameters: set, evaluate: (account, market) => evaluate(account, market, values) }
}

function evaluate(account: MarginAccount, market: MarginMarket, parameters: DerivePm2Parameters): MarginOutcome {
  const reading = new MarketReading(market)
  const cash = account.balances[parameters.cashAsset] ?? 0
  const stable = reading.assetPrice(parameters.cashAsset)
  const underlying = oneUnderlying(reading, account, parameters.underlying)
  const holdings = underlying === undefined ? undefined : deriveHoldings(reading, account, underlying, true)
  const collateral = valueCollateral(reading, account, parameters, stable, holdings?.spotConfidence ?? 1)
  const expiries = (holdings?.expiries ?? []).map((expiry) => valueExpiry(expiry, parameters))
  const spot = holdings?.spot ?? 0
  const perpetual = holdings?.perpetual ?? { size: 0, price: 0, value: 0, confidence: 1 }
  const options = expiries.reduce((sum, { markToMarket }) => sum + markToMarket, 0)

  const moving = perpetual.size * perpetual.price + collateral.riskCancelling
  const scenarios: ScenarioPnl[] = parameters.scenarios.map((scenario) => {
    let pnl = moving * (scenario.spot - 1) * scenario.dampening
    for (const expiry of expiries) pnl += expiryPnl(expiry, scenario, parameters)
    return { name: scenarioName(scenario.spot, scenario.vol, scenario.dampening), pnl }
  })
  const basis = expiries.reduce((sum, { expiry, markToMarket, discount }) => {
    return sum + basisContingency(expiry, markToMarket, discount, parameters)
  }, 0)
  const worst = scenarios.reduce((least, { pnl }) => Math.min(least, pnl), basis)

  const factor = parameters.imFactor + parameters.pegFactor * Math.max(0, parameters.pegThreshold - stable)
  const perpetualNotional = Math.abs(perpetual.size) * spot
  const nakedNotional = expiries.reduce((sum, { expiry }) => sum + nakedShorts(expiry.options), 0) * spot
  const maintenance = {
    worstScenario: -worst * parameters.mmFactor,
    perpetual: perpetualNotional * parameters.mmPerp,
    nakedShorts: nakedNotional * parameters.mmOption,
    collateral: collateral.mmHaircut,
  }
  const initial = {
    worstScenario: -worst * factor,
    perpetual: perpetualNotional * (parameters.mmPerp + parameters.imPerp),
    nakedShorts: nakedNotional * (parameters.mmOption + parameters.imOption),
    collateral: collateral.mmHaircut + collateral.imHaircut,
    confidence: collateral.confidence + (holdings === undefined ? 0 : confidenceTotal(holdings, parameters)),
  }
  const value = options + perpetual.value + collateral.value
  const netOf = (parts: Readonly<Record<string, number>>) =>
    Object.values(parts).reduce((net, part) => net - part, value + cash)
  return marginOutcome(reading, {
    equity: { cash, options, perpetual: perpetual.value, ...collateral.parts },
    markToMarket: value,
    initial,
    maintenance,
    info: {
      'net.initialMargin': netOf(initial),
      'net.maintenanceMargin': netOf(maintenance),
      'info.basisContingency': basis,
      'info.worstLoss': worst,
      'info.initialFactor': factor,
    },
    scenarios,
  })
}

type ValuedExpiry = {
  readonly expiry: DeriveExpiry
  readonly discount: number
  readonly markToMarket: number
  readonly staticLong: number
  readonly staticShort: number
  readonly shocks: ReturnType<typeof volShocks>
}

function valueExpiry(expiry: DeriveExpiry, parameters: DerivePm2Parameters): ValuedExpiry {
  const { rate, years } = expiry
  const discount = discountFactor(expiry)
  const grown =
    parameters.shortStaticDiscount * exp(years * (rate * parameters.shortRateMult + parameters.shortRateAdd))
  return {
    expiry,
    discount,
    markToMarket: expiryValue(expiry, 1, discount, (vol) => vol),
    staticLong: parameters.longStaticDiscount * exp(-years * (rate * parameters.longRateMult + parameters.longRateAdd)),
    staticShort: Math.min(1 / discount, grown),
    shocks: volShocks(parameters, expiry.seconds),
  }
}

function expiryPnl(valued: ValuedExpiry, scenario: DerivePm2Scenario, parameters: DerivePm2Parameters): number {
  const { expiry, discount } = valued
  const skewed = scenario.vol === 'skewLinear' || scenario.vol === 'skewAbs'
  // In a skew scenario options see the vol move only; spot stays.
  const spotShock = skewed ? 1 : scenario.spot
  const shocked = expiryValue(expiry, spotShock, discount, shockOf(valued, scenario, parameters))
  const pnl = shocked * (shocked >= 0 ? valued.staticLong : valued.staticShort) - valued.markToMarket
  const damped = pnl * scenario.dampening
  return skewed ? -Math.abs(damped) : damped
}

function shockOf(
  { expiry, shocks }: ValuedExpiry,
  scenario: DerivePm2Scenario,
  parameters: DerivePm2Parameters,
): (vol: number, strike: number) => number {
  const { vol } = scenario
  if (vol === 'up') return (own) => Math.max(parameters.minVolInUpShock, own * shocks.up)
  if (vol === 'none' || vol === 'down') return (own) => own * shocks[vol]
  const rootT = Math.sqrt(expiry.years)
  const linear = vol === 'skewLinear'
  const cap = linear
    ? parameters.skewLinearSlope * rootT + parameters.skewLinearCap
    : parameters.skewAbsSlope * rootT + parameters.skewAbsCap
  const volParameter = parameters.volParamStatic + rootT * parameters.volParamScale
  const width = Math.max(parameters.minKStar, rootT * parameters.widthScale * volParameter)
  const forward = expiry.variable + expiry.fixed
  return (own, strike) => {
    const signed = log(strike / forward)
    const k = linear ? signed : Math.abs(signed)
    const tilt = (k * cap) / width
    // Not a clamp where cap is negative: the source takes min on the right and max on the left.
    const shift = k >= 0 ? Math.min(cap, tilt) : Math.max(-cap, tilt)
    return own * Math.max(0, 1 + shift)
  }
}

type ValuedCollateral = {
  readonly parts: Readonly<Record<string, number>>
  readonly value: number
  readonly riskCancelling: number
  readonly mmHaircut: number
  readonly imHaircut: number
  readonly confidence: number
}

function valueCollateral(
  reading: MarketReading,
  account: MarginAccount,
  parameters: DerivePm2Parameters,
  stable: number,
  spotConfidence: number,
): ValuedCollateral {
  const parts: Record<string, number> = {}
  const sums = { value: 0, riskCancelling: 0, mmHaircut: 0, imHaircut: 0, confidence: 0 }
  for (const { asset, amount } of deriveCollateral(reading, account, parameters.cashAsset)) {
    const row = parameters.collaterals[asset]
    if (row === undefined) {
      reading.lacks(`unsupported:asset:${asset}`)
      continue
    }
    const value = (amount * reading.assetPrice(asset)) / stable
    const confidence = reading.confidence({ kind: 'confidence', of: 'asset', asset })
    parts[`collateral.${asset}`] = value
    sums.value += value
    sums.mmHaircut += value * row.mmHaircut
    sums.imHaircut += value * row.imHaircut
    sums.confidence += confidenceCharge(Math.min(confidence, spotConfidence), value, parameters)
    if (row.riskCancelling) sums.riskCancelling += value
  }
  return { parts, ...sums }
}

function confidenceTotal(holdings: DeriveHoldings, parameters: DerivePm2Parameters): number {
  const { spot, perpetual } = holdings
  const market = Math.min(holdings.spotConfidence, perpetual.size === 0 ? 1 : perpetual.confidence)
  let charge = confidenceCharge(market, Math.abs(perpetual.size) * spot, parameters)
  for (const expiry of holdings.expiries) {
    const size = expiry.options.reduce((sum, option) => sum + Math.abs(option.size), 0)
    charge += confidenceCharge(Math.min(market, expiry.confidence), size * spot, parameters)
  }
  return charge
}
