import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createApiKey } from '../src/api/keys.js'
import { CLOSE_SLOW, createOutflow } from '../src/api/socket/outflow.js'
import { parseRequest } from '../src/api/socket/rpc.js'
import { testHouse } from './testHouse.js'

type Answer = {
  id?: unknown
  result?: unknown
  error?: { code: number; data: { code: string } }
  params?: { channel: string; data: never }
}

const closers: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const close of closers) await close()
})

async function listening(house: ReturnType<typeof testHouse>, change: Parameters<typeof house.api>[0] = {}) {
  const app = await house.api(change)
  await app.listen({ host: '127.0.0.1', port: 0 })
  closers.push(() => app.close())
  return (app.server.address() as AddressInfo).port
}

async function client(port: number, headers: Record<string, string> = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/ws`, { headers })
  const answers: Answer[] = []
  socket.on('message', (data) => answers.push(JSON.parse(String(data))))
  await new Promise((done, fail) => {
    socket.once('open', done)
    socket.once('error', fail)
  })
  const seen = (channel: string) =>
    answers.flatMap((answer) => (answer.params?.channel === channel ? [answer.params.data] : []))
  const call = async (id: number, method: string, params: unknown): Promise<Answer> => {
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    await expect.poll(() => answers.some((answer) => answer.id === id), { timeout: 5000 }).toBe(true)
    return answers.find((answer) => answer.id === id)!
  }
  closers.unshift(async () => socket.terminate())
  return { socket, answers, seen, call }
}

describe('stream', () => {
  it('behavior: shows the picture on subscribing, then each channel as turns come; unsubscribing ends it', async () => {
    const house = testHouse(170, 100)
    const port = await listening(house)
    const { call, seen } = await client(port)
    const channels = ['turns', 'decisions', 'alerts', 'accounts.deribit-main', 'market.BTC']
    expect((await call(1, 'subscribe', { channels })).result).toEqual(channels)
    await expect.poll(() => seen('accounts.deribit-main').length).toBe(1)
    house.feed(70)
    await expect.poll(() => seen('turns').length, { timeout: 5000 }).toBeGreaterThan(0)
    await expect.poll(() => seen('turns').at(-1)).toMatchObject({ sequence: 170 })
    const decisions = seen('decisions').flat() as { sequence: number }[]
    const expected = house.world.steps.slice(100).flatMap(({ turn }) => turn.decisions.map(() => turn.sequence))
    expect(decisions.map(({ sequence }) => sequence)).toEqual(expected)
    expect(seen('turns').length).toBeLessThan(70)
    expect((await call(2, 'unsubscribe', { channels: ['turns'] })).result).not.toContain('turns')
  })

  it('error: unknown methods, channels and shapes are told apart', async () => {
    const { call, socket, answers } = await client(await listening(testHouse(5)))
    expect((await call(1, 'subscribe', { channels: ['greeks'] })).error?.data.code).toBe('UNKNOWN_CHANNEL')
    expect((await call(2, 'subscribe', { channel: 'turns' })).error?.data.code).toBe('INVALID_PARAMS')
    expect((await call(3, 'listen', {})).error?.data.code).toBe('METHOD_NOT_FOUND')
    expect((await call(4, 'ping', undefined)).result).toBe('pong')
    socket.send('{')
    await expect.poll(() => answers.some((answer) => answer.error?.data.code === 'PARSE_ERROR')).toBe(true)
  })

  it('behavior: with keys set, a client must say who it is first', async () => {
    const house = testHouse(5)
    const { key, record } = createApiKey('desk', ['read'])
    const port = await listening(house, { access: { host: '127.0.0.1', keys: [record], allowedHosts: [] } })
    const stranger = await client(port)
    expect((await stranger.call(1, 'subscribe', { channels: ['turns'] })).error?.data.code).toBe('UNAUTHENTICATED')
    expect((await stranger.call(2, 'authenticate', { key: 'hf_wrong' })).error?.data.code).toBe('UNAUTHENTICATED')
    expect((await stranger.call(3, 'authenticate', { key })).result).toBe('ok')
    expect((await stranger.call(4, 'subscribe', { channels: ['turns'] })).result).toEqual(['turns'])
    const friend = await client(port, { authorization: `Bearer ${key}` })
    expect((await friend.call(1, 'subscribe', { channels: ['turns'] })).result).toEqual(['turns'])
  })

  it('error: a page of another site cannot open the stream', async () => {
    const port = await listening(testHouse(5))
    await expect(client(port, { origin: 'http://evil.example' })).rejects.toThrow('403')
  })
})

describe('slow clients', () => {
  const limits = { bufferedBytesMax: 100, stalledMsMax: 1000, queuedEventsMax: 50 }
  const pipe = () => {
    const state = { sent: [] as string[], closed: [] as [number, string][], buffered: 0 }
    const out = createOutflow(
      {
        send: (text) => state.sent.push(text),
        close: (code, reason) => state.closed.push([code, reason]),
        bufferedBytes: () => state.buffered,
      },
      limits,
    )
    return { state, out }
  }

  it('behavior: pictures that wait are replaced, events that wait are kept in order', () => {
    const { state, out } = pipe()
    state.buffered = 101
    for (let n = 0; n < 10; n++) {
      out.picture('turns', n)
      out.events('decisions', [n])
      out.flush(n)
    }
    state.buffered = 0
    out.flush(20)
    expect(state.sent.map((text) => JSON.parse(text).params)).toEqual([
      { channel: 'decisions', data: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
      { channel: 'turns', data: 9 },
    ])
  })

  it('behavior: one that reads nothing is dropped with the reason, once', () => {
    const { state, out } = pipe()
    state.buffered = 101
    for (const now of [0, 900, 1001, 2000]) {
      out.picture('turns', now)
      out.flush(now)
    }
    expect(state.closed).toEqual([[CLOSE_SLOW, 'slow client: nothing read for 1000 ms']])
    expect(state.sent).toEqual([])
  })

  it('limits: too many waiting events drop it before the time is up', () => {
    const { state, out } = pipe()
    state.buffered = 101
    out.events(
      'alerts',
      Array.from({ length: 51 }, (_, n) => n),
    )
    expect(state.closed[0]?.[1]).toContain('more than 50 events')
  })
})

it('args: a request without id is a notification and is obeyed', () => {
  expect(parseRequest('{"jsonrpc":"2.0","method":"ping"}')).toEqual({
    ok: true,
    id: undefined,
    command: { method: 'ping' },
  })
  expect(parseRequest('{"jsonrpc":"1.0","method":"ping"}')).toMatchObject({ ok: false, code: 'INVALID_REQUEST' })
})
