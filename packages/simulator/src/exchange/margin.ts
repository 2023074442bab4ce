import { type MarginMarket, marginModel } from '@holdfast/engine'
import type { Instrument } from '@holdfast/quant'
import type { Account } from './account.js'
import type { ExchangeCore } from './core.js'
import { positionValue, purseOf } from './ledger.js'
import { AMOUNT_UNITS, coinNumber, PRICE_UNITS } from './money.js'
import { type Order, remaining, signOf } from './order.js'
import { deribitName, type Terms } from './terms.js'

const MODEL = marginModel('deribit-standard', { collateralMode: 'segregated' })

/** The figures of one coin of an account, coin. Requirements ≥ 0. */
export type Figures = {
  readonly balance: number
  readonly futuresUpl: number
  readonly futuresRpl: number
  readonly optionsValue: number
  readonly equity: number
  readonly marginBalance: number
  readonly initialMargin: number
  readonly maintenanceMargin: number
  readonly availableFunds: number
}

/** What the margin model may ask, answered from the exchange's own marks. */
function marginMarketOf(core: ExchangeCore): MarginMarket {
  const termsFor = (instrument: Instrument) => core.books.get(deribitName(instrument))?.terms
  return {
    time: core.time,
    index: (underlying) => core.index(underlying),
    assetPrice: (asset) => (asset === 'USD' ? 1 : core.index(asset)),
    forward(underlying, expiry) {
      return core.market.forward({
        kind: 'future',
        venue: 'deribit',
        underlying,
        quote: 'USD',
        settle: underlying,
        payoff: 'inverse',
        expiry,
      })
    },
    impliedVol: () => undefined,
    mark(instrument) {
      const terms = termsFor(instrument)
      return terms === undefined ? undefined : core.mark(terms).price / PRICE_UNITS
    },
    confidence: () => 1,
  }
}

type Requirement = { readonly initial: number; readonly maintenance: number }

/** Requirement of holdings in one coin by the standard margin model, coin. */
function requirement(
  core: ExchangeCore,
  currency: string,
  holdings: readonly { readonly instrument: Instrument; readonly size: number }[],
): Requirement {
  if (holdings.length === 0) return { initial: 0, maintenance: 0 }
  const market = marginMarketOf(core)
  // Requirements do not depend on the entry; the profit is the ledger's, to the unit.
  const positions = holdings.map((holding) => ({ ...holding, entryPrice: market.mark(holding.instrument)! }))
  const outcome = MODEL.evaluate({ id: currency, balances: {}, positions }, market)
  if (!outcome.ok) throw new Error(`Invariant: the exchange knows its own marks, but not ${outcome.missing.join(', ')}`)
  const index = core.index(currency)
  return { initial: outcome.initialMargin / index, maintenance: outcome.maintenanceMargin / index }
}

function positionRequirement(core: ExchangeCore, account: Account, currency: string): Requirement {
  const known = account.margin.get(currency)
  if (known !== undefined && known.step === core.step) return known
  const holdings: { instrument: Instrument; size: number }[] = []
  for (const { terms, amount } of account.ledger.positions.values()) {
    if (terms.currency === currency) holdings.push({ instrument: terms.instrument, size: amount / AMOUNT_UNITS })
  }
  const fresh = { step: core.step, ...requirement(core, currency, holdings) }
  account.margin.set(currency, fresh)
  return fresh
}

type PerUnit = {
  readonly core: ExchangeCore
  readonly step: number
  readonly direction: Order['direction']
  readonly margin: number
}

/** Orders come many to a step, and what a unit needs changes only with it. */
const perUnit = new WeakMap<Terms, PerUnit>()

/** Initial margin that one unit of amount of an order needs, coin; a bought option needs its premium. */
export function marginPerUnit(core: ExchangeCore, terms: Terms, direction: Order['direction'], price: number): number {
  if (terms.kind === 'option' && direction === 'buy') return price / PRICE_UNITS / AMOUNT_UNITS
  const known = perUnit.get(terms)
  if (known !== undefined && known.core === core && known.step === core.step && known.direction === direction)
    return known.margin
  const size = signOf(direction) * (terms.kind === 'option' ? 1 : 1_000_000)
  const { initial } = requirement(core, terms.currency, [{ instrument: terms.instrument, size }])
  const margin = initial / Math.abs(size) / AMOUNT_UNITS
  perUnit.set(terms, { core, step: core.step, direction, margin })
  return margin
}

/** Margin of the open orders of a coin: of each instrument the dearer side, as far as it would not reduce the position. */
export function ordersRequirement(account: Account, currency: string): number {
  if (account.open.size === 0) return 0
  const sides = new Map<string, [buy: number, sell: number]>()
  let sum = 0
  for (const order of account.open.values()) {
    if (order.terms.currency !== currency || order.reduceOnly) continue
    const both = sides.get(order.terms.name) ?? [0, 0]
    both[order.direction === 'buy' ? 0 : 1] += remaining(order) * order.marginPerUnit
    sides.set(order.terms.name, both)
  }
  for (const [buy, sell] of sides.values()) sum += Math.max(buy, sell)
  return sum
}

export function marginFigures(core: ExchangeCore, account: Account, currency: string): Figures {
  const purse = purseOf(account.ledger, currency)
  let upl = 0n
  let optionsValue = 0n
  for (const position of account.ledger.positions.values()) {
    if (position.terms.currency !== currency) continue
    const value = positionValue(position, core.mark(position.terms).price)
    if (position.terms.kind === 'option') optionsValue += value
    else upl += value
  }
  const marginUnits = purse.balance + purse.sessionRpl + upl
  const { initial, maintenance } = positionRequirement(core, account, currency)
  const initialMargin = initial + ordersRequirement(account, currency)
  const marginBalance = coinNumber(marginUnits)
  return {
    balance: coinNumber(purse.balance),
    futuresUpl: coinNumber(upl),
    futuresRpl: coinNumber(purse.sessionRpl),
    optionsValue: coinNumber(optionsValue),
    equity: coinNumber(marginUnits + optionsValue),
    marginBalance,
    initialMargin,
    maintenanceMargin: maintenance,
    availableFunds: marginBalance - initialMargin,
  }
}
