import { createLedger, type Ledger, purseOf } from './ledger.js'
import { coinUnits } from './money.js'
import type { Order } from './order.js'
import type { TokenBucket } from './rateLimit.js'

/** A key of an account. `scope` as Deribit writes it: `account:read trade:read_write wallet:read`. */
export type ApiKey = { readonly clientId: string; readonly clientSecret: string; readonly scope: string }

export type AccountOptions = {
  readonly name: string
  /** Decimal strings by coin. */
  readonly deposits: Readonly<Record<string, string>>
  readonly keys: readonly ApiKey[]
  readonly selfTradingRejectMode?: 'cancel_maker' | 'reject_taker'
}

/** A trade of an account, as `private/get_user_trades_*` lists it. */
export type UserTrade = {
  readonly time: number
  readonly name: string
  readonly json: Readonly<Record<string, unknown>>
}

/** Market-maker protection of one index. Limits in amounts of the base coin; times in milliseconds. */
export type Protection = {
  readonly intervalMs: number
  readonly frozenMs: number
  readonly quantityLimit: number
  readonly deltaLimit: number
  readonly vegaLimit: number
  fills: { readonly time: number; readonly quantity: number; readonly delta: number; readonly vega: number }[]
  /** undefined: not frozen; 0: until reset by hand. */
  frozenUntil: number | undefined
}

/** A change of money that is no trade, as `private/get_transaction_log` and the settlement history list it. */
export type LedgerEntry = {
  readonly time: number
  readonly currency: string
  /** Written when it is asked for: few are. */
  readonly json: () => Readonly<Record<string, unknown>>
}

export type Account = {
  readonly name: string
  readonly userId: number
  readonly keys: readonly ApiKey[]
  readonly selfTradingRejectMode: 'cancel_maker' | 'reject_taker'
  readonly ledger: Ledger
  /** Open orders by id, in the order placed. */
  readonly open: Map<string, Order>
  /** All orders, oldest first. */
  readonly orders: Order[]
  readonly byLabel: Map<string, Order[]>
  readonly trades: UserTrade[]
  readonly settlements: LedgerEntry[]
  readonly transactions: LedgerEntry[]
  readonly protections: Map<string, Protection>
  readonly matching: TokenBucket
  readonly nonMatching: TokenBucket
  /** Whether new connections start with cancel-on-disconnect. */
  cancelOnDisconnect: boolean
  /** Margin of the positions alone; undefined since the last fill. */
  margin: Map<string, { readonly step: number; readonly initial: number; readonly maintenance: number }>
}

export function createAccount(
  options: AccountOptions,
  userId: number,
  buckets: { readonly matching: TokenBucket; readonly nonMatching: TokenBucket },
): Account {
  const ledger = createLedger()
  for (const [currency, amount] of Object.entries(options.deposits))
    purseOf(ledger, currency).balance = coinUnits(amount)
  return {
    name: options.name,
    userId,
    keys: options.keys,
    selfTradingRejectMode: options.selfTradingRejectMode ?? 'cancel_maker',
    ledger,
    open: new Map(),
    orders: [],
    byLabel: new Map(),
    trades: [],
    settlements: [],
    transactions: [],
    protections: new Map(),
    ...buckets,
    cancelOnDisconnect: false,
    margin: new Map(),
  }
}
