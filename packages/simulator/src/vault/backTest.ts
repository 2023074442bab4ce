import {
  compileConfiguration,
  createEngine,
  type Decision,
  type EngineView,
  type Event,
  renderDiagnostics,
  type Turn,
} from '@holdfast/engine'
import { createPaperVenue, type PaperOrder } from '@holdfast/venues'
import { openSource } from '../scenario/openSource.js'

/** What a policy did in a built-in scenario: every turn's decisions, and what the engine held after each. */
export type BackTest = {
  readonly turns: readonly Turn[]
  readonly decisions: readonly Decision[]
  readonly orders: readonly PaperOrder[]
  readonly last: EngineView
}

/**
 * Runs a configuration's scenarios through the real engine, with paper fills, as fast as it goes. `each` sees every turn and
 * what the engine holds after it.
 */
export async function backTest(
  configuration: string,
  each: (turn: Turn, view: EngineView) => void = () => undefined,
): Promise<BackTest> {
  const compiled = compileConfiguration(configuration, 'back-test.yaml')
  if (!compiled.ok) throw new Error(renderDiagnostics(compiled.diagnostics))
  const { rulebook } = compiled
  const engine = createEngine(rulebook)
  const paper = createPaperVenue()
  const turns: Turn[] = []
  const step = (events: readonly Event[], time: number): Event[] => {
    const turn = engine.step(events, time)
    turns.push(turn)
    each(turn, engine.view())
    return [...paper.react(turn)]
  }
  let waiting: Event[] = []
  /** What the paper venue sent, up to a time, each moment in a turn of its own. */
  const drain = (until: number) => {
    for (;;) {
      const due = waiting.filter(({ receivedTime }) => receivedTime < until)
      if (due.length === 0) return
      const time = Math.min(...due.map(({ receivedTime }) => receivedTime))
      const now = due.filter(({ receivedTime }) => receivedTime === time)
      waiting = waiting.filter((event) => !now.includes(event))
      waiting.push(...step(now, time))
    }
  }
  for (const configured of rulebook.configuration.sources) {
    const source = await openSource(configured as Parameters<typeof openSource>[0], { baseDir: '/' })
    for await (const event of source.events()) {
      drain(event.receivedTime)
      waiting.push(...step([event], event.receivedTime))
    }
  }
  drain(Number.POSITIVE_INFINITY)
  return { turns, decisions: turns.flatMap((turn) => turn.decisions), orders: paper.orders(), last: engine.view() }
}
