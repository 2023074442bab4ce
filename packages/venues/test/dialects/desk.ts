import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ConnectionConfiguration, VenueKind } from '@holdfast/engine'
import { openVenue } from '../../src/index.js'
import type { KeyKind, VenueBench } from '../venueContract.js'

/** One account at one venue of one contract, as a recorded dialect tells of it. Sizes are in the venue's own units. */
export type Desk = {
  readonly orders: DeskOrder[]
  readonly fills: DeskFill[]
  position: number
  key: KeyKind
  /** Milliseconds that the venue's clock is ahead. */
  skewMs: number
  partly: boolean
  broken: boolean
  down: boolean
  lose: boolean
  now(): number
  place(request: {
    clientId: string
    buy: boolean
    size: number
    price: number
    tif: 'gtc' | 'ioc' | 'post'
    reduceOnly: boolean
  }): DeskOrder
  find(by: { id?: string | undefined; clientId?: string | undefined }): DeskOrder | undefined
  /** False where it is not open. */
  cancel(order: DeskOrder | undefined): boolean
  open(): DeskOrder[]
}

export type DeskOrder = {
  readonly id: string
  readonly clientId: string
  readonly buy: boolean
  readonly size: number
  readonly price: number
  readonly reduceOnly: boolean
  readonly time: number
  filled: number
  status: 'open' | 'filled' | 'cancelled' | 'rejected'
}

export type DeskFill = {
  readonly id: string
  readonly order: DeskOrder
  readonly size: number
  readonly price: number
  readonly time: number
}

export const PRICE = 90_000

export function createDesk(): Desk {
  let next = 100
  const desk: Desk = {
    orders: [],
    fills: [],
    position: 0,
    key: 'trade',
    skewMs: 0,
    partly: false,
    broken: false,
    down: false,
    lose: false,
    now: () => Date.now() + desk.skewMs,
    place(request) {
      next += 1
      const { tif, ...rest } = request
      const order: DeskOrder = { ...rest, id: String(next), time: desk.now(), filled: 0, status: 'open' }
      desk.orders.push(order)
      const takes = order.buy ? order.price >= PRICE : order.price <= PRICE
      const held = order.buy ? Math.max(0, -desk.position) : Math.max(0, desk.position)
      const most = order.reduceOnly ? Math.min(order.size, held) : order.size
      if ((tif === 'post' && takes) || most === 0) {
        order.status = most === 0 ? 'cancelled' : 'rejected'
        return order
      }
      if (takes) {
        order.filled = round(desk.partly ? most / 4 : most)
        desk.partly = false
        desk.position = round(desk.position + (order.buy ? order.filled : -order.filled))
        next += 1
        desk.fills.push({ id: String(next), order, size: order.filled, price: PRICE, time: desk.now() })
      }
      order.status = order.filled === order.size ? 'filled' : tif === 'ioc' ? 'cancelled' : 'open'
      return order
    },
    find: ({ id, clientId }) =>
      desk.orders.findLast((order) => (id !== undefined && id !== '' ? order.id === id : order.clientId === clientId)),
    cancel(order) {
      if (order?.status !== 'open') return false
      order.status = 'cancelled'
      return true
    },
    open: () => desk.orders.filter(({ status }) => status === 'open'),
  }
  return desk
}

export function round(size: number): number {
  return Math.round(size * 1e8) / 1e8
}

export type Asked = {
  readonly method: string
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}
/** `undefined`: the path is not known, which fails the test loudly. */
export type Answer = { readonly status?: number; readonly body: unknown } | undefined

export type DialectStub = {
  readonly kind: VenueKind
  readonly instrument: string
  /** A small size in ours. */
  readonly size: string
  readonly double: string
  readonly credentials: Readonly<Record<string, string>>
  readonly guard?: VenueBench['guard']
  readonly keys: readonly KeyKind[]
  /** Whether a path takes a new order: then its answer can be lost. */
  readonly isOrder: (asked: Asked) => boolean
  readonly answer: (desk: Desk, asked: Asked) => Answer
}

/** The stock ccxt client against a server that answers in the venue's documented shapes. */
export function benchOf(stub: DialectStub): VenueBench {
  return {
    name: `${stub.kind} in its documented dialect, through ccxt as it is`,
    keys: stub.keys,
    hasClock: true,
    ...(stub.guard === undefined ? {} : { guard: stub.guard }),
    async start({ key = 'trade', skewMs = 0 } = {}) {
      const desk = createDesk()
      desk.key = key
      desk.skewMs = skewMs
      const unknown: string[] = []
      const server = createServer(async (request, response) => {
        const asked = await read(request)
        if (desk.down) {
          response.statusCode = 503
          response.end('{}')
          return
        }
        const answer = stub.answer(desk, asked)
        if (answer === undefined) unknown.push(`${asked.method} ${asked.path} ${JSON.stringify(asked.body)}`)
        if (stub.isOrder(asked) && desk.lose) {
          desk.lose = false
          return
        }
        response.statusCode = answer?.status ?? (answer === undefined ? 404 : 200)
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(answer?.body ?? { error: 'no such path' }))
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const connection: ConnectionConfiguration = {
        id: `${stub.kind}-main`,
        kind: stub.kind,
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        credentials: Object.fromEntries(Object.keys(stub.credentials).map((name) => [name, { from: 'env', name }])),
        allowWithdrawal: false,
        watch: ['BTC'],
        reconcileMs: 300,
        guards: { cancelOnDisconnect: true },
      }
      const lines: string[] = []
      const venue = await openVenue(connection, {
        account: 'main',
        secret: ({ name }) => stub.credentials[name]!,
        clock: () => Date.now(),
        timeoutMs: 2500,
        marketMs: 200,
        liveness: { silentMs: 4000, frozenMs: 4000, stalledMs: 4000 },
        log: (line) => lines.push(line),
      })
      return {
        venue,
        instrument: stub.instrument,
        size: stub.size,
        double: stub.double,
        through: async () => String(PRICE * 1.01),
        away: async () => String(PRICE * 0.99),
        loseAnswer() {
          desk.lose = true
        },
        fillInPart() {
          desk.partly = true
        },
        breakNumber() {
          desk.broken = true
        },
        async placeTwin(clientId) {
          const twin = desk.find({ clientId }) ?? desk.open()[0]!
          desk.place({ ...twin, tif: 'gtc' })
        },
        cut() {
          desk.down = true
        },
        heal() {
          desk.down = false
        },
        async close() {
          await venue.close()
          server.closeAllConnections()
          await new Promise((resolve) => server.close(resolve))
          if (unknown.length > 0) throw new Error(`the stub knows nothing of: ${[...new Set(unknown)].join('; ')}`)
          const told = lines.join('\n')
          for (const secret of Object.values(stub.credentials)) {
            if (secret.length > 20 && !secret.startsWith('0x1') && told.includes(secret))
              throw new Error('a secret was logged')
          }
        },
      }
    },
  }
}

async function read(request: IncomingMessage): Promise<Asked> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  let text = ''
  for await (const chunk of request) text += String(chunk)
  const json = text.startsWith('{') || text.startsWith('[')
  const form = json ? {} : Object.fromEntries(new URLSearchParams(text))
  return {
    method: request.method ?? 'GET',
    path: pathname,
    params: { ...Object.fromEntries(searchParams), ...form },
    body: json ? (JSON.parse(text) as Readonly<Record<string, unknown>>) : {},
  }
}
