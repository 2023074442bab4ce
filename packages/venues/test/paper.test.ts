import type { Event } from '@holdfast/engine'
import { openPaperVenue } from '../src/index.js'
import { describeVenue } from './venueContract.js'

const INSTRUMENT = 'deribit:BTC/USD:BTC'

describeVenue({
  name: 'paper, in process',
  keys: [],
  hasClock: false,
  async start() {
    let depth = 100_000
    const whole = true
    async function* feed(signal: AbortSignal): AsyncGenerator<Event> {
      while (!signal.aborted) {
        const receivedTime = Date.now()
        const quote = {
          kind: 'quote',
          instrument: INSTRUMENT,
          bid: 89_990,
          ask: 90_010,
          bidSize: depth,
          askSize: depth,
        } as const
        if (whole)
          yield { kind: 'market', source: 'feed', sourceTime: receivedTime, receivedTime, observations: [quote] }
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    const venue = openPaperVenue({
      name: 'paper',
      account: 'main',
      balances: { BTC: '10' },
      feed,
      clock: () => Date.now(),
      reconcileMs: 50,
      settings: { latencyMs: 10, levels: 1 },
    })
    await venue.open({ act: true, allowWithdrawal: false })
    await new Promise((resolve) => setTimeout(resolve, 30))
    return {
      venue,
      instrument: INSTRUMENT,
      size: '100',
      double: '200',
      through: async () => '90500',
      away: async () => '89000',
      fillInPart() {
        depth = 50
      },
      close: () => venue.close(),
    }
  },
})
