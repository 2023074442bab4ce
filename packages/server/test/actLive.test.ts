import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createExchange, type Exchange, type ServedExchange, seededMarket, serveExchange } from '@holdfast/simulator'
import ccxt from 'ccxt'
import { afterEach, expect, it } from 'vitest'
import { openHouse } from '../src/house/house.js'
import { verifyJournal } from '../src/journal/verify.js'
import { engineFor } from '../src/run/header.js'
import { isAtRest } from '../src/watchdog/rest.js'
import { compiled, HOLD_DELTA, PERPETUAL } from './actWorld.js'

/** Over real HTTP and WebSocket, in real time: the stock ccxt client at one account, Holdfast at both. */

const SCOPE = 'account:read_write trade:read_write wallet:read'
let exchange: Exchange
let served: ServedExchange
let folder: string
afterEach(async () => {
  await served.close()
  rmSync(folder, { recursive: true, force: true })
})

const connection = (id: string) =>
  `  - { id: line-${id}, kind: deribit, url: "${served.rest}", watch: [BTC], reconcile: 1 s, credentials: { key: "env:ACT_${id}_KEY", secret: "env:ACT_${id}_SECRET" } }\n`

it('behavior: the stock ccxt client and Holdfast trade at once, and agree with the exchange at the end', async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-live-'))
  const names = ['hedge', 'hand']
  for (const name of names) {
    process.env[`ACT_${name}_KEY`] = `${name}-key`
    process.env[`ACT_${name}_SECRET`] = `${name}-secret`
  }
  exchange = createExchange({
    seed: 5,
    market: seededMarket({ seed: 5, start: Date.now() - 100, stepMs: 1_000 }),
    accounts: names.map((name) => ({
      name,
      deposits: { BTC: '100' },
      keys: [{ clientId: `${name}-key`, clientSecret: `${name}-secret`, scope: SCOPE }],
    })),
    limits: 'none',
    flowRatio: 0,
  })
  served = await serveExchange(exchange)
  const text = `version: 1
name: live
connections:
${names.map(connection).join('')}accounts:
  - { id: hedge, venue: deribit, marginModel: cross, connection: line-hedge }
  - { id: hand, venue: deribit, marginModel: cross, connection: line-hand }
assess: { spotMoves: [-10 %, 0 %, 10 %], volMoves: [0 %] }
rules:
${HOLD_DELTA('live')}`
  const { rulebook, configuration } = compiled(text)
  const stop = new AbortController()
  const house = await openHouse({
    configuration,
    rulebook,
    text,
    version: 'test',
    journalFolder: join(folder, 'journal'),
    lockFolder: join(folder, 'locks'),
    speed: 'max',
    signal: stop.signal,
    sql: false,
    logLevel: 'error',
    writeLog: () => undefined,
    writeConsole: () => undefined,
  })
  const running = house.run()
  const client = new ccxt.deribit({ apiKey: 'hand-key', secret: 'hand-secret', enableRateLimit: false })
  client.urls.api = { rest: served.rest }
  await client.loadMarkets()
  const until = async (holds: () => boolean) => {
    for (let n = 0; n < 300 && !holds(); n++) await new Promise((done) => setTimeout(done, 100))
    expect(holds()).toBe(true)
  }
  const view = () => house.model.view()
  const size = (account: string) =>
    view()
      ?.assessment.accounts.find((one) => one.account === account)
      ?.positions.find(({ instrument }) => instrument === PERPETUAL)?.size ?? 0
  await until(() => view()?.orders.accounts.length === 2 && view()!.orders.accounts.every((line) => line.reconciled))
  for (const [side, amount] of [
    ['buy', 180_000],
    ['sell', 90_000],
    ['buy', 150_000],
  ] as const) {
    await client.createOrder('BTC/USD:BTC', 'market', side, amount)
    await until(() => Math.abs(size('hand') + size('hedge')) < 45_000 && size('hand') !== 0)
  }
  await until(() => {
    const held = exchange.snapshot().accounts.map(({ positions }) => positions[0]?.size ?? 0)
    return held[0] === size('hedge') && held[1] === size('hand')
  })
  const [position] = await client.fetchPositions(['BTC/USD:BTC'])
  expect(Number(position!.info.size)).toBe(size('hand'))
  expect(await client.fetchOpenOrders('BTC/USD:BTC')).toEqual([])
  stop.abort()
  const { closing, run } = await running
  await house.close()
  const truth = exchange.snapshot()
  for (const { account, positions, orders } of closing) {
    const one = truth.accounts.find(({ name }) => name === account)!
    expect(positions.known && positions.value.map((held) => Number(held.size))).toEqual(
      one.positions.map((held) => held.size),
    )
    expect(orders.known && orders.value).toEqual([])
  }
  const labels = truth.orders.map(({ label }) => label).filter((label) => label !== '')
  expect(labels.length).toBeGreaterThan(0)
  expect(new Set(labels).size).toBe(labels.length)
  expect(isAtRest(join(folder, 'journal'))).toBe(true)
  const report = verifyJournal(join(folder, 'journal'), { engineFor })
  expect(report).toMatchObject({ ok: true, turns: run.turns, replayedTurns: run.turns })
})
