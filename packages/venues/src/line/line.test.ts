import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBudget, FLOORS, REQUEST_CLASSES } from './budget.js'
import { clientIdOf, venueClientId } from './clientId.js'
import { inContracts } from './contracts.js'
import { failureOf } from './failure.js'
import { amount, decimal, real, scaled } from './field.js'
import { createBackoff, createLiveness, LIVENESS_SETTINGS } from './liveness.js'
import { hider } from './secrets.js'

const { silentMs, frozenMs, stalledMs } = LIVENESS_SETTINGS

describe('createLiveness', () => {
  test('[UN1] heartbeats, but no data while another source moves: lost', () => {
    const line = createLiveness(LIVENESS_SETTINGS, 0)
    line.data(0, 1000)
    for (let now = 5000; now <= stalledMs; now += 5000) {
      line.heartbeat(now, 1000 + now)
      line.movedElsewhere(now)
    }
    expect(line.judge(stalledMs)).toMatchObject({ state: 'lost', why: 'stalled' })
  })

  test('[UN1] nothing at all: lost', () => {
    const line = createLiveness(LIVENESS_SETTINGS, 0)
    expect(line.judge(silentMs - 1)).toMatchObject({ state: 'live' })
    expect(line.judge(silentMs)).toMatchObject({ state: 'lost', why: 'silent' })
  })

  test("[UN2] messages whose venue's time stands still: lost", () => {
    const line = createLiveness(LIVENESS_SETTINGS, 0)
    for (let now = 0; now <= frozenMs; now += 1000) line.data(now, 777)
    expect(line.judge(frozenMs)).toMatchObject({ state: 'lost', why: 'frozen' })
  })

  test('[UN3] a quiet book with heartbeats is not lost', () => {
    const line = createLiveness(LIVENESS_SETTINGS, 0)
    line.data(0, 0)
    for (let now = 0; now <= 3_600_000; now += 10_000) line.heartbeat(now, now)
    expect(line.judge(3_600_000)).toEqual({ state: 'quiet' })
  })

  test('behavior: a new session begins without the faults of the last', () => {
    const line = createLiveness(LIVENESS_SETTINGS, 0)
    line.data(0, 5_000_000)
    line.reset(60_000)
    line.data(60_000, 10)
    expect(line.judge(60_000)).toEqual({ state: 'live' })
  })

  test('behavior: waits double, are bounded, and begin again after a success', () => {
    const backoff = createBackoff(500, 3000)
    expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([500, 1000, 2000, 3000, 3000])
    backoff.reset()
    expect(backoff.next()).toBe(500)
  })
})

describe('createBudget', () => {
  test('[UN23] reads, then orders, then reductions run out; cancels take the last credit', () => {
    const budget = createBudget({ credits: 100, perSecond: 1, floors: FLOORS })
    const spent = REQUEST_CLASSES.map((kind) => {
      let count = 0
      while (budget.take(kind, 1, 0) === 0) count += 1
      return [kind, count]
    })
    expect(Object.fromEntries(spent)).toEqual({ market: 50, account: 15, order: 15, reduce: 20, cancel: 0 })
  })

  test('args: what is not reserved is never more than was saved and has come back', () => {
    const step = fc.record({
      kind: fc.constantFrom(...REQUEST_CLASSES),
      cost: fc.integer({ min: 1, max: 5 }),
      wait: fc.integer({ min: 0, max: 2000 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const budget = createBudget({ credits: 50, perSecond: 5, floors: FLOORS })
        let now = 0
        let reads = 0
        let all = 0
        for (const { kind, cost, wait } of steps) {
          now += wait
          if (budget.take(kind, cost, now) !== 0) continue
          all += cost
          if (kind === 'market') reads += cost
          expect(all).toBeLessThanOrEqual(50 + (now / 1000) * 5 + 1e-9)
          expect(reads).toBeLessThanOrEqual(25 + (now / 1000) * 5 + 1e-9)
        }
      }),
    )
  })

  test('behavior: says how long to wait, and is right', () => {
    const budget = createBudget({ credits: 10, perSecond: 2, floors: FLOORS })
    while (budget.take('cancel', 1, 0) === 0);
    const wait = budget.take('market', 1, 0)
    expect(budget.take('market', 1, wait - 1)).toBeGreaterThan(0)
    expect(budget.take('market', 1, wait)).toBe(0)
  })
})

describe('fields', () => {
  test.each([
    ['1,5', undefined],
    ['1.234,5', undefined],
    ['', undefined],
    [' 1', undefined],
    [null, undefined],
    [Number.NaN, undefined],
    ['0x10', undefined],
    ['1e-7', '0.0000001'],
    [1.5e-7, '0.00000015'],
    ['12.50', '12.5'],
    ['-0.001', '-0.001'],
    [90000, '90000'],
    ['1.2E3', '1200'],
  ])('error: a number as text is read as it is or not at all: %s', (value, expected) => {
    expect(decimal(value)).toBe(expected)
    expect(real(value)).toBe(expected === undefined ? undefined : Number(expected))
  })

  test('args: every number that JSON can carry comes back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.integer({ min: 0, max: 8 }), (digits, places) => {
        const number = digits / 10 ** places
        expect(Number(decimal(number))).toBe(number === 0 ? 0 : number)
      }),
    )
  })

  test('behavior: contracts and sizes are exact both ways', () => {
    expect(scaled('3', '0.01')).toBe('0.03')
    expect(inContracts('-0.03', '0.01', '0.001')).toBe('3')
    expect(() => inContracts('0.0305', '0.01', '0.001')).toThrow(/no multiple/)
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        fc.constantFrom('0.01', '1', '100', '0.001'),
        (contracts, multiplier) => {
          const size = scaled(String(contracts), multiplier)!
          expect(amount(inContracts(size, multiplier, multiplier))).toBe(amount(String(contracts)))
        },
      ),
    )
  })
})

describe('client ids', () => {
  test('args: the id of a decision is read back from what each venue is given', () => {
    const id = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(
        id,
        fc.constantFrom('deribit', 'derive', 'hyperliquid', 'binance', 'okx', 'bybit'),
        (clientId, kind) => {
          const sent = venueClientId(kind, clientId)
          expect(sent).toBeDefined()
          expect(clientIdOf(kind, sent)).toBe(clientId)
        },
      ),
    )
  })

  test('error: an id that a venue would not take is not sent', () => {
    expect(venueClientId('hyperliquid', 'not-hex')).toBeUndefined()
    expect(venueClientId('okx', 'with-dash')).toBeUndefined()
    expect(venueClientId('binance', 'x'.repeat(37))).toBeUndefined()
    expect(clientIdOf('hyperliquid', null)).toBeUndefined()
  })
})

describe('failureOf', () => {
  class BaseError extends Error {}
  class ExchangeError extends BaseError {}
  class RequestTimeout extends BaseError {}
  class InsufficientFunds extends ExchangeError {}
  const complaints = {
    unresolved: ['9001'],
    gone: ['10004'],
    busy: [],
    state: ['maintenance'],
    credentials: [],
    scope: [],
    clock: [],
  }
  const read = (error: unknown) => failureOf(error, complaints, (words) => words)

  test.each([
    [new RequestTimeout('timed out'), 'unresolved', 'line'],
    [new Error('socket hang up'), 'unresolved', 'line'],
    [new ExchangeError('x {"error":{"code":9001}}'), 'unresolved', 'line'],
    [new ExchangeError('x {"error":{"code":10004}}'), 'rejected', 'gone'],
    [new ExchangeError('x {"error":{"code":12345,"message":"no"}}'), 'rejected', 'order'],
    [new ExchangeError('x under maintenance'), 'rejected', 'state'],
    [new InsufficientFunds('x'), 'rejected', 'order'],
  ] as const)('behavior: %s is %s', (error, fate, trouble) => {
    expect(read(error)).toMatchObject({ fate, trouble })
  })
})

describe('hider', () => {
  test('[UN31] takes a secret out whole, in addresses, and without its prefix', () => {
    const hide = hider(['0xabcdef0123', 'p@ss word/1'])
    expect(hide('a 0xabcdef0123 b abcdef0123 c p%40ss%20word%2F1 d p@ss word/1')).not.toMatch(/abcdef|p@ss|p%40ss/)
  })
})
