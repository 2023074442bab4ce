import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ConnectionConfiguration, VenueKind } from '@holdfast/engine'
import { afterEach, describe, expect, test } from 'vitest'
import { openVenue, type Venue } from '../src/index.js'
import { serveDeribit } from './deribitServer.js'
import { collect, freshId } from './venueContract.js'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

type LineOptions = {
  readonly kind: VenueKind
  readonly url: string
  readonly secrets: Readonly<Record<string, string>>
  readonly log?: (line: string) => void
  readonly guards?: ConnectionConfiguration['guards']
}

async function lineTo({
  kind,
  url,
  secrets,
  guards = { cancelOnDisconnect: true },
  log = () => {},
}: LineOptions): Promise<Venue> {
  const connection: ConnectionConfiguration = {
    id: 'main',
    kind,
    url,
    credentials: Object.fromEntries(Object.keys(secrets).map((name) => [name, { from: 'env', name }])),
    allowWithdrawal: false,
    watch: ['BTC'],
    reconcileMs: 200,
    guards,
  }
  const venue = await openVenue(connection, {
    account: 'main',
    secret: ({ name }) => secrets[name]!,
    clock: () => Date.now(),
    timeoutMs: 2500,
    marketMs: 200,
    liveness: { silentMs: 3000, frozenMs: 3000, stalledMs: 3000 },
    log,
  })
  closing.push(() => venue.close())
  return venue
}

const KEY = 'canary-key-5f2a'
const SECRET = 'canary-secret-9b1c7d3e5f'
const keys = [{ clientId: KEY, clientSecret: SECRET, scope: 'account:read_write trade:read_write wallet:read' }]

async function deribit(log?: (line: string) => void) {
  const server = await serveDeribit([{ name: 'desk', deposits: { BTC: '10' }, keys }])
  closing.push(() => server.close())
  const venue = await lineTo({
    kind: 'deribit',
    url: server.url,
    secrets: { key: KEY, secret: SECRET },
    ...(log === undefined ? {} : { log }),
  })
  return { server, venue }
}

const resting = (clientId: string) =>
  ({
    clientId,
    instrument: 'deribit:BTC/USD:BTC',
    size: '100',
    limitPrice: '85000',
    terms: 'rest',
    reduceOnly: false,
  }) as const

describe('traps of venues', () => {
  test("[UN9] the address of an API wallet is refused, with the account's own in the hint", async () => {
    const account = '0x2222222222222222222222222222222222222222'
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ role: 'agent', data: { user: account } }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const secrets = { wallet: '0x3333333333333333333333333333333333333333', secret: `0x${'1'.padStart(64, '0')}` }
    const venue = await lineTo({ kind: 'hyperliquid', url, secrets })
    const refused = venue.open({ act: true, allowWithdrawal: false })
    await expect(refused).rejects.toMatchObject({ code: 'VENUE_ADDRESS', message: expect.stringContaining(account) })
  })

  test('behavior: who asks for statements itself is told the state, the market and the margin, and no statement', async () => {
    const { venue } = await deribit()
    await venue.open({ act: true, allowWithdrawal: false })
    const events = collect(venue, { statements: false })
    for (const kind of ['market', 'venue-figure', 'venue-state'])
      await events.until(
        (event) => event.kind === kind && event.receivedTime > (events.all[0]?.receivedTime ?? 0) + 500,
      )
    await events.stop()
    const kinds = events.all.map(({ kind }) => kind)
    expect(kinds).not.toContain('account')
    expect(kinds).not.toContain('open-orders')
  })

  test('[UN1] the socket goes dead without a word while questions are answered: lost once, and heard anew', async () => {
    const { server, venue } = await deribit()
    await venue.open({ act: true, allowWithdrawal: false })
    const events = collect(venue)
    await events.until(({ kind }) => kind === 'open-orders')
    server.exchange.fault({ name: 'silent-stall', durationMs: 3_600_000 })
    await events.until((event) => event.kind === 'session' && event.state === 'lost')
    const from = events.all.length
    await events.until((event, index) => index > from && event.kind === 'open-orders')
    const id = freshId()
    await venue.place({ ...resting(id), limitPrice: '90600', terms: 'fill-or-lapse' })
    await events.until((event) => event.kind === 'order' && event.clientId === id && event.status === 'filled')
    await events.stop()
    expect(events.all.flatMap((event) => (event.kind === 'session' ? [event.state] : []))).toEqual([
      'connected',
      'lost',
      'connected',
    ])
    const flags = events.all.flatMap((event) => (event.kind === 'market' ? (event.flags ?? []) : []))
    expect(flags.map(({ code }) => code)).toContain('gap')
  })

  test('[UN34] the key of a Hyperliquid account itself can withdraw: refused', async () => {
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      const { type } = JSON.parse(body) as { type: string }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(type === 'userRole' ? { role: 'user' } : type === 'perpDexs' ? [null] : 'default'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    // The key 1, and the address that follows from it.
    const secrets = { wallet: '0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf', secret: `0x${'1'.padStart(64, '0')}` }
    const venue = await lineTo({ kind: 'hyperliquid', url, secrets })
    const refused = venue.open({ act: true, allowWithdrawal: false })
    await expect(refused).rejects.toMatchObject({ code: 'VENUE_WITHDRAWAL_SCOPE' })
  })

  test('[UN26] market-maker protection of 5 s is armed at the exchange as 5 s, and read back', async () => {
    const server = await serveDeribit([{ name: 'desk', deposits: { BTC: '10' }, keys }])
    closing.push(() => server.close())
    const marketMakerProtection = { intervalMs: 5000, frozenMs: 30_000, quantityLimit: '10', deltaLimit: '5' }
    const guards = { cancelOnDisconnect: true, marketMakerProtection }
    const venue = await lineTo({ kind: 'deribit', url: server.url, secrets: { key: KEY, secret: SECRET }, guards })
    await venue.open({ act: true, allowWithdrawal: false })
    const armed = await venue.armGuards()
    expect(armed).toMatchObject({ known: true, value: [{}, { name: 'market-maker-protection', state: 'armed' }] })
  })

  test("[UN2] the exchange's time stands still while messages come: lost", async () => {
    const { server, venue } = await deribit()
    await venue.open({ act: true, allowWithdrawal: false })
    const events = collect(venue)
    await events.until(({ kind }) => kind === 'open-orders')
    server.exchange.fault({ name: 'frozen-time', durationMs: 3_600_000 })
    const lost = await events.until((event) => event.kind === 'session' && event.state === 'lost')
    expect(lost).toMatchObject({ detail: expect.stringContaining('clock') })
    await events.stop()
  })

  test('[UN12] a post-only window: the order is refused, may be tried again, and the venue is told to be so', async () => {
    const { server, venue } = await deribit()
    await venue.open({ act: true, allowWithdrawal: false })
    server.exchange.fault({ name: 'post-only-window', durationMs: 3_600_000 })
    const taking = { ...resting(freshId()), limitPrice: '90600', terms: 'fill-or-lapse' } as const
    expect(await venue.place(taking)).toMatchObject({ outcome: 'rejected', retryable: true, code: '11030' })
    expect(await venue.state()).toMatchObject({ known: true, value: 'post-only' })
    expect(await venue.place({ ...resting(freshId()), terms: 'post-only' })).toMatchObject({ outcome: 'confirmed' })
  })

  test('[UN24] a close in order cancels by word what was left to rest', async () => {
    const { server, venue } = await deribit()
    await venue.open({ act: true, allowWithdrawal: false })
    const id = freshId()
    expect(await venue.place(resting(id))).toMatchObject({ outcome: 'confirmed', order: { status: 'open' } })
    await venue.close()
    const { venue: other } = {
      venue: await lineTo({ kind: 'deribit', url: server.url, secrets: { key: KEY, secret: SECRET } }),
    }
    await other.open({ act: true, allowWithdrawal: false })
    const found = await other.ordersByClientId(id, 'deribit:BTC/USD:BTC')
    expect(found).toMatchObject({ known: true, value: [{ status: 'cancelled', reason: 'user_request' }] })
  })

  test('behavior: the venue itself cancels when the socket is lost, as it was armed to', async () => {
    const { server, venue } = await deribit()
    await venue.open({ act: true, allowWithdrawal: false })
    const id = freshId()
    await venue.place(resting(id))
    server.cut()
    await new Promise((resolve) => setTimeout(resolve, 200))
    const found = await venue.ordersByClientId(id, 'deribit:BTC/USD:BTC')
    expect(found).toMatchObject({ known: true, value: [{ status: 'cancelled' }] })
  })

  test('behavior: a fill of an order that is none of ours is told all the same', async () => {
    const { server, venue } = await deribit()
    await venue.open({ act: true, allowWithdrawal: false })
    const events = collect(venue)
    await events.until(({ kind }) => kind === 'open-orders')
    const socket = new WebSocketLike(server.url)
    await socket.order()
    const fill = await events.until(({ kind }) => kind === 'fill')
    expect(fill).not.toHaveProperty('decisionId')
    await events.stop()
  })

  test('[UN31] no part of a secret in what is logged, told or thrown', async () => {
    const told: string[] = []
    const { server, venue } = await deribit((line) => told.push(line))
    told.push(JSON.stringify(await venue.open({ act: true, allowWithdrawal: false })))
    const events = collect(venue)
    await events.until(({ kind }) => kind === 'open-orders')
    told.push(JSON.stringify(await venue.place(resting(freshId()))))
    server.exchange.fault({ name: 'maintenance', durationMs: 3_600_000 })
    told.push(
      JSON.stringify([await venue.statement(), await venue.place(resting(freshId())), await venue.marginFigures()]),
    )
    server.exchange.clearFaults()
    await events.stop()
    told.push(JSON.stringify(events.all))
    const wrong = await lineTo({
      kind: 'deribit',
      url: server.url,
      secrets: { key: KEY, secret: `${SECRET}-wrong` },
      log: (line) => told.push(line),
    })
    told.push(
      String(
        await wrong
          .open({ act: true, allowWithdrawal: false })
          .catch((error: Error) => `${error.stack}${JSON.stringify(error)}`),
      ),
    )
    told.push(JSON.stringify(process.argv))
    expect(told.length).toBeGreaterThan(20)
    expect(told.join('\n')).not.toContain(SECRET.slice(0, 12))
  })
})

/** A person at the venue's web page: an order without any label. */
class WebSocketLike {
  readonly #url: string
  constructor(url: string) {
    this.#url = url
  }
  async order(): Promise<void> {
    const basic = Buffer.from(`${KEY}:${SECRET}`).toString('base64')
    const query = 'instrument_name=BTC-PERPETUAL&amount=100&type=market'
    const answer = await fetch(`${this.#url}/api/v2/private/buy?${query}`, {
      headers: { authorization: `Basic ${basic}` },
    })
    expect(answer.status).toBe(200)
  }
}
