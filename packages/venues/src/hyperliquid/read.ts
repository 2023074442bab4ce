import type { Observation, OrderReport } from '@holdfast/engine'
import { moneyText } from '@holdfast/engine'
import { instrumentKey } from '@holdfast/quant'
import { clientIdOf } from '../line/clientId.js'
import type { Listed } from '../line/dialect.js'
import {
  amount,
  decimal,
  epoch,
  known,
  negated,
  positive,
  type Raw,
  real,
  record,
  records,
  text,
} from '../line/field.js'
import { expressible } from '../line/instrument.js'
import type { Names } from '../line/names.js'
import { statementDraft } from '../line/statement.js'
import type { MarginFigures, Statement, VenueFill } from '../venue.js'

/**
 * Hyperliquid's answers: decimal strings, sizes in base units (`szi` signed, `sz` unsigned with side `B` or `A`), everything in
 * USDC. Perpetuals of builders (HIP-3) are called `dex:COIN`, have asset ids and margin of their own, and are keyed here with
 * the name of the dex before that of the coin: `XYZGOLD`.
 */
export function readPerpetual(
  raw: Raw,
  place: { readonly dex: string; readonly dexIndex: number; readonly index: number },
): Listed | undefined {
  const native = text(raw.name)
  const decimals = real(raw.szDecimals)
  if (native === undefined || decimals === undefined || raw.isDelisted === true) return undefined
  const [dex, coin] = native.includes(':') ? native.split(':') : ['', native]
  const underlying = `${dex}${coin}`.toUpperCase()
  const instrument = expressible({
    kind: 'perpetual',
    venue: 'hyperliquid',
    underlying,
    quote: 'USDC',
    settle: 'USDC',
    payoff: 'linear',
  })
  if (instrument === undefined) return undefined
  const step = decimals === 0 ? '1' : `0.${'1'.padStart(decimals, '0')}`
  const priceDecimals = 6 - decimals
  const asset = place.dexIndex === 0 ? place.index : 100_000 + place.dexIndex * 10_000 + place.index
  return {
    instrument,
    native,
    priceStep: priceDecimals <= 0 ? '1' : `0.${'1'.padStart(priceDecimals, '0')}`,
    sizeStep: step,
    smallestSize: step,
    multiplier: '1',
    extra: { asset: String(asset), dex: place.dex },
  }
}

/** Mark, funding (per hour) and open interest of one dex, in the order of its universe. */
export function readContexts(universe: readonly Raw[], contexts: readonly Raw[], names: Names): readonly Observation[] {
  return universe.flatMap((raw, index): Observation[] => {
    const listed = names.native(text(raw.name) ?? '')
    const context = contexts[index]
    if (listed === undefined || context === undefined) return []
    const impact = Array.isArray(context.impactPxs) ? context.impactPxs : []
    const oracle = positive(context.oraclePx)
    const { underlying } = listed.instrument
    return [
      ...(oracle === undefined
        ? []
        : [
            { kind: 'index', underlying, price: oracle } as const,
            { kind: 'asset', asset: underlying, price: oracle } as const,
          ]),
      {
        kind: 'quote',
        instrument: instrumentKey(listed.instrument),
        ...known({
          bid: positive(impact[0]),
          ask: positive(impact[1]),
          mark: positive(context.markPx),
          fundingRate: real(context.funding),
          openInterest: real(context.openInterest),
        }),
      },
    ]
  })
}

/** The best bid and ask with their sizes, of `l2Book`. */
export function readBook(raw: Raw): {
  readonly bid?: number
  readonly ask?: number
  readonly bidSize?: number
  readonly askSize?: number
} {
  const levels = Array.isArray(raw.levels) ? raw.levels : []
  const best = (side: unknown) => record(records(side)?.[0])
  return known({
    bid: positive(best(levels[0]).px),
    ask: positive(best(levels[1]).px),
    bidSize: positive(best(levels[0]).sz),
    askSize: positive(best(levels[1]).sz),
  })
}

/**
 * One account over the spot book and all dexes. Cash is what is left of the account's value without the profit of open positions;
 * where the account is unified, the perpetuals' own value is the profit alone and the cash lies in the spot balances.
 */
export function readStatement(
  dexes: readonly Raw[],
  spot: Raw,
  unified: boolean,
  names: Names,
  time: number,
): Statement {
  const draft = statementDraft()
  for (const state of dexes) {
    const value = amount(record(state.marginSummary ?? state.crossMarginSummary).accountValue)
    let profit = 0n
    for (const row of draft.rows(state.assetPositions, 'positions of a dex')) {
      const raw = record(row.position)
      const pnl = amount(raw.unrealizedPnl)
      if (pnl === undefined) draft.unread(`profit of ${text(raw.coin) ?? '?'}`)
      profit += pnl ?? 0n
      draft.position(raw.coin, names.native(text(raw.coin) ?? '?'), amount(raw.szi), positive(raw.entryPx))
    }
    if (unified) continue
    if (value === undefined) draft.unread('value of a dex')
    else draft.balance('USDC', value - profit)
  }
  for (const token of draft.rows(spot.balances, 'spot balances')) {
    const coin = text(token.coin)
    // Names of tokens that are no assets of ours cannot be held as balances.
    if (coin === undefined || /^[A-Z0-9]+$/.test(coin)) draft.balance(coin, amount(token.total))
  }
  return draft.finish(time)
}

/** USD over all dexes: equity of a unified account is the spot cash and the profit of its positions, not what a dex says. */
export function readMargin(dexes: readonly Raw[], spot: Raw, unified: boolean, time: number): MarginFigures {
  const sum = (read: (state: Raw) => number | undefined) =>
    dexes.reduce<number | undefined>((total, state) => {
      const one = read(state)
      return total === undefined || one === undefined ? undefined : total + one
    }, 0)
  const value = sum((state) => real(record(state.marginSummary ?? state.crossMarginSummary).accountValue))
  const profit = sum((state) =>
    (records(state.assetPositions) ?? []).reduce<number | undefined>((total, row) => {
      const pnl = real(record(row.position).unrealizedPnl)
      return total === undefined || pnl === undefined ? undefined : total + pnl
    }, 0),
  )
  const cash =
    real(records(spot.balances)?.find(({ coin }) => coin === 'USDC')?.total) ?? (records(spot.balances) ? 0 : undefined)
  const equity = unified ? (cash === undefined || profit === undefined ? undefined : cash + profit) : value
  return {
    unit: 'USD',
    time,
    ...known({
      equity,
      initialMargin: sum((state) => real(record(state.marginSummary ?? state.crossMarginSummary).totalMarginUsed)),
      maintenanceMargin: sum((state) => real(state.crossMaintenanceMarginUsed)),
    }),
  }
}

/** A row of `frontendOpenOrders` or of `historicalOrders`, whose `status` stands beside the order. */
export function readOrder(raw: Raw, status: string, listed: Listed): OrderReport | undefined {
  const size = decimal(raw.origSz) ?? decimal(raw.sz)
  const left = amount(raw.sz)
  const state = statusOf(status)
  if (size === undefined || left === undefined || state === undefined || (raw.side !== 'B' && raw.side !== 'A'))
    return undefined
  const signed = (one: string) => (raw.side === 'A' ? negated(one) : one)
  const filled = state === 'filled' ? size : moneyText(amount(size)! - left)
  return {
    instrument: instrumentKey(listed.instrument),
    status: state,
    size: signed(size),
    filled: signed(filled),
    ...known({
      clientId: clientIdOf('hyperliquid', raw.cloid),
      venueOrderId: text(raw.oid),
      limitPrice: decimal(raw.limitPx),
      reduceOnly: raw.reduceOnly === true ? true : undefined,
      reason: state === 'open' || state === 'filled' ? undefined : status,
    }),
  }
}

function statusOf(status: string): OrderReport['status'] | undefined {
  if (status === 'open' || status === 'triggered') return 'open'
  if (status === 'filled') return 'filled'
  if (/rejected/i.test(status)) return 'rejected'
  return /cancel/i.test(status) ? 'cancelled' : undefined
}

export function readFill(raw: Raw, listed: Listed): VenueFill | undefined {
  const fillId = text(raw.tid)
  const size = decimal(raw.sz)
  const price = decimal(raw.px)
  const fee = decimal(raw.fee)
  const time = epoch(raw.time)
  if (!fillId || !size || !price || !fee || !time || (raw.side !== 'B' && raw.side !== 'A')) return undefined
  return {
    fillId: `${text(raw.oid) ?? ''}:${fillId}`,
    instrument: instrumentKey(listed.instrument),
    size: raw.side === 'A' ? negated(size) : size,
    price,
    fee,
    feeAsset: text(raw.feeToken) ?? 'USDC',
    time,
    ...known({ clientId: clientIdOf('hyperliquid', raw.cloid), venueOrderId: text(raw.oid) }),
  }
}
