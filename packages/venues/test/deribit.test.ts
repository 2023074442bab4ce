import type { ConnectionConfiguration } from '@holdfast/engine'
import { openVenue } from '../src/index.js'
import { serveDeribit } from './deribitServer.js'
import { describeVenue, type KeyKind, type VenueBench } from './venueContract.js'

const PERPETUAL = 'deribit:BTC/USD:BTC'
const SCOPES: Readonly<Record<Exclude<KeyKind, 'wrong'>, string>> = {
  trade: 'account:read_write trade:read_write wallet:read',
  read: 'account:read trade:read wallet:read',
  withdraw: 'account:read_write trade:read_write wallet:read_write',
}

const bench: VenueBench = {
  name: 'deribit on the simulated exchange, through ccxt as it is',
  keys: ['trade', 'read', 'withdraw', 'wrong'],
  hasClock: true,
  guard: 'cancel-on-disconnect',
  async start({ key = 'trade', skewMs = 0 } = {}) {
    const scope = SCOPES[key === 'wrong' ? 'trade' : key]
    const keys = [{ clientId: 'canary-key', clientSecret: 'canary-secret-0123456789', scope }]
    const server = await serveDeribit([{ name: 'desk', deposits: { BTC: '10' }, keys }])
    server.skew(skewMs)
    const connection: ConnectionConfiguration = {
      id: 'deribit-main',
      kind: 'deribit',
      url: server.url,
      credentials: { key: { from: 'env', name: 'KEY' }, secret: { from: 'env', name: 'SECRET' } },
      allowWithdrawal: false,
      watch: ['BTC'],
      reconcileMs: 300,
      guards: { cancelOnDisconnect: true },
    }
    const secrets: Readonly<Record<string, string>> = {
      KEY: 'canary-key',
      SECRET: key === 'wrong' ? 'another-secret' : 'canary-secret-0123456789',
    }
    const line = () =>
      openVenue(connection, {
        account: 'main',
        secret: ({ name }) => secrets[name]!,
        clock: () => Date.now(),
        timeoutMs: 2500,
        marketMs: 200,
        liveness: { silentMs: 4000, frozenMs: 4000, stalledMs: 4000 },
      })
    const venue = await line()
    let twin: Awaited<ReturnType<typeof line>> | undefined
    const price = async (factor: number) => {
      const instruments = await venue.instruments()
      if (!instruments.known) throw new Error(instruments.reason)
      const answer = await fetch(`${server.url}/api/v2/public/ticker?instrument_name=BTC-PERPETUAL`)
      const { result } = (await answer.json()) as { result: { mark_price: number } }
      return String(Math.round(result.mark_price * factor))
    }
    return {
      venue,
      instrument: PERPETUAL,
      size: '100',
      double: '200',
      through: () => price(1.005),
      away: () => price(0.99),
      loseAnswer: () => server.exchange.fault({ name: 'lost-acknowledgement', of: 'private/buy' }),
      fillInPart: () => server.exchange.fault({ name: 'partial-fill' }),
      async placeTwin(clientId) {
        twin = await line()
        await twin.place({
          clientId,
          instrument: PERPETUAL,
          size: '100',
          limitPrice: await price(0.99),
          terms: 'rest',
          reduceOnly: false,
        })
      },
      breakNumber: () => server.exchange.fault({ name: 'comma-number', count: 20 }),
      cut() {
        server.exchange.fault({ name: 'maintenance', durationMs: 3_600_000 })
        server.cut()
      },
      heal: () => server.exchange.clearFaults(),
      async exhaust() {
        const reads = Array.from({ length: 150 }, () => venue.state())
        await Promise.all(reads)
      },
      async close() {
        await twin?.close()
        await venue.close()
        await server.close()
      },
    }
  },
}

describeVenue(bench)
