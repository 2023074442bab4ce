import type { Book } from '../book/book.js'
import { type AccountHoldings, readAccount } from '../book/read.js'
import { raisedBy, withSafetyBuffer } from '../margin/calibration.js'
import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome } from '../margin/model.js'
import { marginRatio, worstBucket } from '../margin/outcome.js'
import { settleVenueFigures, type VenueFigures } from '../margin/venueFigures.js'
import { worstOf } from '../market/marginMarket.js'
import { inputName } from '../market/names.js'
import type { MarketSnapshot } from '../market/snapshot.js'
import type { OrdersView } from '../order/tracked.js'
import { accountInput } from './accountInput.js'
import type { AccountAssessment, InputState, LiquidationDistance } from './assessment.js'
import { liquidationDistance } from './distance.js'
import { type AccountMemory, type AssessMemory, explainPnl } from './pnl.js'
import { exposeOne, marginAccount, positionAssessment } from './position.js'
import { type PricedPosition, pricePosition } from './priced.js'
import { betasOf, type Past } from './returns.js'
import { concentrations, type Exposed, expiryWindows, rollUpGreeks } from './rollup.js'
import { type Revaluable, revaluable, scenarioGrid, worstScenario } from './scenarios.js'
import type { AssessSettings } from './settings.js'
import { historicalPnl, valueAtRisk } from './valueAtRisk.js'

/** What all accounts of one assessment share. */
export type AssessContext = {
  readonly book: Book
  readonly snapshot: MarketSnapshot
  readonly market: MarginMarket
  readonly settings: AssessSettings
  readonly past: Past
  readonly memory: AssessMemory
  /** What is under way: orders that may still trade need initial margin. */
  readonly orders: OrdersView
  /** What venues said of their accounts' margin. */
  readonly figures: VenueFigures
}

/** An account's assessment with what portfolios add up. */
export type AccountWork = {
  readonly assessment: AccountAssessment
  readonly inputs: readonly InputState[]
  readonly exposed: readonly Exposed[]
  readonly coins: Revaluable['coins']
  /** In the scenarios of the past; absent where a part of the account cannot be revalued in them. */
  readonly historicalPnl?: readonly number[]
  /** USD per relative move, by the past's underlyings; absent as above. */
  readonly exposures?: readonly number[]
}

/** Assesses one account. A fault in it is its own: it then counts as at risk, and others are assessed all the same. */
export function assessAccount(context: AssessContext, id: string): AccountWork {
  const holdings = readAccount(context.book, id)!
  const state = accountInput(context.book, id, context.snapshot.time, context.settings.accountLimits)
  try {
    return assessHoldings(context, holdings, state)
  } catch (fault) {
    const text = fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault)
    context.memory.accounts.delete(id)
    context.figures.waiting.delete(id)
    return faulted(holdings, state, `fault:${text}`)
  }
}

function faulted(holdings: AccountHoldings, state: InputState, fault: string): AccountWork {
  const { id, venue, portfolio, marginModel } = holdings
  const missing = [fault]
  const assessment: AccountAssessment = {
    account: id,
    venue,
    portfolio,
    marginModel,
    margin: { ok: false, missing },
    positions: [],
    quality: 'unknown',
    missing,
    greeks: [],
    cashDelta: 0,
    concentration: [],
    expiryWindow: [],
  }
  return { assessment, inputs: [state], exposed: [], coins: [] }
}

function assessHoldings(context: AssessContext, holdings: AccountHoldings, state: InputState): AccountWork {
  const { snapshot, settings, past } = context
  const { id, venue, portfolio, marginModel, balances } = holdings
  const positions = holdings.positions.map((held) => pricePosition(snapshot, held))
  const assets = balances.map(({ asset }) => snapshot.asset(asset))
  const inputs = [state, ...assets, ...positions.flatMap((position) => position.inputs)]
  const missing = missingOf(holdings, positions, assets)
  const exposed = positions.flatMap((position) => exposeOne(position, snapshot.time))
  const sensitivities = new Map(exposed.map((one) => [one.position, one]))
  const coins = coinsOf(snapshot, holdings)
  const collateral = (underlying: string) => balances.find(({ asset }) => asset === underlying)?.amount ?? 0
  const greeks = rollUpGreeks(exposed, collateral)
  const account = marginAccount(holdings, context.orders)
  const quality = missing.length > 0 ? 'unknown' : worstOf(inputs)
  const plain = settings.models.get(marginModel)
  const plainMargin = marginOf(plain, context, holdings, account)
  const calibration = settleVenueFigures(context.figures, id, plainMargin, quality, snapshot.time)
  const buffer = calibration?.buffer ?? 0
  const margin = raisedBy(plainMargin, buffer)
  const model = plain === undefined ? undefined : withSafetyBuffer(plain, buffer)
  const book = revaluable(positions, coins)
  const complete = missing.length === 0
  const grid = settings.parts.grid && complete ? scenarioGrid(book, settings.spotMoves, settings.volMoves) : undefined
  const risk = settings.parts.valueAtRisk && complete ? riskOf(book, exposed, coins, past) : undefined
  const distance = settings.parts.distance ? distanceOf(model, context, holdings, account, margin) : undefined
  const pnl = rememberPnl(context, holdings, positions)
  const assessment: AccountAssessment = {
    account: id,
    venue,
    portfolio,
    marginModel,
    margin,
    ...(calibration === undefined ? {} : { calibration }),
    ...(margin.ok ? { marginRatio: marginRatio(worstBucket(margin.buckets) ?? margin) } : {}),
    ...(distance === undefined ? {} : { distance }),
    positions: positions.map((position) => {
      const share = marginShare(model, context, position, account, margin)
      return positionAssessment(position, sensitivities.get(position), share)
    }),
    balances: balances.map(({ asset, amount }, index) => {
      const price = assets[index]?.value
      return { asset, amount, ...(price === undefined ? {} : { price }) }
    }),
    quality,
    missing,
    greeks,
    cashDelta: greeks.reduce((sum, one) => sum + one.cashDelta, 0),
    ...(grid === undefined ? {} : { grid, worstScenario: worstScenario(grid) }),
    ...(risk === undefined ? {} : { valueAtRisk: valueAtRisk(risk.historicalPnl, risk.exposures, past, settings) }),
    ...(pnl === undefined ? {} : { pnl }),
    concentration: concentrations(exposed),
    expiryWindow: expiryWindows(exposed, snapshot.time),
  }
  return { assessment, inputs, exposed, coins, ...(risk ?? {}) }
}

function missingOf(
  holdings: AccountHoldings,
  positions: readonly PricedPosition[],
  assets: readonly InputState[],
): readonly string[] {
  const missing = new Set(positions.flatMap((position) => position.missing))
  for (const { name, quality } of assets) if (quality === 'unknown') missing.add(name)
  if (holdings.knowledge !== 'known') missing.add(inputName.account(holdings.id))
  return [...missing].sort()
}

function coinsOf(snapshot: MarketSnapshot, holdings: AccountHoldings): Revaluable['coins'] {
  return holdings.balances.flatMap(({ asset, amount }) => {
    const price = snapshot.asset(asset).value
    return snapshot.underlyings.includes(asset) && price !== undefined
      ? [{ underlying: asset, value: amount * price }]
      : []
  })
}

function marginOf(
  model: MarginModel | undefined,
  context: AssessContext,
  holdings: AccountHoldings,
  account: MarginAccount,
): MarginOutcome {
  const missing: string[] = []
  if (holdings.knowledge !== 'known') missing.push(inputName.account(holdings.id))
  if (model === undefined) missing.push(`margin-model:${holdings.marginModel}`)
  if (model === undefined || missing.length > 0) return { ok: false, missing }
  return model.evaluate(account, context.market)
}

/** Change of maintenance margin if the position were not there; undefined where either cannot be had. */
function marginShare(
  model: MarginModel | undefined,
  { settings, market }: AssessContext,
  { held }: PricedPosition,
  account: MarginAccount,
  margin: MarginOutcome,
): number | undefined {
  if (!settings.parts.marginShares || model === undefined || !margin.ok) return undefined
  const rest = account.positions.filter(({ instrument }) => instrument !== held.instrument)
  const without = model.evaluate({ ...account, positions: rest }, market)
  return without.ok ? margin.maintenanceMargin - without.maintenanceMargin : undefined
}

function distanceOf(
  model: MarginModel | undefined,
  { settings, market, past }: AssessContext,
  holdings: AccountHoldings,
  account: MarginAccount,
  margin: MarginOutcome,
): LiquidationDistance | undefined {
  if (model === undefined || !margin.ok) return undefined
  const held = new Set(account.positions.map(({ instrument }) => instrument.underlying))
  for (const { asset } of holdings.balances) if (market.index(asset) !== undefined) held.add(asset)
  return liquidationDistance(model, account, market, betasOf(past, settings, [...held].sort()), settings)
}

/** P&L in the past's scenarios and linear exposures; undefined where an underlying of the account has no past. */
function riskOf(book: Revaluable, exposed: readonly Exposed[], coins: Revaluable['coins'], past: Past) {
  const { underlyings } = past.horizon
  const held = new Set([...book.positions, ...coins].map(({ underlying }) => underlying))
  for (const underlying of held) if (!underlyings.includes(underlying)) return undefined
  const exposures = underlyings.map((underlying) => {
    let exposure = 0
    for (const { position, greeks } of exposed) {
      if (position.held.instrument.underlying === underlying) exposure += greeks.slope * position.index!
    }
    for (const coin of coins) if (coin.underlying === underlying) exposure += coin.value
    return exposure
  })
  return { historicalPnl: historicalPnl(book, past), exposures }
}

function rememberPnl(context: AssessContext, holdings: AccountHoldings, positions: readonly PricedPosition[]) {
  const { snapshot, memory, book, settings } = context
  if (!settings.parts.pnl) return undefined
  const before = memory.accounts.get(holdings.id)
  const now = worthOf(snapshot, holdings, positions)
  if (now === undefined) memory.accounts.delete(holdings.id)
  else memory.accounts.set(holdings.id, now)
  if (before === undefined || now === undefined) return undefined
  const flows = book.flows.filter(({ account }) => account === holdings.id)
  const settledPrice = (underlying: string, expiry: number) => book.settled.get(`${underlying}|${expiry}`)
  return explainPnl(before, now, snapshot, flows, settledPrice)
}

function worthOf(
  snapshot: MarketSnapshot,
  holdings: AccountHoldings,
  positions: readonly PricedPosition[],
): AccountMemory | undefined {
  if (holdings.knowledge !== 'known') return undefined
  let worth = 0
  const balances: { asset: string; amount: number; price: number }[] = []
  for (const { asset, amount } of holdings.balances) {
    const price = snapshot.asset(asset).value
    if (price === undefined) return undefined
    worth += amount * price
    balances.push({ asset, amount, price })
  }
  for (const { value } of positions) {
    if (value === undefined) return undefined
    worth += value
  }
  return { time: snapshot.time, positions, balances, worth }
}
