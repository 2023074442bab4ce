import type { Decision, Event, FillEvent, OrderEvent, OrderTerms, QuoteObservation, Turn } from '@holdfast/engine'
import { describe, expect, test } from 'vitest'
import { createPaperVenue } from './paperVenue.js'
import type { PaperSettings } from './settings.js'

const PERPETUAL = 'deribit:BTC/USD:BTC'
const LINEAR = 'binance:BTC/USDT:USDT'
const OPTION = 'deribit:BTC/USD:BTC-260227-80000-P'
const START = Date.UTC(2026, 1, 5)

const quote = (over: Partial<QuoteObservation> = {}): QuoteObservation => ({
  kind: 'quote',
  instrument: LINEAR,
  bid: 69_990,
  ask: 70_000,
  bidSize: 2,
  askSize: 2,
  ...over,
})

function order(
  id: string,
  instrument: string,
  size: string,
  limitPrice: string,
  over: Partial<Decision> = {},
): Decision {
  return {
    id,
    rule: 'hold-delta',
    stage: 'paper',
    scope: { kind: 'portfolio', portfolio: 'desk' },
    time: START,
    action: {
      kind: 'order',
      purpose: 'hedge-delta',
      venue: instrument.split(':')[0]!,
      account: 'main',
      instrument,
      size,
      sizeUnit: 'BTC',
      limitPrice,
      priceUnit: 'USDT',
      reduceOnly: false,
    },
    outcome: 'papered',
    condition: '',
    terms: [],
    inputs: [],
    reasons: [],
    ...over,
  }
}

function turn(at: number, quotes: readonly QuoteObservation[], decisions: readonly Decision[] = []): Turn {
  const time = START + at
  const events: Event[] =
    quotes.length === 0
      ? []
      : [{ kind: 'market', source: 'x', sourceTime: time, receivedTime: time, observations: quotes }]
  return { sequence: 1, time, events, decisions, flags: [], assessmentDigest: '', stateDigest: '' }
}

/** Shows the turns and gives the fills. */
function fillsOf(turns: readonly Turn[], settings: Partial<PaperSettings> = {}) {
  const venue = createPaperVenue({ latencyMs: 100, levelStepBps: 10, levels: 3, ...settings })
  const fills = turns.flatMap((one) => venue.react(one)).filter((event): event is FillEvent => event.kind === 'fill')
  return { fills, orders: venue.orders() }
}

describe('createPaperVenue', () => {
  test('behavior: an order travels before it is filled, against the quote that stands when it arrives', () => {
    const venue = createPaperVenue({ latencyMs: 100 })
    const answers = venue.react(turn(0, [quote()], [order('a', LINEAR, '1', '71000')]))
    expect(answers).toMatchObject([
      { kind: 'order', clientId: 'a', status: 'open', size: '1', filled: '0', receivedTime: START },
      { kind: 'clock', source: 'paper', sourceTime: START + 100, receivedTime: START + 100 },
    ])
    expect(venue.react(turn(50, [quote({ ask: 70_100 })]))).toEqual([])
    const [fill, became] = venue.react(turn(100, []))
    expect(became).toMatchObject({ kind: 'order', clientId: 'a', status: 'filled', filled: '1', averagePrice: '70100' })
    expect(fill).toMatchObject({ size: '1', price: '70100', decisionId: 'a', fillId: 'a:1', receivedTime: START + 100 })
  })

  test('behavior: walks the levels, each worse by the step, and leaves what is beyond the last', () => {
    const { fills, orders } = fillsOf([turn(0, [quote()], [order('a', LINEAR, '7', '80000')]), turn(100, [])])
    expect(fills.map(({ size, price }) => [size, price])).toEqual([
      ['2', '70000'],
      ['2', '70070'],
      ['2', '70140'],
    ])
    expect(orders).toMatchObject([{ filled: '6', state: 'expired', why: 'no-size' }])
  })

  test('behavior: tells of an order what it became, after its fills', () => {
    const venue = createPaperVenue({ latencyMs: 100, levels: 1 })
    venue.react(turn(0, [quote()], [order('a', LINEAR, '7', '80000')]))
    expect(venue.react(turn(100, []))).toMatchObject([
      { kind: 'fill', size: '2' },
      { kind: 'order', status: 'cancelled', size: '7', filled: '2', reason: 'no-size', account: 'main' },
    ])
  })

  test('behavior: sells are filled at the bid and below, never beyond the limit', () => {
    const { fills, orders } = fillsOf([turn(0, [quote()], [order('a', LINEAR, '-5', '69950')]), turn(100, [])])
    expect(fills.map(({ size, price }) => [size, price])).toEqual([['-2', '69990']])
    expect(orders).toMatchObject([{ filled: '-2', state: 'expired', why: 'beyond-limit' }])
  })

  test('behavior: a rest waits at its limit as maker and expires when its time is over', () => {
    const settings = { remainder: 'rest', restMs: 1000 } as const
    const decided = turn(0, [quote()], [order('a', LINEAR, '3', '70000')])
    const reached = [decided, turn(100, []), turn(500, [quote({ ask: 69_900 })])]
    expect(fillsOf(reached, settings).fills.map(({ size, price, fee }) => [size, price, fee])).toEqual([
      ['2', '70000', '70'],
      ['1', '70000', '14'],
    ])
    const missed = [decided, turn(100, [quote({ ask: 71_000 })]), turn(2000, [])]
    expect(fillsOf(missed, settings).orders).toMatchObject([{ filled: '0', state: 'expired', why: 'beyond-limit' }])
  })

  test('behavior: inverse perpetuals are sized in USD and pay their fee in coin', () => {
    const inverse = quote({ instrument: PERPETUAL, bidSize: 200_000, askSize: 200_000 })
    const { fills } = fillsOf([turn(0, [inverse], [order('a', PERPETUAL, '-70000', '69000')]), turn(100, [])])
    // 70,000 USD / 69,990 USD per BTC · 0.05 %
    expect(fills).toMatchObject([{ size: '-70000', price: '69990', feeAsset: 'BTC', fee: '0.000500071438776968' }])
  })

  test('behavior: an option pays 0.03 % of the underlying, at most 12.5 % of its price', () => {
    const dear = quote({ instrument: OPTION, bid: 0.099, ask: 0.1, bidSize: 50, askSize: 50 })
    const cheap = quote({ instrument: OPTION, bid: 0.0005, ask: 0.001, bidSize: 50, askSize: 50 })
    const fees = [dear, cheap].map(
      (one) => fillsOf([turn(0, [one], [order('a', OPTION, '10', '0.2')]), turn(100, [])]).fills[0]!.fee,
    )
    expect(fees).toEqual(['0.003', '0.00125'])
  })

  test.each([
    ['no quote at all', [], 'no-quote'],
    ['no ask', [{ kind: 'quote', instrument: LINEAR, bid: 69_990, bidSize: 2 }], 'no-quote'],
    ['no size', [{ kind: 'quote', instrument: LINEAR, bid: 69_990, ask: 70_000 }], 'no-size'],
    ['a NaN ask', [quote({ ask: Number.NaN })], 'no-quote'],
  ] as const)('error: nothing is filled where there is %s', (_, quotes, why) => {
    const { fills, orders } = fillsOf([turn(0, quotes, [order('a', LINEAR, '1', '80000')]), turn(100, [])])
    expect(fills).toEqual([])
    expect(orders).toMatchObject([{ state: 'expired', why }])
  })

  test('error: an old quote is none', () => {
    const turns = [turn(0, [quote()]), turn(7_200_000, [], [order('a', LINEAR, '1', '80000')]), turn(7_200_100, [])]
    expect(fillsOf(turns).orders).toMatchObject([{ filled: '0', why: 'no-quote' }])
  })

  test('behavior: a decision that comes again is not filled again', () => {
    const again = order('a', LINEAR, '1', '80000')
    const { fills } = fillsOf([turn(0, [quote()], [again]), turn(100, [], [again]), turn(200, [])])
    expect(fills).toHaveLength(1)
  })

  test('behavior: decisions of other stages are left alone', () => {
    const planned = order('a', LINEAR, '1', '80000', { outcome: 'planned', stage: 'shadow' })
    expect(fillsOf([turn(0, [quote()], [planned]), turn(100, [])]).orders).toEqual([])
  })

  test('behavior: news says how each order stands and ends, as a venue would', () => {
    const venue = createPaperVenue({ latencyMs: 100 })
    const standing = (id: string, limit: string, terms: OrderTerms): Decision => {
      const plain = order(id, LINEAR, '1', limit)
      return { ...plain, action: { ...plain.action, terms } as Decision['action'] }
    }
    const decided = [
      order('a', LINEAR, '1', '70000'),
      standing('b', '69000', 'rest'),
      standing('c', '70000', 'post-only'),
    ]
    const cancel: Decision = {
      ...order('d', LINEAR, '1', '1'),
      action: { kind: 'cancel', account: 'main', instruments: 'all', order: 'b' },
    }
    const answers = [turn(0, [quote()], decided), turn(100, []), turn(200, [], [cancel])].flatMap((one) =>
      venue.react(one),
    )
    const news = answers.filter((event): event is OrderEvent => event.kind === 'order')
    expect(news.map(({ clientId, status, filled }) => [clientId, status, filled])).toEqual([
      ...['a', 'b', 'c'].map((id) => [id, 'open', '0']),
      ['a', 'filled', '1'],
      ['b', 'open', '0'],
      ['c', 'cancelled', '0'],
      ['b', 'cancelled', '0'],
    ])
  })

  test('behavior: the same turns give the same answers', () => {
    const turns = [turn(0, [quote()], [order('a', LINEAR, '5', '80000')]), turn(100, [quote({ ask: 70_010 })])]
    expect(fillsOf(turns)).toEqual(fillsOf(turns))
  })
})
