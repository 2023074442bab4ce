import type { ExchangeCore } from './core.js'
import type { FaultName } from './faults.js'
import { averagePrice, purseOf, settledMoney } from './ledger.js'
import { marginFigures } from './margin.js'
import { amountNumber } from './money.js'
import { type Order, orderJson } from './order.js'

export type AccountSnapshot = {
  readonly name: string
  readonly userId: number
  /** Money by coin, in units of 1e-8. */
  readonly balances: Readonly<
    Record<string, { readonly balance: bigint; readonly sessionRpl: bigint; readonly fees: bigint }>
  >
  /** Equity by coin, coin. */
  readonly equity: Readonly<Record<string, number>>
  /** Signed amounts: USD of futures, coins of options. */
  readonly positions: readonly { readonly instrument: string; readonly size: number; readonly averagePrice: number }[]
  readonly openOrders: readonly Readonly<Record<string, unknown>>[]
}

export type ExchangeSnapshot = {
  readonly time: number
  /** Orders placed, edited, closed; fills; settlements. */
  readonly events: number
  readonly accounts: readonly AccountSnapshot[]
  /** All orders ever accepted, oldest first. */
  readonly orders: readonly Readonly<Record<string, unknown>>[]
  /** All fills of accounts, by account and oldest first. */
  readonly fills: readonly Readonly<Record<string, unknown>>[]
  /** By coin, units of 1e-8: what `deposits` were, and what all accounts, the house, fees and insurance hold. They are equal. */
  readonly money: Readonly<Record<string, { readonly deposited: bigint; readonly held: bigint }>>
  readonly faults: Readonly<Record<FaultName, number>>
  /** Listeners by channel. */
  readonly channels: Readonly<Record<string, number>>
}

export function snapshotOf(core: ExchangeCore): ExchangeSnapshot {
  const { currencies } = core.market
  const byCurrency = <Value>(value: (currency: string) => Value) =>
    Object.fromEntries(currencies.map((currency) => [currency, value(currency)]))
  return {
    time: core.time,
    events: core.events,
    accounts: core.accounts.map((account) => ({
      name: account.name,
      userId: account.userId,
      balances: byCurrency((currency) => {
        const { balance, sessionRpl, fees } = purseOf(account.ledger, currency)
        return { balance, sessionRpl, fees }
      }),
      equity: byCurrency((currency) => marginFigures(core, account, currency).equity),
      positions: [...account.ledger.positions.values()].map(({ terms, amount, entry }) => ({
        instrument: terms.name,
        size: amountNumber(amount),
        averagePrice: averagePrice(terms, amount, entry),
      })),
      openOrders: [...account.open.values()].map(orderJson),
    })),
    orders: [...core.orders.values()].map((order: Order) => orderJson(order)),
    fills: core.accounts.flatMap(({ trades }) => trades.map(({ json }) => json)),
    money: byCurrency((currency) => ({
      deposited: core.deposited.get(currency) ?? 0n,
      held: heldMoney(core, currency),
    })),
    faults: { ...core.faults.counts },
    channels: Object.fromEntries([...core.channels].map(([channel, listeners]) => [channel, listeners.size])),
  }
}

export function holdingsOf(core: ExchangeCore, name: string): Readonly<Record<string, number>> {
  const account = core.accounts.find((one) => one.name === name)
  const held = [...(account?.ledger.positions.values() ?? [])]
  return Object.fromEntries(held.map(({ terms, amount }) => [terms.name, amountNumber(amount)]))
}

function heldMoney(core: ExchangeCore, currency: string): bigint {
  let sum = (core.collected.get(currency) ?? 0n) + (core.insurance.get(currency) ?? 0n)
  for (const account of core.everyone()) sum += settledMoney(account.ledger, currency)
  return sum
}
