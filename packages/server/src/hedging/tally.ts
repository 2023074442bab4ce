import { baseSize, type EngineView, type FillEvent, hedgeDelta, type Turn } from '@holdfast/engine'
import { parseInstrumentKey } from '@holdfast/quant'
import type { HedgeRule } from './rivals.js'

/** What a way to hedge cost and what it spared, over the replayed data. Money in USD. */
export type HedgingRow = {
  readonly name: string
  /** Fees and what fills paid beyond the mark. */
  readonly cost: number
  /** Expected shortfall of the portfolio's P&L by the hour, at 95 %: mean of the worst 5 % of hours. Positive: a loss. */
  readonly expectedShortfall: number
  readonly pnl: number
  readonly hours: number
  /** Orders that were filled, wholly or in part, and what they moved. */
  readonly trades: number
  readonly turnover: number
  /** Share of the time in which net delta was within the rule's own thresholds of its target. */
  readonly timeInBand: number
  /** Highest margin ratio of the portfolio; absent where it was never known. `liquidatable`: an account had no equity left. */
  readonly worstMarginRatio?: number | 'liquidatable'
  /** Hours in which the P&L was not known, because something was not priced; they count in no figure. */
  readonly unknownHours: number
}

const HOUR_MS = 3_600_000
const TAIL = 0.05

/** Adds up turns of one run. */
export function createTally(name: string, measured: HedgeRule, band: number, isOwn: (decisionId: string) => boolean) {
  const { action, scope } = measured
  const target = Number(action.target)
  const marks = new Map<string, number>()
  const pnlByHour = new Map<number, number>()
  const unknown = new Set<number>()
  const traded = new Set<string>()
  let cost = 0
  let turnover = 0
  let worst: number | undefined
  let within = 0
  let watched = 0
  let before: { readonly time: number; readonly inside: boolean } | undefined

  function fill(event: FillEvent, index: number | undefined): void {
    const instrument = parseInstrumentKey(event.instrument)
    const price = Number(event.price)
    if (instrument === undefined || event.decisionId === undefined || !isOwn(event.decisionId)) return
    const size = baseSize(instrument, Number(event.size), price)
    const mark = marks.get(event.instrument) ?? price
    const feeUnit = event.feeAsset === instrument.underlying ? (index ?? price) : 1
    cost += Number(event.fee) * feeUnit + size * (price - mark)
    turnover += Math.abs(size) * price
    traded.add(event.decisionId)
  }

  return {
    turn(turn: Turn, view: EngineView): void {
      const portfolios = view.assessment.portfolios.filter(
        ({ portfolio }) =>
          scope.kind === 'underlying' && (scope.portfolios.length === 0 || scope.portfolios.includes(portfolio)),
      )
      const greeks = portfolios
        .flatMap((one) => one.greeks)
        .filter((one) => one.underlying === action.instrument.underlying)
      for (const event of turn.events) {
        if (event.kind === 'market') {
          for (const one of event.observations) {
            if (one.kind !== 'quote') continue
            const mark =
              one.mark ?? (one.bid !== undefined && one.ask !== undefined ? (one.bid + one.ask) / 2 : undefined)
            if (mark !== undefined) marks.set(one.instrument, mark)
          }
        } else if (event.kind === 'fill') fill(event, greeks[0]?.index)
      }
      const hour = Math.floor(turn.time / HOUR_MS)
      for (const { pnl, marginRatio, missing } of portfolios) {
        if (pnl !== undefined) pnlByHour.set(hour, (pnlByHour.get(hour) ?? 0) + pnl.total)
        else if (missing.length > 0) unknown.add(hour)
        if (marginRatio !== undefined) worst = Math.max(worst ?? 0, marginRatio)
      }
      if (before !== undefined) {
        watched += turn.time - before.time
        if (before.inside) within += turn.time - before.time
      }
      const delta = greeks.reduce((sum, one) => sum + hedgeDelta(action.instrument, one).delta, 0)
      before = { time: turn.time, inside: greeks.length > 0 && Math.abs(delta - target) <= band }
    },
    row(): HedgingRow {
      for (const hour of unknown) pnlByHour.delete(hour)
      const losses = [...pnlByHour.values()].map((pnl) => -pnl).sort((a, b) => b - a)
      const tail = Math.max(1, Math.floor(losses.length * TAIL))
      const tailSum = losses.slice(0, tail).reduce((sum, loss) => sum + loss, 0)
      return {
        name,
        cost,
        expectedShortfall: losses.length === 0 ? Number.NaN : tailSum / tail,
        pnl: -losses.reduce((sum, loss) => sum + loss, 0),
        hours: losses.length,
        trades: traded.size,
        turnover,
        timeInBand: watched > 0 ? within / watched : Number.NaN,
        ...(worst === undefined ? {} : { worstMarginRatio: Number.isFinite(worst) ? worst : 'liquidatable' }),
        unknownHours: unknown.size,
      }
    },
  }
}
