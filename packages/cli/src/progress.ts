import { actionText, type EngineView, type Turn } from '@holdfast/engine'
import { paint } from './output.js'

/** How often the line is drawn anew, milliseconds. */
const DRAW_EVERY_MS = 200
const BAR_WIDTH = 24

export type Progress = {
  turn(turn: Turn, view: EngineView): void
  /** Prints a line above the progress line. */
  say(text: string): void
  end(): void
}

/**
 * A line on standard error that says where the run is: time in the data, turns, equity and margin ratio of each portfolio,
 * and, where the end is known, a bar with what is left. Only on a terminal; elsewhere nothing but what is said.
 */
export function createProgress(extent?: { readonly from: number; readonly to: number }): Progress {
  const shown = process.stderr.isTTY === true
  const begun = Date.now()
  let drawn = 0
  let line = ''
  const clear = () => {
    if (line !== '') process.stderr.write('\r\u001b[2K')
    line = ''
  }
  return {
    turn(turn, view) {
      if (!shown || Date.now() - drawn < DRAW_EVERY_MS) return
      drawn = Date.now()
      clear()
      line = lineOf(turn, view, extent, begun).slice(0, (process.stderr.columns ?? 120) - 1)
      process.stderr.write(line)
    },
    say(text) {
      clear()
      process.stderr.write(`${text}\n`)
    },
    end: clear,
  }
}

function lineOf(turn: Turn, view: EngineView, extent: { from: number; to: number } | undefined, begun: number): string {
  const time = new Date(turn.time).toISOString().slice(0, 16).replace('T', ' ')
  const portfolios = view.assessment.portfolios.map(({ portfolio, equity, marginRatio }) => {
    const money = equity === undefined ? 'equity unknown' : `${equity < 0 ? '−' : ''}$${thousands(Math.abs(equity))}`
    const ratio = marginRatio === undefined ? 'margin ratio unknown' : `margin ratio ${marginRatio.toFixed(2)}`
    return `${portfolio} ${money}, ${ratio}`
  })
  const text = `${time} UTC  turn ${turn.sequence}  ${portfolios.join('; ')}`
  if (extent === undefined) return text
  const share = Math.min(1, Math.max(0, (turn.time - extent.from) / (extent.to - extent.from)))
  const full = Math.round(share * BAR_WIDTH)
  const left = share > 0.02 ? `${seconds(((Date.now() - begun) * (1 - share)) / share)} left` : ''
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${Math.round(share * 100)} %  ${text}  ${left}`
}

function thousands(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}

function seconds(milliseconds: number): string {
  const whole = Math.round(milliseconds / 1000)
  return whole < 90 ? `${whole} s` : `${Math.round(whole / 60)} min`
}

/** What a rule only plans is told again after so much time in the data. */
const PLANNED_AGAIN_MS = 86_400_000

/** Orders of one rule in one turn that are told one by one; of more the first is, and how many follow. */
const ORDERS_TOLD_MAX = 2

/**
 * Decisions as lines for people: what is done, each; what a rule would do, the first time and then once a day with the
 * count, since a plan that nobody follows is decided again and again.
 */
export function createDecisionTeller(): (turn: Turn) => readonly string[] {
  const told = new Map<string, { readonly at: number; silent: number }>()
  return (turn) => {
    const groups = new Map<string, Turn['decisions'][number][]>()
    for (const decision of turn.decisions) {
      if (decision.action.kind === 'alert') continue
      const key = `${decision.rule} ${JSON.stringify(decision.scope)} ${decision.outcome}`
      groups.set(key, [...(groups.get(key) ?? []), decision])
    }
    return [...groups].flatMap(([key, decisions]) => {
      const before = told.get(key)
      if (decisions[0]!.outcome === 'planned' && before !== undefined && turn.time - before.at < PLANNED_AGAIN_MS) {
        before.silent += 1
        return []
      }
      told.set(key, { at: turn.time, silent: 0 })
      const lines = decisions
        .slice(0, decisions.length > ORDERS_TOLD_MAX ? 1 : undefined)
        .map((one) => lineFor(turn, one))
      const more = decisions.length - lines.length
      if (more > 0) lines.push(`                        and ${more} more of ${decisions[0]!.rule}`)
      const silent = before?.silent ?? 0
      if (silent > 0) lines.push(`                        ${decisions[0]!.rule} was planned ${silent} times between`)
      return lines
    })
  }
}

/** A decision as a line, painted by what it asks of people. */
function lineFor(turn: Turn, { action, rule, outcome, stage, id }: Turn['decisions'][number]): string {
  const time = new Date(turn.time).toISOString().slice(0, 16).replace('T', ' ')
  return `${time} UTC  ${paint(36, `${rule} (${stage}, ${outcome})`)}  ${describe(action)}  ${paint(2, id.slice(0, 12))}`
}

function describe(action: Turn['decisions'][number]['action']): string {
  switch (action.kind) {
    case 'order': {
      const verb = action.size.startsWith('-') ? 'sell' : 'buy'
      return `${action.purpose}: ${verb} ${action.size.replace('-', '')} ${action.sizeUnit} of ${action.instrument} at ${action.limitPrice} ${action.priceUnit} or better`
    }
    case 'collateral':
      return `top up ${action.amount} ${action.asset} in ${action.account}`
    case 'cancel':
      return `cancel orders of ${action.account}`
    case 'halt':
      return `halt: ${action.reason}`
    case 'kill-report':
    case 'stage':
    case 'adopt':
      return actionText(action)
    case 'alert':
      return action.summary
  }
}
