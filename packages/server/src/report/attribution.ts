import {
  type Decision,
  type FillEvent,
  type Money,
  moneyFromNumber,
  moneyText,
  moneyToNumber,
  NO_TRADES,
  parseMoney,
  type SettlementEvent,
  settleAsset,
  slippageOf,
  type TradeSums,
  tradeOf,
  tradePnl,
  withSettlement,
  withTrade,
} from '@holdfast/engine'
import { type Instrument, parseInstrumentKey } from '@holdfast/quant'

/** Trades that no decision of ours named. */
export const UNNAMED = 'unnamed'

/**
 * What the orders of one rule in one instrument came to, in the settle asset. P&L is of the trades alone, at the mark given:
 *
 *   pnl = marketMove − slippage,   net = pnl − fees in the same asset
 *
 * `marketMove` is the P&L had every trade been made at the middle of bid and ask when it was decided; `slippage` > 0 was paid
 * for not trading there. Both are absent where a decision saw only one side quoted. Decimal strings; exact.
 */
export type InstrumentAttribution = {
  readonly rule: string
  readonly account: string
  readonly instrument: string
  readonly asset: string
  readonly trades: number
  /** What the trades add up to, signed, in the instrument's size unit. */
  readonly size: string
  readonly pnl?: string
  readonly slippage?: string
  readonly marketMove?: string
  /** Trades whose decision saw no middle: they have no slippage. */
  readonly withoutMiddle: number
  /** By asset; > 0 was paid. */
  readonly fees: Readonly<Record<string, string>>
}

/** Funding of an account by asset, signed from its point of view: > 0 was received. */
export type FundingAttribution = { readonly account: string; readonly asset: string; readonly amount: string }

export type Attribution = {
  readonly instruments: readonly InstrumentAttribution[]
  readonly funding: readonly FundingAttribution[]
  readonly rules: readonly RuleAttribution[]
}

/** The sums of a rule in USD: model numbers, each absent where one of its parts or a price is not known. */
export type RuleAttribution = {
  readonly rule: string
  readonly trades: number
  readonly pnlUsd?: number
  readonly slippageUsd?: number
  readonly feesUsd?: number
  /** pnl − fees. */
  readonly netUsd?: number
}

type Tally = {
  readonly rule: string
  readonly account: string
  readonly instrument: Instrument
  readonly key: string
  trades: number
  sums: TradeSums
  slippage: Money
  withoutMiddle: number
  readonly fees: Map<string, Money>
}

/** What is known of an order when it is decided. */
type Decided = { readonly rule: string; readonly middle?: Money }

export type AttributionPrices = {
  /** In the unit the instrument quotes. */
  mark(instrument: string): number | undefined
  /** USD per unit. */
  asset(asset: string): number | undefined
}

/** Adds up what trading came to, by rule, from decisions, fills and funding. */
export function createAttribution() {
  const decided = new Map<string, Decided>()
  const tallies = new Map<string, Tally>()
  const funding = new Map<string, { readonly account: string; readonly asset: string; amount: Money }>()

  return {
    /**
     * Notes the middle of bid and ask that an order's decision saw. A step is measured against what its parent saw: what
     * working the order cost is part of its cost.
     */
    decision(
      { id, rule, action }: Decision,
      quote: { readonly bid?: number; readonly ask?: number } | undefined,
    ): void {
      if (action.kind !== 'order') return
      const parent = action.parent === undefined ? undefined : decided.get(action.parent)
      const middle = parent?.middle ?? middleOf(quote)
      decided.set(id, { rule, ...(middle === undefined ? {} : { middle }) })
    },
    ruleOf: (decision: string) => decided.get(decision)?.rule,
    fill(fill: FillEvent): void {
      const instrument = parseInstrumentKey(fill.instrument)
      const trade = tradeOf(fill)
      if (instrument === undefined || trade === undefined) return
      const order = fill.decisionId === undefined ? undefined : decided.get(fill.decisionId)
      const tally = tallyOf(tallies, order?.rule ?? UNNAMED, fill, instrument)
      tally.trades += 1
      tally.sums = withTrade(instrument, tally.sums, trade.size, trade.price)
      if (order?.middle === undefined) tally.withoutMiddle += 1
      else tally.slippage += slippageOf(instrument, trade.size, trade.price, order.middle)
      const fee = parseMoney(fill.fee)
      if (fee !== undefined) tally.fees.set(fill.feeAsset, (tally.fees.get(fill.feeAsset) ?? 0n) + fee)
    },
    cash({
      account,
      asset,
      amount,
    }: {
      readonly account: string
      readonly asset: string
      readonly amount: string
    }): void {
      const money = parseMoney(amount)
      if (money === undefined) return
      const key = `${account} ${asset}`
      const entry = funding.get(key) ?? { account, asset, amount: 0n }
      entry.amount += money
      funding.set(key, entry)
    },
    /** Closes what expires at the price that settles it; that is no trade of ours, and costs neither slippage nor fee. */
    settlement({ underlying, expiry, price }: SettlementEvent): void {
      const settled = moneyFromNumber(price)
      if (settled === undefined) return
      for (const tally of tallies.values()) {
        const { instrument } = tally
        const expires = instrument.kind === 'future' || instrument.kind === 'option' ? instrument.expiry : undefined
        if (instrument.underlying !== underlying || expires !== expiry) continue
        tally.sums = withSettlement(instrument, tally.sums, settled)
      }
    },
    at(prices: AttributionPrices): Attribution {
      const instruments = [...tallies.values()].map((tally) => instrumentAttribution(tally, prices))
      const rules = [...new Set(instruments.map(({ rule }) => rule))].sort()
      return {
        instruments,
        funding: [...funding.values()].map((entry) => ({ ...entry, amount: moneyText(entry.amount) })),
        rules: rules.map((rule) => ruleAttribution(rule, instruments, prices)),
      }
    },
  }
}

function middleOf(quote: { readonly bid?: number; readonly ask?: number } | undefined): Money | undefined {
  const { bid, ask } = quote ?? {}
  if (bid === undefined || ask === undefined || !(bid > 0 && ask > 0)) return undefined
  return moneyFromNumber((bid + ask) / 2)
}

function tallyOf(tallies: Map<string, Tally>, rule: string, fill: FillEvent, instrument: Instrument): Tally {
  const id = `${rule} ${fill.account} ${fill.instrument}`
  const found = tallies.get(id)
  if (found !== undefined) return found
  const tally: Tally = {
    rule,
    account: fill.account,
    instrument,
    key: fill.instrument,
    trades: 0,
    sums: NO_TRADES,
    slippage: 0n,
    withoutMiddle: 0,
    fees: new Map(),
  }
  tallies.set(id, tally)
  return tally
}

function instrumentAttribution(tally: Tally, prices: AttributionPrices): InstrumentAttribution {
  const { rule, account, instrument, key, trades, sums, slippage, withoutMiddle, fees } = tally
  const mark = prices.mark(key)
  const pnl = tradePnl(instrument, sums, mark === undefined ? undefined : moneyFromNumber(mark))
  const whole = withoutMiddle === 0
  return {
    rule,
    account,
    instrument: key,
    asset: settleAsset(instrument),
    trades,
    size: moneyText(sums.size),
    ...(pnl === undefined ? {} : { pnl: moneyText(pnl) }),
    ...(whole ? { slippage: moneyText(slippage) } : {}),
    ...(whole && pnl !== undefined ? { marketMove: moneyText(pnl + slippage) } : {}),
    withoutMiddle,
    fees: Object.fromEntries(
      [...fees].sort(([a], [b]) => (a < b ? -1 : 1)).map(([asset, fee]) => [asset, moneyText(fee)]),
    ),
  }
}

function ruleAttribution(
  rule: string,
  instruments: readonly InstrumentAttribution[],
  prices: AttributionPrices,
): RuleAttribution {
  const own = instruments.filter((one) => one.rule === rule)
  const usd = (asset: string, amount: string | undefined) => {
    const perUnit = prices.asset(asset)
    if (amount === undefined || perUnit === undefined) return Number.NaN
    return moneyToNumber(parseMoney(amount)!) * perUnit
  }
  const sum = (values: readonly number[]) => {
    const total = values.reduce((a, b) => a + b, 0)
    return Number.isFinite(total) ? total : undefined
  }
  const pnlUsd = sum(own.map(({ asset, pnl }) => usd(asset, pnl)))
  const slippageUsd = sum(own.map(({ asset, slippage }) => usd(asset, slippage)))
  const feesUsd = sum(own.flatMap(({ fees }) => Object.entries(fees).map(([asset, fee]) => usd(asset, fee))))
  return {
    rule,
    trades: own.reduce((count, { trades }) => count + trades, 0),
    ...(pnlUsd === undefined ? {} : { pnlUsd }),
    ...(slippageUsd === undefined ? {} : { slippageUsd }),
    ...(feesUsd === undefined ? {} : { feesUsd }),
    ...(pnlUsd === undefined || feesUsd === undefined ? {} : { netUsd: pnlUsd - feesUsd }),
  }
}
