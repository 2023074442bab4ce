import type { Engine, Event, Rulebook } from '@holdfast/engine'
import { openSource } from '@holdfast/simulator'
import { createPaperVenue } from '@holdfast/venues'
import { engineOf } from '../run/header.js'
import { mergeSources } from '../run/merge.js'
import { createReactorQueue } from '../run/reactors.js'
import { type HedgeRule, isHedgeRule, type Rival, rivalsOf, thresholdOf } from './rivals.js'
import { createTally, type HedgingRow } from './tally.js'

export type HedgingComparison = {
  readonly rule: string
  readonly underlying: string
  /** Half-width of the band by which `timeInBand` is reckoned, base units. */
  readonly threshold: number
  readonly firstTime: number
  readonly lastTime: number
  readonly rows: readonly HedgingRow[]
}

export type CompareHedgingOptions = {
  /** Id of the rule; the first that hedges delta where absent. */
  readonly rule?: string
  /** Relative paths of sources are relative to it. */
  readonly baseDir: string
  readonly signal?: AbortSignal
  readonly onRival?: (name: string, index: number, count: number) => void
}

/** There is nothing to compare. */
export class HedgingRuleError extends Error {
  override readonly name = 'HedgingRuleError'
}

/**
 * Replays a configuration's own data once for each way to hedge, through the very engine that runs live, with orders filled on paper
 * against the recorded quotes; everything but the one rule stays as it is. The same data gives the same figures.
 *
 * @throws {HedgingRuleError} where no rule hedges delta, or none has the id.
 */
export async function compareHedging(rulebook: Rulebook, options: CompareHedgingOptions): Promise<HedgingComparison> {
  const rule = ruleOf(rulebook, options.rule)
  const rivals = rivalsOf(rulebook, rule)
  const threshold = thresholdOf(rulebook, rule)
  const rows: HedgingRow[] = []
  let span = { firstTime: 0, lastTime: 0 }
  for (const [index, rival] of rivals.entries()) {
    options.onRival?.(rival.name, index, rivals.length)
    const played = await play(rulebook, rival, rule, threshold, options)
    rows.push(played.row)
    span = played.span
  }
  return { rule: rule.id, underlying: rule.action.instrument.underlying, threshold, ...span, rows }
}

function ruleOf({ rules }: Rulebook, id: string | undefined): HedgeRule {
  const hedging = rules.filter(isHedgeRule)
  const found = id === undefined ? hedging[0] : hedging.find((rule) => rule.id === id)
  if (found !== undefined) return found
  const known = hedging.map((rule) => rule.id).join(', ')
  if (hedging.length === 0) throw new HedgingRuleError('no rule of the configuration hedges delta')
  throw new HedgingRuleError(`no rule that hedges delta is called '${id}'; there is: ${known}`)
}

const EVENTS_MAX = 4096

async function play(
  rulebook: Rulebook,
  rival: Rival,
  measured: HedgeRule,
  threshold: number,
  { baseDir, signal = new AbortController().signal }: CompareHedgingOptions,
) {
  const { sources } = rulebook.configuration
  const opened = await Promise.all(sources.map((source) => openSource(source, { baseDir })))
  const merge = mergeSources(opened, new Map(), signal)
  const reactors = createReactorQueue([createPaperVenue()])
  const engine: Engine = engineOf(rival.rulebook)
  const own = new Set<string>()
  const tally = createTally(rival.name, measured, threshold, (id) => own.has(id))
  const span = { firstTime: 0, lastTime: 0 }
  try {
    for (;;) {
      const events = await nextEvents(merge, reactors)
      if (events === undefined || signal.aborted) break
      const turn = engine.step(events, engine.view().time)
      for (const { id, rule } of turn.decisions) if (rule === measured.id) own.add(id)
      reactors.react(turn, engine.view())
      tally.turn(turn, engine.view())
      if (span.firstTime === 0) span.firstTime = turn.time
      span.lastTime = turn.time
    }
  } finally {
    await merge.close()
  }
  return { row: tally.row(), span }
}

/** The events of the next instant, answers of the paper venue first. */
async function nextEvents(
  merge: ReturnType<typeof mergeSources>,
  reactors: ReturnType<typeof createReactorQueue>,
): Promise<readonly Event[] | undefined> {
  const fromSource = await merge.peek()
  const answered = reactors.peek()
  if (answered !== undefined && answered <= (fromSource ?? Number.POSITIVE_INFINITY)) return reactors.take(EVENTS_MAX)
  return fromSource === undefined ? undefined : merge.take(EVENTS_MAX)
}
