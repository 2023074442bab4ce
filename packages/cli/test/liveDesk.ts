import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import ccxt from 'ccxt'
import { type Result, type Running, scratch, start } from './holdfast.js'

/** A simulated exchange and houses that act on it, each a process of its own, over HTTP and WebSocket in real time. */

export const PERPETUAL = 'deribit:BTC/USD:BTC'
export const SECRETS = [
  'simulated-trade-secret',
  'simulated-read-secret',
  'simulated-withdraw-secret',
  'simulated-other-secret',
  'no-such-secret',
]

/** A port that nothing listens at. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

export type AccountTruth = {
  readonly name: string
  readonly balances: Readonly<Record<string, { readonly balance: string; readonly sessionRpl: string }>>
  readonly positions: readonly { readonly instrument: string; readonly size: number }[]
  readonly openOrders: readonly { readonly label: string }[]
}

export type Truth = {
  readonly accounts: readonly AccountTruth[]
  readonly orders: readonly { readonly label: string; readonly order_id: string; readonly reduce_only: boolean }[]
}

export type Rehearsal = {
  readonly rest: string
  readonly running: Running
  /** What the exchange itself knows. */
  readonly truth: () => Promise<Truth>
  readonly client: () => InstanceType<typeof ccxt.deribit>
}

export async function startExchange(...more: readonly string[]): Promise<Rehearsal> {
  const running = start(['simulate-exchange', '--port', '0', '--seed', '11', '--json', ...more])
  const first = await new Promise<string>((resolve, reject) => {
    running.child.stdout!.once('data', (text: string) => resolve(text))
    void running.done.then(({ err }) => reject(new Error(err)))
  })
  const { rest } = JSON.parse(first) as { rest: string }
  return {
    rest,
    running,
    async truth() {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'simulator/snapshot', params: {} })
      const answer = await fetch(`${rest}/api/v2`, { method: 'POST', body })
      return ((await answer.json()) as { result: Truth }).result
    },
    client() {
      const client = new ccxt.deribit({
        apiKey: 'rehearse-trade',
        secret: 'simulated-trade-secret',
        enableRateLimit: false,
      })
      client.urls.api = { rest }
      return client
    },
  }
}

export type DeskOptions = {
  readonly folder?: string
  readonly more?: string
  readonly stage?: string
}

/** One account behind one line, and a rule that holds its delta in BTC at 0. */
export function writeLiveDesk(
  rest: string,
  port: number,
  { folder = scratch(), more = '', stage = 'live' }: DeskOptions = {},
) {
  writeFileSync(
    join(folder, 'desk.yaml'),
    `version: 1
name: rehearsal
journal: { path: journal }
server: { port: ${port} }
connections:
  - id: line
    kind: deribit
    url: ${rest}
    credentials: { key: env:D_KEY, secret: env:D_SECRET }
    watch: [BTC, ETH]
    reconcile: 2 s
accounts:
  - { id: main, venue: deribit, marginModel: cross, connection: line }
assess: { spotMoves: [-10 %, 0 %, 10 %], volMoves: [0 %] }
${more}rules:
  - id: hold-delta
    scope: { underlying: BTC }
    when: abs(delta_net) > 0.3
    rearm: { when: abs(delta_net) < 0.2, after: 0 s }
    cooldown: 1 s
    repeat: 2 s
    bounds: { perAction: 500000 USD }
    stage: ${stage}
    do: { hedge-delta: { target: 0 BTC, with: "${PERPETUAL}", account: main, maxSlippage: 80 bps } }
`,
  )
  return folder
}

export const KEYS = { D_KEY: 'rehearse-trade', D_SECRET: 'simulated-trade-secret' }

export type LiveHouse = Running & { readonly url: string; readonly folder: string }

/** @param home - where the locks of accounts lie: one for all processes of a machine. */
export function startHouse(folder: string, port: number, home: string, ...more: readonly string[]): LiveHouse {
  const running = start(['run', 'desk.yaml', '--no-sql', ...more], { cwd: folder, env: { ...KEYS, HOME: home } })
  return { ...running, url: `http://127.0.0.1:${port}`, folder }
}

/** Asks until it holds; what was heard meanwhile says why it never did. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  { seconds = 30, heard = () => '' }: { readonly seconds?: number; readonly heard?: () => string } = {},
): Promise<void> {
  for (const end = Date.now() + seconds * 1_000; ; await pause(100)) {
    if (await holds()) return
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s\n${heard()}`)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((next) => setTimeout(next, ms))
}

export async function ask<T>(house: LiveHouse, path: string): Promise<T | undefined> {
  const answer = await fetch(`${house.url}${path}`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
  return answer?.ok === true ? ((await answer.json()) as T) : undefined
}

export async function reconciled(house: LiveHouse): Promise<void> {
  await until(
    'the house is reconciled',
    async () => {
      if (house.child.exitCode !== null) throw new Error(`the house has ended\n${house.heard()}`)
      const metrics = await fetch(`${house.url}/metrics`).then(
        (answer) => answer.text(),
        () => '',
      )
      return /^holdfast_account_reconciled\{[^}]*\} 1$/m.test(metrics)
    },
    { heard: house.heard },
  )
}

export async function end(...all: readonly (Running | undefined)[]): Promise<readonly (Result | undefined)[]> {
  return Promise.all(
    all.map((one) => {
      one?.child.kill('SIGCONT')
      one?.child.kill('SIGKILL')
      return one?.done
    }),
  )
}

export const held = ({ accounts }: Truth) =>
  accounts[0]!.positions.find(({ instrument }) => instrument === 'BTC-PERPETUAL')?.size ?? 0
