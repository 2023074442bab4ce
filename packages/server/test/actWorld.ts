import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import {
  type Configuration,
  compileConfiguration,
  type Engine,
  type Rulebook,
  renderDiagnostics,
} from '@holdfast/engine'
import {
  createExchange,
  type Exchange,
  type ExchangeMarket,
  type ExchangeOptions,
  seededMarket,
} from '@holdfast/simulator'
import { openVenue } from '@holdfast/venues'
import type { ActMetrics } from '../src/act/desk.js'
import { createExecutor, type Executor } from '../src/act/executor.js'
import { createInbox, type Inbox } from '../src/act/inbox.js'
import type { ActSettings } from '../src/act/settings.js'
import type { VenueOpener } from '../src/house/live.js'
import { openJournal } from '../src/journal/open.js'
import { createLogger } from '../src/log/logger.js'
import { createRedactor } from '../src/log/redaction.js'
import { engineOf, headerFor } from '../src/run/header.js'
import { liveSource } from '../src/run/live.js'
import { type RunningLoop, type RunOutcome, runLoop } from '../src/run/loop.js'
import type { Observer } from '../src/run/ports.js'
import { createNet, type ExchangeNet, type NetClient } from './exchangeClient.js'
import { createMemoryDisk, type MemoryDisk } from './memoryFiles.js'
import { createVirtualClock, type VirtualClock } from './virtualClock.js'

export const START = Date.UTC(2026, 1, 5, 12)
export const PERPETUAL = 'deribit:BTC/USD:BTC'

const SCOPE = 'account:read_write trade:read_write wallet:read'

/** A desk of two accounts: `hedge`, where Holdfast trades, and `hand`, where a person does. */
export const DESK = (rules: string, more = '') => `version: 1
name: sim
connections:
  - { id: line-hedge, kind: deribit, url: "http://exchange.test", watch: [BTC], reconcile: 5 s, credentials: { key: "env:HEDGE_KEY", secret: "env:HEDGE_SECRET" } }
  - { id: line-hand, kind: deribit, url: "http://exchange.test", watch: [BTC], reconcile: 5 s, credentials: { key: "env:HAND_KEY", secret: "env:HAND_SECRET" } }
accounts:
  - { id: hedge, venue: deribit, marginModel: cross, connection: line-hedge }
  - { id: hand, venue: deribit, marginModel: cross, connection: line-hand }
assess: { spotMoves: [-10 %, 0 %, 10 %], volMoves: [0 %] }
${more}rules:
${rules}`

export const HOLD_DELTA = (stage: string, more = '') => `  - id: hold-delta
    scope: { underlying: BTC }
    when: abs(delta_net) > 0.5
    rearm: { when: abs(delta_net) < 0.4, after: 0 s }
    stage: ${stage}
    cooldown: 2 s
    repeat: 3 s
${more}    do: { hedge-delta: { target: 0 BTC, with: "${PERPETUAL}", account: hedge, maxSlippage: 80 bps } }
`

export function compiled(text: string): { readonly rulebook: Rulebook; readonly configuration: Configuration } {
  const result = compileConfiguration(text, 'desk.yaml')
  if (!result.ok) throw new Error(renderDiagnostics(result.diagnostics))
  return result
}

export type WorldOptions = {
  readonly seed: number
  readonly text: string
  readonly exchange?: Partial<ExchangeOptions>
  readonly stepMs?: number
  readonly settings?: Partial<ActSettings>
  readonly latency?: () => number
  readonly observers?: readonly Observer[]
}

/** One life of the house: from its start to its end, be it in order or by a kill. */
export type Life = {
  readonly engine: Engine
  readonly executor: Executor
  readonly loop: RunningLoop
  readonly inbox: Inbox
  readonly outcome: Promise<RunOutcome>
  readonly stop: () => void
  readonly stopping: () => boolean
  readonly log: readonly string[]
}

export type ActWorld = {
  readonly clock: VirtualClock
  readonly net: ExchangeNet
  readonly exchange: Exchange
  readonly disk: MemoryDisk
  readonly counts: Record<string, number>
  readonly rulebook: Rulebook
  readonly configuration: Configuration
  readonly text: string
  life(): Life | undefined
  /** Starts the house over what its journal holds. */
  start(): Promise<Life>
  /** Takes the house away where it stands; of what the disk did not sync a part survives, as `share` says. */
  kill(share?: () => number): Promise<void>
  /** Takes it away within its write or sync number `count` from now on: in the middle of a turn. */
  killAtWrite(count: number, share: () => number): void
  /** Takes it away `ms` after it next sends an order. */
  killAtOrder(ms: () => number, share: () => number): void
  /** Price of the coin, USD. */
  index(): number
  /** Lets time pass; `each` happens every tenth of a second. */
  run(ms: number, each?: () => void): Promise<void>
  /** A word of a person; returns before it is taken in. */
  say(command: 'kill' | 'resume' | 'adopt', target: string, note?: string): void
  /** Somebody else's request to the exchange, at once. */
  ask(account: string, method: string, params: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>
  /** Makes the venue of a connection for somebody else than the house: a watchdog. */
  readonly opener: VenueOpener
  dispose(): void
}

export function createActWorld(options: WorldOptions): ActWorld {
  const { rulebook, configuration } = compiled(options.text)
  const clock = createVirtualClock(START)
  const names = ['hedge', 'hand', 'crowd-a', 'crowd-b']
  const market = perpetualOnly(seededMarket({ seed: options.seed, start: START, stepMs: options.stepMs ?? 1_000 }))
  const exchange = createExchange({
    seed: options.seed,
    market,
    accounts: names.map((name) => ({
      name,
      deposits: { BTC: '1000' },
      keys: [{ clientId: `${name}-key`, clientSecret: `${name}-secret`, scope: SCOPE }],
    })),
    limits: 'none',
    ...options.exchange,
  })
  const net = createNet(exchange, clock, options.latency ?? (() => 10))
  const disk = createMemoryDisk()
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-act-'))
  const counts: Record<string, number> = {}
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1
  }
  const sockets = new Map<string, number>()
  let life: Life | undefined
  let ended = false
  /** When a process whose start was refused is started again. */
  let again: number | undefined
  let failed: unknown
  let clients: NetClient[] = []

  async function start(): Promise<Life> {
    again = undefined
    const log: string[] = []
    const logger = createLogger({
      level: 'info',
      write: (line) => log.push(line),
      now: clock.now,
      redactor: createRedactor(),
    })
    const inbox = createInbox(clock)
    const stop = new AbortController()
    clients = []
    const lines = await Promise.all(
      configuration.accounts.map(async ({ id, connection: name, portfolio }) => {
        const connection = configuration.connections.find((one) => one.id === name)!
        const client = net.client(`${id}-key`, `${id}-secret`)
        clients.push(client)
        const venue = await openVenue(connection, {
          account: id,
          secret: (reference) => (reference.name.endsWith('KEY') ? `${id}-key` : `${id}-secret`),
          clock: clock.now,
          sleep: (ms, signal) => clock.sleep(ms, signal ?? stop.signal),
          exchange: client.ccxt,
          timeoutMs: 3_000,
        })
        return { account: id, portfolio, connection, venue }
      }),
    )
    const executor = createExecutor({
      lines,
      inbox,
      clock,
      logger,
      metrics: countingMetrics(count),
      act: true,
      settings: { answerMs: 5_000, arrivalMs: 8_000, ...options.settings },
    })
    rmSync(join(folder, 'lock'), { force: true })
    const journal = await openJournal(folder, { files: disk.files(), segmentBytes: 1 << 20 })
    const engine = engineOf(rulebook)
    const begun = executor.begin()
    begun.catch(() => {
      if (!mine()) return
      count('start refused')
      die(() => 0.5)
      again = clock.now() + AGAIN_MS
    })
    const loop = runLoop({
      engine,
      header: headerFor(options.text, 'desk.yaml', rulebook, 'test'),
      sources: [liveSource({ inbox, clock })],
      journal,
      clock,
      speed: 'max',
      signal: stop.signal,
      effects: [executor.effect],
      observers: [executor.observer, ...(options.observers ?? [])],
      onFault: (name, error) => {
        throw new Error(`${name}: ${error instanceof Error ? error.stack : error}`)
      },
    })
    ended = false
    const mine = () => life?.loop === loop
    loop.done.then(
      () => {
        if (mine()) ended = true
      },
      (error: unknown) => {
        if (!mine()) return
        failed = error
        ended = true
      },
    )
    life = {
      engine,
      executor,
      loop,
      inbox,
      outcome: loop.done,
      stop: () => stop.abort(),
      stopping: () => stop.signal.aborted,
      log,
    }
    await rest(life)
    return life
  }

  /** Until nothing moves any more without time passing. */
  async function rest(now: Life | undefined): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) await setImmediate()
    for (let round = 0; now !== undefined && now === life && !now.inbox.waited && !ended && !now.stopping(); round++) {
      if (round > 100_000) throw new Error('the loop does not come to rest')
      await setImmediate()
    }
    if (failed !== undefined) throw failed
  }

  function crash(share: () => number): void {
    if (life === undefined) return
    count('crash')
    if (clients.some((client) => client.ordersInFlight() > 0)) count('crash with orders in flight')
    die(share)
  }

  function die(share: () => number): void {
    if (life === undefined) return
    net.onOrder = undefined
    for (const client of clients) client.kill()
    const { stop } = life
    life = undefined
    disk.crash(share)
    // It can reach neither disk nor exchange any more: only its timers are to end.
    stop()
  }

  const world: ActWorld = {
    clock,
    net,
    exchange,
    disk,
    counts,
    rulebook,
    configuration,
    text: options.text,
    life: () => life,
    start,
    async kill(share = () => 0.5) {
      crash(share)
      await rest(undefined)
    },
    killAtWrite: (writes, share) => disk.at(writes, () => crash(share)),
    killAtOrder(ms, share) {
      net.onOrder = () => {
        net.onOrder = undefined
        clock.after(ms(), () => crash(share))
      }
    },
    index: () => market.index('BTC'),
    async run(ms, each) {
      const until = clock.now() + ms
      let tick = clock.now() + TICK_MS
      for (;;) {
        const due = Math.min(clock.next() ?? until, tick, until)
        clock.goTo(Math.max(due, clock.now()))
        if (clock.now() >= tick) {
          tick += TICK_MS
          each?.()
          net.turn()
        }
        if (again !== undefined && clock.now() >= again) await start()
        await rest(life)
        if (clock.now() >= until) break
      }
    },
    say(command, target, note) {
      const now = clock.now()
      const at = { source: 'test', sourceTime: now, receivedTime: now }
      const word = { kind: 'control' as const, command, actor: 'ops', target, ...at }
      void life?.loop.submit(note === undefined ? word : { ...word, note }).catch(() => undefined)
    },
    ask(account, method, params) {
      let connection = sockets.get(account)
      if (connection === undefined || !exchange.isConnected(connection)) {
        connection = exchange.connect('http')
        sockets.set(account, connection)
      }
      const header = `Basic ${Buffer.from(`${account}-key:${account}-secret`).toString('base64')}`
      const delivery = exchange.request(connection, { id: 1, method, params }, { header, signed: '' })
      return delivery.kind === 'answer' ? delivery.response : {}
    },
    opener: (connection, { account, clock: now }) =>
      openVenue(connection, {
        account,
        secret: (reference) => (reference.name.endsWith('KEY') ? `${account}-key` : `${account}-secret`),
        clock: now,
        sleep: (ms, signal) => clock.sleep(ms, signal ?? new AbortController().signal),
        exchange: net.client(`${account}-key`, `${account}-secret`).ccxt,
        timeoutMs: 3_000,
      }),
    dispose() {
      life?.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return world
}

const ROUNDS = 3
const TICK_MS = 100
/** Who watches over processes starts one that ended by itself again after so long. */
const AGAIN_MS = 5_000

/** Chains of options make a step dear, and nobody here trades them. */
function perpetualOnly(market: ExchangeMarket): ExchangeMarket {
  return {
    start: market.start,
    nextStep: () => market.nextStep(),
    step: () => market.step(),
    currencies: market.currencies,
    index: (currency) => market.index(currency),
    forward: (instrument) => market.forward(instrument),
    vol: (instrument) => market.vol(instrument),
    get stress() {
      return market.stress
    },
    listing: (time) =>
      market.listing(time).filter(({ kind, underlying }) => kind === 'perpetual' && underlying === 'BTC'),
  }
}

function countingMetrics(count: (name: string) => void): ActMetrics {
  return {
    orderAnswered: (_account, outcome) => count(`order ${outcome}`),
    orderSettled: (_account, by) => count(`settled by ${by}`),
    cancelAnswered: (_account, outcome) => count(`cancel ${outcome}`),
    orphanFound: () => count('orphan'),
    reconciled: () => count('reconciled'),
  }
}
