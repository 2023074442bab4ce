import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CashEvent, Event, FillEvent, SettlementEvent } from '../event.js'
import {
  applyBookEvent,
  bookDigest,
  createBook,
  exactBalance,
  moneyFromNumber,
  moneyText,
  openAccount,
  parseMoney,
  readAccount,
} from './index.js'

const T0 = 1_770_000_000_000
const EXPIRY = Date.UTC(2026, 1, 27, 8)
const ACCOUNTS = ['a', 'b', 'c'] as const
const INSTRUMENTS = [
  'deribit:BTC/USD:BTC',
  'deribit:BTC/USD:BTC-260227',
  'deribit:BTC/USD:BTC-260227-80000-P',
  'bybit:BTC/USDC:USDC-260227-70000-C',
  'bybit:BTC/USDC:USDC',
  'bybit:BTC/USDC',
]
const ASSETS = ['BTC', 'USDC', 'USD'] as const
const SEED = 20_260_205

const at = { source: 'fuzz', sourceTime: T0, receivedTime: T0 }
/** Sizes and prices with few and with many digits: exactness shows where they do not divide. */
const size = fc
  .tuple(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), fc.integer({ min: 0, max: 8 }))
  .filter(([units]) => units !== 0)
  .map(([units, digits]) => decimal(units, digits))
const price = fc
  .tuple(fc.integer({ min: 1, max: 10_000_000 }), fc.integer({ min: 0, max: 5 }))
  .map(([units, digits]) => decimal(units, digits))

function decimal(units: number, digits: number): string {
  const text = String(Math.abs(units)).padStart(digits + 1, '0')
  const whole = text.slice(0, text.length - digits)
  return `${units < 0 ? '-' : ''}${whole}${digits === 0 ? '' : `.${text.slice(-digits)}`}`
}

type Trade = { readonly instrument: string; readonly size: string; readonly price: string; readonly buyer: number }
const trade = fc.record({
  instrument: fc.constantFrom(...INSTRUMENTS),
  size,
  price,
  buyer: fc.integer({ min: 0, max: 2 }),
})

/** Both sides of a trade, without fees. */
function sides({ instrument, size: text, price: at_, buyer }: Trade, id: number): readonly FillEvent[] {
  const other = text.startsWith('-') ? text.slice(1) : `-${text}`
  const side = (account: string, signed: string): FillEvent => ({
    kind: 'fill',
    ...at,
    account,
    instrument,
    fillId: String(id),
    size: signed,
    price: at_,
    fee: '0',
    feeAsset: 'BTC',
  })
  return [side(ACCOUNTS[buyer]!, text), side(ACCOUNTS[(buyer + 1) % 3]!, other)]
}

function deposit(account: string, asset: string, amount: string, id: string): CashEvent {
  return { kind: 'cash', ...at, account, asset, amount, reason: 'deposit', cashId: id }
}

function bookOf(events: readonly Event[]) {
  const book = createBook()
  for (const id of ACCOUNTS) openAccount(book, { id, venue: 'deribit', portfolio: 'desk', marginModel: 'cross' })
  const flags = events.flatMap((event) => applyBookEvent(book, event))
  return { book, flags }
}

const SETTLEMENT: SettlementEvent = {
  kind: 'settlement',
  ...at,
  underlying: 'BTC',
  expiry: EXPIRY,
  price: 71_234.56789,
}

describe('the book', () => {
  it('behavior: money is conserved to the unit: balances are the sum of the flows booked', () => {
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 30 }), fc.array(size, { maxLength: 5 }), (trades, cash) => {
        const deposits = cash.map((amount, i) => deposit(ACCOUNTS[i % 3]!, ASSETS[i % 3]!, amount, `c${i}`))
        const { book } = bookOf([...deposits, ...trades.flatMap(sides), SETTLEMENT])
        for (const account of ACCOUNTS) {
          for (const asset of ASSETS) {
            let sum = 0n
            for (const flow of book.flows) if (flow.account === account && flow.asset === asset) sum += flow.amount
            expect(exactBalance(book, account, asset)).toBe(moneyText(sum))
          }
        }
      }),
      { seed: SEED, numRuns: 200 },
    )
  })

  it('behavior: what accounts win of each other is lost by others, to the unit, once all is closed', () => {
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 30 }), price, (trades, last) => {
        const { book } = bookOf(trades.flatMap(sides))
        const closing = ACCOUNTS.flatMap((account) =>
          readAccount(book, account)!.positions.map(({ key, sizeText }, i): FillEvent => {
            const opposite = sizeText.startsWith('-') ? sizeText.slice(1) : `-${sizeText}`
            const fillId = `close ${account} ${i}`
            return {
              kind: 'fill',
              ...at,
              account,
              instrument: key,
              fillId,
              size: opposite,
              price: last,
              fee: '0',
              feeAsset: 'BTC',
            }
          }),
        )
        for (const event of closing) applyBookEvent(book, event)
        // Closing sizes of three accounts round apart by at most one unit each, nothing else is lost.
        const slack = BigInt(closing.length)
        for (const asset of ASSETS) {
          const total = ACCOUNTS.reduce((sum, account) => sum + parseMoney(exactBalance(book, account, asset)!)!, 0n)
          expect(total <= slack && total >= -slack).toBe(true)
        }
        for (const account of ACCOUNTS) expect(readAccount(book, account)!.positions).toEqual([])
      }),
      { seed: SEED, numRuns: 200 },
    )
  })

  it('behavior: everything booked twice is booked once', () => {
    fc.assert(
      fc.property(fc.array(trade, { minLength: 1, maxLength: 20 }), (trades) => {
        const events = trades.flatMap(sides)
        const once = bookOf(events)
        const twice = bookOf(events.flatMap((event) => [event, event]))
        expect(bookDigest(twice.book)).toBe(bookDigest(once.book))
        expect(twice.flags.map(({ code }) => code)).toEqual(events.map(() => 'duplicate-fill'))
      }),
      { seed: SEED, numRuns: 100 },
    )
  })

  it('behavior: the digest does not depend on the order in which accounts were served', () => {
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 30 }), (trades) => {
        const events = trades.flatMap(sides)
        const byAccount = ACCOUNTS.flatMap((account) => events.filter((event) => event.account === account))
        expect(bookDigest(bookOf(byAccount).book)).toBe(bookDigest(bookOf(events).book))
      }),
      { seed: SEED, numRuns: 100 },
    )
  })

  it('behavior: thousands of accounts and positions fit the same columns', () => {
    const book = createBook()
    const strikes = Array.from({ length: 40 }, (_, i) => `deribit:BTC/USD:BTC-260227-${50_000 + i * 1000}-P`)
    for (let i = 0; i < 2000; i += 1) {
      openAccount(book, { id: `n${i}`, venue: 'deribit', portfolio: 'p', marginModel: 'cross' })
    }
    for (const [s, instrument] of strikes.entries()) {
      for (let i = s; i < 2000; i += 1) {
        const event = {
          kind: 'fill',
          ...at,
          account: `n${i}`,
          instrument,
          fillId: `${s}`,
          size: `${i + 1}`,
          price: '0.01',
        } as const
        applyBookEvent(book, { ...event, fee: '0', feeAsset: 'BTC' })
      }
    }
    const last = readAccount(book, 'n1999')!
    expect(last.positions).toHaveLength(40)
    expect(last.positions.every((position) => position.size === 2000)).toBe(true)
    expect(readAccount(book, 'n0')!.positions).toHaveLength(1)
    expect(readAccount(book, 'n7')!.balances).toEqual([{ asset: 'BTC', amount: -0.64 }])
  })
})

describe('money', () => {
  it('behavior: text and amount are the same thing', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 36n), max: 10n ** 36n }), (money) => {
        expect(parseMoney(moneyText(money))).toBe(money)
      }),
      { seed: SEED },
    )
  })

  it('behavior: a number becomes the amount that its shortest digits say', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), (value) => {
        const money = moneyFromNumber(value)!
        // Rounded at the 18th decimal: half a unit of it.
        expect(Math.abs(Number(moneyText(money)) - value)).toBeLessThanOrEqual(5e-19)
      }),
      { seed: SEED },
    )
    expect(moneyFromNumber(Number.NaN)).toBeUndefined()
    expect(moneyFromNumber(Number.POSITIVE_INFINITY)).toBeUndefined()
    expect(moneyFromNumber(1e300)).toBeUndefined()
  })

  it.each(['', '1e3', ' 1', '1,000', '.5', '0.0000000000000000001', '999999999999999999999', 'NaN'])(
    'error: %j is no amount',
    (text) => {
      expect(parseMoney(text)).toBeUndefined()
    },
  )
})

describe('fills and statements of one source', () => {
  const account = 'a'
  const CONFIGURED = { balances: { BTC: '10' }, positions: [] }

  /** What the account holds at a time, by the venue's own books. */
  function statementAt(fills: readonly FillEvent[], time: number): Event {
    const { book } = bookOf([opening(), ...fills.filter((fill) => fill.sourceTime <= time)])
    const held = readAccount(book, account)!
    return {
      kind: 'account',
      source: 'fuzz',
      sourceTime: time,
      receivedTime: time,
      account,
      complete: true,
      balances: Object.fromEntries(ASSETS.map((asset) => [asset, exactBalance(book, account, asset)!])),
      positions: held.positions.map(({ key, sizeText }) => ({ instrument: key, size: sizeText })),
    }
  }

  function opening(): Event {
    return { kind: 'account', ...at, source: 'configuration', account, complete: true, ...CONFIGURED }
  }

  it('behavior: however late a fill comes, and how often, it counts once: the holdings end as the venue says', () => {
    const bought = fc.record({
      instrument: fc.constantFrom('deribit:BTC/USD:BTC-260227-80000-P', 'bybit:BTC/USDC'),
      size,
      price,
      lateness: fc.integer({ min: 0, max: 5 }),
      twice: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.array(bought, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 0, max: 20 }),
        (trades, asked) => {
          const fills = trades.map((one, i): FillEvent => {
            const time = T0 + 10 * (i + 1)
            const { instrument, size: text, price: paid } = one
            const more = {
              account,
              instrument,
              size: text,
              price: paid,
              fee: '0.001',
              feeAsset: 'BTC',
              fillId: `f${i}`,
            }
            return { kind: 'fill', source: 'fuzz', sourceTime: time, receivedTime: time, ...more }
          })
          const asOf = T0 + 10 * asked + 5
          const arrivals = [
            { order: asOf, event: statementAt(fills, asOf) },
            ...fills.flatMap((event, i) => {
              const order = event.sourceTime + 10 * trades[i]!.lateness
              return [{ order, event }, ...(trades[i]!.twice ? [{ order: order + 7, event }] : [])]
            }),
          ].toSorted((a, b) => a.order - b.order)
          const { book } = bookOf([opening(), ...arrivals.map(({ event }) => event)])
          const expected = bookOf([opening(), ...fills]).book
          for (const asset of ASSETS) {
            expect(exactBalance(book, account, asset)).toBe(exactBalance(expected, account, asset))
          }
          const sizes = (from: typeof book) =>
            readAccount(from, account)!
              .positions.map(({ key, sizeText }) => [key, sizeText])
              .toSorted()
          expect(sizes(book)).toEqual(sizes(expected))
        },
      ),
      { seed: SEED, numRuns: 300 },
    )
  })
})
