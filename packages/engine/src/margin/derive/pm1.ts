import { exp } from '@holdfast/quant'
import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome, ScenarioPnl } from '../model.js'
import { marginOutcome } from '../outcome.js'
import { resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import { type DeriveExpiry, deriveCollateral, deriveHoldings, nakedShorts, oneUnderlying } from './holdings.js'
import { type DerivePm1Parameters, derivePm1Definition } from './pm1Parameters.js'
import { basisContingency, confidenceCharge, expiryValue, scenarioName, volShocks } from './shock.js'

/**
 * Derive's first portfolio margin manager (PMRM): one underlying, options, perpetual and base.
 *
 *   scenario P&L = Σ_e (disc(V_e(shock)) − V_e) + base · S (shock − 1)/stable + perp · perpPrice (shock − 1)
 *   disc(v) = v · baseStaticDiscount · exp(−τ (rate · rateMult + rateAdd)) where v > 0, else v
 *   worst = min(basis contingency, scenarios)
 *   MM = worst − static + MtM + cash                                        (net)
 *   IM = (worst − static) · (imFactor + pegFactor · max(0, pegThreshold − stable)) − confidence + MtM + cash   (net)
 *
 * Derive states margins net: value minus requirement. Here they become requirements at the edge,
 * requirement = MtM + cash − net, and the net figures stay in `net.initialMargin` and `net.maintenanceMargin`. Where a net
 * margin exceeds the account's value, the requirement is 0 (part `floor`). Money is in the cash asset.
 *
 * @see derivexyz/v2-core at 7736900d, src/risk-managers/PMRM.sol and PMRMLib.sol (facts; own notation)
 */
export function derivePm1Model(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(derivePm1Definition, overrides)
  return { name: 'derive-pm1', parameters: set, evaluate: (account, market) => evaluate(account, market, values) }
}

type ValuedExpiry = {
  readonly expiry: DeriveExpiry
  readonly markToMarket: number
  readonly staticDiscount: number
  readonly shocks: ReturnType<typeof volShocks>
}

function evaluate(account: MarginAccount, market: MarginMarket, parameters: DerivePm1Parameters): MarginOutcome {
  const reading = new MarketReading(market)
  const cash = account.balances[parameters.cashAsset] ?? 0
  const stable = reading.assetPrice(parameters.cashAsset)
  const underlying = oneUnderlying(reading, account, parameters.underlying ?? soleBase(account, parameters))
  const base = baseAmount(reading, account, parameters, underlying)
  if (underlying === undefined) {
    const scenarios = parameters.scenarios.map(({ spot, vol }) => ({ name: scenarioName(spot, vol), pnl: 0 }))
    return marginOutcome(reading, { equity: { cash }, markToMarket: 0, initial: {}, maintenance: {}, scenarios })
  }
  const holdings = deriveHoldings(reading, account, underlying, true)
  const { spot, perpetual } = holdings
  const expiries = holdings.expiries.map((expiry) => valueExpiry(expiry, parameters))
  const options = expiries.reduce((sum, { markToMarket }) => sum + markToMarket, 0)
  const baseValue = (base * spot) / stable
  const scenarios: ScenarioPnl[] = parameters.scenarios.map((scenario) => {
    let pnl = baseValue * (scenario.spot - 1) + perpetual.size * perpetual.price * (scenario.spot - 1)
    for (const valued of expiries) pnl += expiryPnl(valued, scenario.spot, scenario.vol)
    return { name: scenarioName(scenario.spot, scenario.vol), pnl }
  })
  const basis = expiries.reduce(
    (sum, { expiry, markToMarket }) => sum + basisContingency(expiry, markToMarket, 1, parameters),
    0,
  )
  const worst = scenarios.reduce((least, { pnl }) => Math.min(least, pnl), basis)
  const statics = {
    perpetual: Math.abs(perpetual.size) * parameters.perpPercent * spot,
    base: base * parameters.basePercent * spot,
    nakedShorts:
      expiries.reduce((sum, { expiry }) => sum + nakedShorts(expiry.options), 0) * parameters.optionPercent * spot,
  }
  const confidence = confidenceTotal(holdings, base, parameters)
  const factor = parameters.imFactor + parameters.pegFactor * Math.max(0, parameters.pegThreshold - stable)
  const value = options + baseValue + perpetual.value
  const staticTotal = statics.perpetual + statics.base + statics.nakedShorts
  return marginOutcome(reading, {
    equity: { cash, options, perpetual: perpetual.value, base: baseValue },
    markToMarket: value,
    initial: {
      worstScenario: -worst * factor,
      perpetual: statics.perpetual * factor,
      base: statics.base * factor,
      nakedShorts: statics.nakedShorts * factor,
      confidence,
    },
    maintenance: { worstScenario: -worst, ...statics },
    info: {
      'net.initialMargin': (worst - staticTotal) * factor - confidence + value + cash,
      'net.maintenanceMargin': worst - staticTotal + value + cash,
      'info.basisContingency': basis,
      'info.worstLoss': worst,
      'info.initialFactor': factor,
    },
    scenarios,
  })
}

function valueExpiry(expiry: DeriveExpiry, parameters: DerivePm1Parameters): ValuedExpiry {
  const discountRate = expiry.rate * parameters.rateMultScale + parameters.rateAddScale
  return {
    expiry,
    markToMarket: expiryValue(expiry, 1, 1, (vol) => vol),
    staticDiscount: parameters.baseStaticDiscount * exp(-expiry.years * discountRate),
    shocks: volShocks(parameters, expiry.seconds),
  }
}

function expiryPnl(valued: ValuedExpiry, spotShock: number, vol: 'up' | 'none' | 'down'): number {
  const factor = valued.shocks[vol]
  const shocked = expiryValue(valued.expiry, spotShock, 1, (own) => own * factor)
  return (shocked > 0 ? shocked * valued.staticDiscount : shocked) - valued.markToMarket
}

function confidenceTotal(
  holdings: ReturnType<typeof deriveHoldings>,
  base: number,
  parameters: DerivePm1Parameters,
): number {
  const { spot, perpetual } = holdings
  const market = Math.min(holdings.spotConfidence, perpetual.size === 0 ? 1 : perpetual.confidence)
  let charge = confidenceCharge(market, (Math.abs(perpetual.size) + base) * spot, parameters)
  for (const expiry of holdings.expiries) {
    const size = expiry.options.reduce((sum, option) => sum + Math.abs(option.size), 0)
    charge += confidenceCharge(Math.min(market, expiry.confidence), size * spot, parameters)
  }
  return charge
}

/** The one asset held beside cash, which then names the manager's underlying; undefined where there is none or several. */
function soleBase(account: MarginAccount, parameters: DerivePm1Parameters): string | undefined {
  if (account.positions.some(({ size }) => size !== 0)) return undefined
  const held = Object.keys(account.balances).filter(
    (asset) => asset !== parameters.cashAsset && account.balances[asset] !== 0,
  )
  return held.length === 1 ? held[0] : undefined
}

function baseAmount(
  reading: MarketReading,
  account: MarginAccount,
  parameters: DerivePm1Parameters,
  underlying: string | undefined,
): number {
  let base = 0
  for (const { asset, amount } of deriveCollateral(reading, account, parameters.cashAsset)) {
    if (asset === underlying) base = amount
    else reading.lacks(`unsupported:asset:${asset}`)
  }
  return base
}
