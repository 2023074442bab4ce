import { parseInstrumentKey } from '@holdfast/quant'
import type { AccountAssessment, PositionAssessment } from '../../assess/assessment.js'
import type { KillMode } from '../../decision.js'
import { fillCost } from '../../order/cost.js'
import type { OrderAction, TrackedOrder } from '../../order/index.js'
import { planReduce } from '../plan/reduce.js'
import type { DecideContext } from './context.js'
import { accountsIn, killSettings, ordersIn, positionsIn } from './killScope.js'

/** What a preview reads. */
export type KillPreviewContext = Pick<DecideContext, 'rulebook' | 'assessment' | 'market' | 'orders'>

/** What a kill would do now, and what it could not do, each with why. Nothing is changed by asking. */
export type KillPreview = {
  readonly scope: string
  readonly mode: KillMode
  /** Accounts that the scope covers. */
  readonly accounts: readonly string[]
  readonly cancels: readonly TrackedOrder[]
  readonly closes: readonly KillClose[]
  readonly open: readonly { readonly what: string; readonly why: string }[]
}

/** A position and the order that would close it. */
export type KillClose = {
  readonly account: string
  readonly instrument: string
  /** Held now, signed, in `sizeUnit`. */
  readonly held: number
  readonly order: OrderAction
  /** Best price on the side that would be crossed, in the order's price unit, and the size shown there. */
  readonly bestPrice: number
  readonly shownSize?: number
  /**
   * Cost against the middle of bid and ask, USD, > 0 is paid, fees not included: at the best price, and at worst, at the
   * limit. Absent where a side is not quoted or the settle asset has no price.
   */
  readonly costUsd?: number
  readonly costUsdMax?: number
}

export function previewKill(context: KillPreviewContext, key: string, mode: KillMode): KillPreview {
  const views = accountsIn(context, key)
  const open: { what: string; why: string }[] = []
  const closes: KillClose[] = []
  for (const view of views) {
    const line = context.orders.accounts.find((one) => one.account === view.account)
    const configured = context.rulebook.configuration.accounts.find(({ id }) => id === view.account)
    if (configured?.connection !== undefined && line?.state !== 'connected') {
      open.push({ what: view.account, why: 'there is no line to it' })
    }
    if (mode === 'cancel') continue
    for (const position of positionsIn(key, view)) {
      const close = closeOf(context, view, position, mode)
      if ('why' in close) open.push({ what: heldText(view, position), why: close.why })
      else closes.push(close)
    }
  }
  return {
    scope: key,
    mode,
    accounts: views.map(({ account }) => account),
    cancels: views.flatMap(({ account }) => ordersIn(context, key, account)),
    closes,
    open,
  }
}

/** The same in words: what can be done, and what cannot. */
export function killPreviewText({ cancels, closes, open }: KillPreview): {
  readonly confirmed: readonly string[]
  readonly open: KillPreview['open']
} {
  return {
    confirmed: [
      ...cancels.map(({ id, instrument, account }) => `cancel order ${id} in ${instrument} of ${account}`),
      ...closes.map(
        ({ order, account }) =>
          `close ${order.size} ${order.sizeUnit} of ${order.instrument} in ${account}, at ${order.limitPrice} ${order.priceUnit} or better`,
      ),
    ],
    open,
  }
}

function closeOf(
  context: KillPreviewContext,
  view: AccountAssessment,
  position: PositionAssessment,
  mode: KillMode,
): KillClose | { readonly why: string } {
  const { maxSlippage, reduceShare } = killSettings(context)
  const { instrument } = position
  const action = {
    kind: 'reduce' as const,
    share: mode === 'flatten' ? 1 : reduceShare,
    instruments: [instrument],
    maxSlippage,
  }
  const plan = planReduce(action, view.account, context.assessment, context.market, { left: {}, because: {} })
  if (!plan.ok) return { why: plan.reason }
  const order = plan.actions[0]?.action
  if (order?.kind !== 'order') return { why: 'nothing could be planned' }
  const quote = context.market.quote(instrument)
  const buys = position.size < 0
  const bestPrice = (buys ? quote.ask : quote.bid)!
  const shownSize = buys ? quote.askSize : quote.bidSize
  const middle = quote.bid !== undefined && quote.ask !== undefined ? (quote.bid + quote.ask) / 2 : undefined
  const costAt = (price: number) => costUsd(context, instrument, Number(order.size), price, middle)
  const [cost, costMax] = [costAt(bestPrice), costAt(Number(order.limitPrice))]
  return {
    account: view.account,
    instrument,
    held: position.size,
    order,
    bestPrice,
    ...(shownSize === undefined ? {} : { shownSize }),
    ...(cost === undefined ? {} : { costUsd: cost }),
    ...(costMax === undefined ? {} : { costUsdMax: costMax }),
  }
}

function costUsd(
  { market }: KillPreviewContext,
  key: string,
  size: number,
  price: number,
  middle: number | undefined,
): number | undefined {
  const instrument = parseInstrumentKey(key)
  if (instrument === undefined || middle === undefined) return undefined
  const cost = fillCost(instrument, size, price, middle)
  const settle = instrument.kind === 'spot' ? instrument.quote : instrument.settle
  const perUnit = settle === 'USD' ? 1 : market.asset(settle).value
  return cost === undefined || perUnit === undefined ? undefined : cost * perUnit
}

function heldText({ account }: AccountAssessment, { size, sizeUnit, instrument }: PositionAssessment): string {
  return `${size} ${sizeUnit} of ${instrument} in ${account}`
}
