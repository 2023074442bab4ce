import type { ControlEvent } from '@holdfast/engine'
import { type ApiOptions, createApi } from '../src/api/api.js'
import type { ApiPorts, RunView } from '../src/api/ports.js'
import { createReadModel, type ReadModel } from '../src/api/readModel.js'
import { createLogger } from '../src/log/logger.js'
import { createRedactor } from '../src/log/redaction.js'
import { type DeskWorld, deskWorld } from './deskWorld.js'

/** A house over a made-up world: ports, a read model that can be fed turn by turn, and what was said to the loop. */
export type TestHouse = {
  readonly ports: ApiPorts
  readonly model: ReadModel
  readonly world: DeskWorld
  readonly controls: ControlEvent[]
  readonly log: string[]
  readonly clock: { now: number }
  feed(count: number): void
  setRun(change: Partial<RunView>): void
  api(change?: Partial<ApiOptions>): ReturnType<typeof createApi>
}

export function testHouse(hours: number, fedAtOnce = hours): TestHouse {
  const world = deskWorld(hours)
  const model = createReadModel()
  const clock = { now: Date.UTC(2026, 10, 23, 9) }
  const controls: ControlEvent[] = []
  const log: string[] = []
  let fed = 0
  let run: RunView = {
    name: 'example desk',
    version: '0.1.0',
    state: 'running',
    startedTime: clock.now - 60_000,
    lastTurnWallTime: clock.now - 500,
    turns: 0,
    speed: 'max',
    progress: 0,
    configurationHash: 'c'.repeat(64),
    rulebookHash: 'b'.repeat(64),
  }
  const feed = (count: number) => {
    for (const step of world.steps.slice(fed, fed + count)) {
      model.observer.turn(step.turn, step.view, { replayed: false, head: step.head })
      fed += 1
      run = { ...run, turns: fed, progress: fed / hours, lastTurnWallTime: clock.now }
    }
  }
  const ports: ApiPorts = {
    now: () => clock.now,
    run: () => run,
    rules: () => [
      {
        id: 'margin-warning',
        stage: 'shadow',
        scope: 'each account',
        condition: 'margin_ratio > 0.65',
        action: 'alert (warning)',
        bounds: [],
      },
      {
        id: 'margin-critical',
        stage: 'shadow',
        scope: 'each account',
        condition: 'margin_ratio > 0.85',
        action: 'alert (critical)',
        bounds: [],
      },
      {
        id: 'hold-delta',
        stage: 'shadow',
        scope: 'BTC in each portfolio',
        condition: 'abs(delta_net) > 3.0',
        action: 'hedge-delta',
        bounds: [{ per: 'action', amount: '10', unit: 'BTC' }],
        ladder: { stage: 'shadow', decisions: 3, denied: 1, next: 'paper', criteria: [] },
      },
    ],
    explain: (decision) =>
      `${decision.rule} fired at ${new Date(decision.time).toISOString()}\n  because ${decision.reasons.join('; ')}\n  condition: ${decision.condition}`,
    whyNot: (rule) =>
      rule === 'hold-delta'
        ? [
            {
              subject: 'desk / BTC',
              state: 'held',
              text: 'cool-down until 14:00; abs(delta_net) = 4.21 BTC > 3.0 would fire',
            },
          ]
        : rule === 'margin-warning' || rule === 'margin-critical'
          ? [
              { subject: 'deribit-eth', state: 'armed', text: 'margin_ratio is 0.31; fires above 0.65, 0.34 away' },
              { subject: 'deribit-main', state: 'fires', text: 'margin_ratio is 0.92 > 0.65' },
            ]
          : undefined,
    readTurns: async (from, limit) =>
      world.steps
        .slice(0, fed)
        .map((step) => step.turn)
        .filter((turn) => turn.sequence >= from)
        .slice(0, limit),
    submit: async (control) => {
      controls.push(control)
      return { sequence: fed + 1 }
    },
    calculate: (kind, requests) => (kind === 'echo' ? requests.map((request) => ({ request })) : undefined),
  }
  const logger = createLogger({
    level: 'debug',
    write: (line) => log.push(line),
    now: () => clock.now,
    redactor: createRedactor(),
  })
  feed(fedAtOnce)
  return {
    ports,
    model,
    world,
    controls,
    log,
    clock,
    feed,
    setRun: (change) => {
      run = { ...run, ...change }
    },
    api: (change = {}) =>
      createApi({ ports, model, logger, access: { host: '127.0.0.1', keys: [], allowedHosts: [] }, ...change }),
  }
}
