import { type Money, moneyFromNumber, moneyToNumber } from '../book/money.js'
import { maxMoney, ONE } from '../liquidation/fraction.js'
import type { Health } from '../liquidation/index.js'
import type { PlanLeg } from '../liquidation/plan/problem.js'
import type { MarginAccount, MarginMarket, MarginModel, MarginPosition, MarginResult } from '../margin/model.js'
import { optionDelta } from '../margin/optionValue.js'
import { mayOpen } from './assess.js'
import { marginMarket } from './marginMarket.js'
import type { ClearingParameters } from './parameters.js'
import { marketInstrument } from './parameters.js'
import { MAXIMAL_TRANCHES } from './plan.js'
import { referencePrice } from './reference.js'
import { exposureOf, type OrderSide } from './restingOrders.js'
import type { Assessed, Holdings, MarginRule, RuleInput, RuleView } from './rule.js'

/** Model numbers become money on this grid, against the account: equity down, requirements up. */
const GRID: Money = ONE / 1_000_000n

/**
 * A margin model of the registry as the rule of the house.
 *
 * The settled money of an account is added to the model's equity exactly, and the premium of options counts as paid: equity is
 * ⌊model(account without settled money)⌋ + balance − Σ cost of options. A model that lacks an input leaves the account's margin
 * unknown.
 */
export function modelRule(model: MarginModel, parameters: ClearingParameters): MarginRule {
  return {
    name: model.name,
    assess: (view, account) => assessPositions(model, marginMarket(view), view, account),
    ordersMargin: (view, account, held) => ordersMargin(model, view, account, held),
    relief: (view, account) => relief(model, view, account),
    legs: (view, account) => legs(model, view, account),
    inputsOf: (name) => inputsOf(parameters, name),
  }
}

function inputsOf(parameters: ClearingParameters, name: string): readonly RuleInput[] {
  const instrument = marketInstrument(parameters, name)
  if (instrument === undefined) return []
  const { underlying } = instrument
  const index: RuleInput = { kind: 'index', underlying }
  return instrument.kind === 'option' ? [index, { kind: 'surface', underlying, expiry: instrument.expiry }] : [index]
}

function assessPositions(model: MarginModel, market: MarginMarket, view: RuleView, account: Holdings): Assessed {
  const outcome = model.evaluate(marginAccount(view, account), market)
  if (!outcome.ok) return { known: false, missing: outcome.missing }
  const equity = roundedDown(outcome.equity)
  const initialMargin = roundedUp(outcome.initialMargin)
  const maintenanceMargin = roundedUp(outcome.maintenanceMargin)
  if (equity === undefined || initialMargin === undefined || maintenanceMargin === undefined) {
    return { known: false, missing: ['finite:margin'] }
  }
  return { known: true, equity: equity + paidCash(view, account), initialMargin, maintenanceMargin }
}

/** Settled money after the premium of the options that are held. */
export function paidCash({ parameters }: RuleView, account: Holdings): Money {
  let cash = account.balances.get(parameters.settlementAsset) ?? 0n
  for (const [name, { cost }] of account.positions) {
    if (marketInstrument(parameters, name)?.kind === 'option') cash -= cost
  }
  return cash
}

function marginAccount({ parameters }: RuleView, account: Holdings): MarginAccount {
  const balances: Record<string, number> = {}
  for (const [asset, amount] of account.balances) {
    if (asset !== parameters.settlementAsset) balances[asset] = moneyToNumber(amount)
  }
  const positions = [...account.positions].map(([name, { size, cost }]): MarginPosition => {
    const instrument = marketInstrument(parameters, name)!
    const held = moneyToNumber(size)
    if (instrument.kind === 'option') return { instrument, size: held }
    return { instrument, size: held, entryPrice: moneyToNumber(cost) / held }
  })
  return { id: account.id, balances, positions }
}

function roundedDown(value: number): Money | undefined {
  const money = moneyFromNumber(value)
  return money === undefined ? undefined : floorToGrid(money)
}

function roundedUp(value: number): Money | undefined {
  const money = moneyFromNumber(value)
  return money === undefined ? undefined : -floorToGrid(-money)
}

function floorToGrid(money: Money): Money {
  const rest = ((money % GRID) + GRID) % GRID
  return money - rest
}

/** Each market's orders, all of the worse side met at once, add what they take initial margin and equity apart by. */
function ordersMargin(model: MarginModel, view: RuleView, account: Holdings, held: Health): Money | undefined {
  const market = marginMarket(view)
  let added = 0n
  for (const { market: name, held: size, buys, sells } of exposureOf(view, account)) {
    let worst = 0n
    for (const [side, sign] of [
      [buys, 1n],
      [sells, -1n],
    ] as const) {
      if (side.size === 0n) continue
      const met = assessPositions(model, market, view, afterOrders(view, account, name, size, side, sign))
      if (!met.known) return undefined
      worst = maxMoney(worst, met.initialMargin - met.equity - (held.initialMargin - held.equity))
    }
    added += worst
  }
  return added
}

function afterOrders(
  { parameters, state }: RuleView,
  account: Holdings,
  name: string,
  held: Money,
  side: OrderSide,
  sign: 1n | -1n,
): Holdings {
  const positions = new Map(account.positions)
  const size = held + sign * side.size
  const { price } = state.markets.get(name)!
  const cost = (account.positions.get(name)?.cost ?? 0n) + (sign * side.size * price) / ONE + side.loss
  if (size !== 0n) {
    positions.set(name, { size, cost })
    return { ...account, positions }
  }
  positions.delete(name)
  const asset = parameters.settlementAsset
  const balances = new Map(account.balances).set(asset, (account.balances.get(asset) ?? 0n) - cost)
  return { ...account, balances, positions }
}

function relief(model: MarginModel, view: RuleView, account: Holdings): ReadonlyMap<string, Money> {
  const market = marginMarket(view)
  const whole = model.evaluate(marginAccount(view, account), market)
  return new Map(
    [...account.positions.keys()].map((name) => {
      const without = new Map(account.positions)
      without.delete(name)
      const rest = model.evaluate(marginAccount(view, { ...account, positions: without }), market)
      const freed = whole.ok && rest.ok ? whole.initialMargin - rest.initialMargin : 0
      return [name, maxMoney(0n, moneyFromNumber(freed) ?? 0n)]
    }),
  )
}

/**
 * Positions and hedges as the planner takes them. A model with scenarios gives the loss of a unit of each leg in each of them, scaled
 * so that the worst of the account is its initial margin; one without gives what closing frees, as a charge on size. The plan is
 * checked by the model itself before a tranche of it is sent.
 */
function legs(model: MarginModel, view: RuleView, account: Holdings): readonly PlanLeg[] {
  const market = marginMarket(view)
  const whole = model.evaluate(marginAccount(view, account), market)
  if (!whole.ok) return []
  const hedges = hedgeMarkets(view, account, market)
  const names = [...account.positions.keys(), ...[...hedges.keys()].filter((name) => !account.positions.has(name))]
  const units = names.map((name) => unitOutcome(model, view, market, name))
  const worst = (whole.scenarios ?? []).reduce((most, { pnl }) => Math.max(most, -pnl), 0)
  const scenarios = worst > 0 && units.every((unit) => unit !== undefined)
  const freed = scenarios ? undefined : relief(model, view, account)
  return names.map((name, index) => {
    const rules = view.parameters.markets[name]!
    const size = moneyToNumber(account.positions.get(name)?.size ?? 0n)
    const reference = moneyToNumber(referencePrice(view, name))
    const rate = moneyToNumber(rules.tradingCostRate) + moneyToNumber(rules.liquidationPenalty)
    return {
      name,
      size,
      price: moneyToNumber(view.state.markets.get(name)!.price),
      scenarioLosses: scenarios ? scaledLosses(whole, units[index]!, whole.initialMargin / worst) : [],
      addOnPerUnit: freed === undefined || size === 0 ? 0 : moneyToNumber(freed.get(name) ?? 0n) / Math.abs(size),
      cost: { halfSpread: rate * reference, fee: 0, impact: 0, wait: 0 },
      trancheSize: Math.max(Math.abs(size) / MAXIMAL_TRANCHES, moneyToNumber(rules.trancheSize)),
      maximalHedge: scenarios ? (hedges.get(name) ?? 0) : 0,
    }
  })
}

function unitOutcome(
  model: MarginModel,
  { parameters, state }: RuleView,
  market: MarginMarket,
  name: string,
): MarginResult | undefined {
  const instrument = marketInstrument(parameters, name)!
  const entryPrice = moneyToNumber(state.markets.get(name)!.price)
  const outcome = model.evaluate({ id: name, balances: {}, positions: [{ instrument, size: 1, entryPrice }] }, market)
  return outcome.ok && outcome.scenarios !== undefined ? outcome : undefined
}

function scaledLosses(whole: MarginResult, unit: MarginResult, scale: number): readonly number[] {
  const own = new Map(unit.scenarios!.map(({ name, pnl }) => [name, pnl]))
  return whole.scenarios!.map(({ name }) => -(own.get(name) ?? 0) * scale)
}

/**
 * Markets whose size is delta alone, on an underlying in which options are held, with a live mark: how much of each the account's
 * delta calls for, in units of the underlying.
 */
function hedgeMarkets(view: RuleView, account: Holdings, market: MarginMarket): ReadonlyMap<string, number> {
  const { parameters, state } = view
  const deltas = accountDeltas(view, account, market)
  const found = new Map<string, number>()
  for (const name of Object.keys(parameters.markets).sort()) {
    const instrument = marketInstrument(parameters, name)
    if (instrument === undefined || instrument.kind === 'option') continue
    const own = state.markets.get(name)!
    const delta = Math.abs(deltas.get(instrument.underlying) ?? 0)
    if (delta > 0 && !own.settled && mayOpen(own)) found.set(name, delta)
  }
  return found
}

/** Delta by underlying of the accounts' books that hold options there, in units of the underlying, signed. */
export function accountDeltas(view: RuleView, account: Holdings, market: MarginMarket): ReadonlyMap<string, number> {
  const deltas = new Map<string, number>()
  const withOptions = new Set<string>()
  for (const [name, { size }] of account.positions) {
    const instrument = marketInstrument(view.parameters, name)
    if (instrument === undefined) continue
    const { underlying } = instrument
    let delta = 1
    if (instrument.kind === 'option') {
      withOptions.add(underlying)
      const { expiry, strike, right } = instrument
      const forward = market.forward(underlying, expiry) ?? Number.NaN
      const vol = market.impliedVol(underlying, expiry, strike) ?? Number.NaN
      delta = optionDelta(right, forward, strike, vol, Math.max(0, expiry - market.time) / 31_536_000_000)
    }
    deltas.set(underlying, (deltas.get(underlying) ?? 0) + delta * moneyToNumber(size))
  }
  return new Map([...deltas].filter(([underlying, delta]) => withOptions.has(underlying) && Number.isFinite(delta)))
}
