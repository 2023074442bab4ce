import { describe, expect, it } from 'vitest'
import type { AccountEvent, CashEvent, Event, FillEvent, SettlementEvent } from '../event.js'
import { applyBookEvent, bookDigest, createBook, exactBalance, openAccount, readAccount } from './index.js'

const T0 = 1_770_000_000_000
const EXPIRY = Date.UTC(2026, 1, 27, 8)
const PERP = 'deribit:BTC/USD:BTC'
const FUTURE = 'deribit:BTC/USD:BTC-260227'
const PUT = 'deribit:BTC/USD:BTC-260227-80000-P'
const LINEAR_CALL = 'bybit:BTC/USDC:USDC-260227-80000-C'

const at = { source: 'test', sourceTime: T0, receivedTime: T0 }
const statement = (fields: Partial<AccountEvent>, sourceTime = T0): AccountEvent => ({
  kind: 'account',
  ...at,
  sourceTime,
  account: 'a',
  complete: true,
  balances: {},
  positions: [],
  ...fields,
})
const fill = (fillId: string, instrument: string, size: string, price: string, fee = '0'): FillEvent => ({
  kind: 'fill',
  ...at,
  account: 'a',
  instrument,
  fillId,
  size,
  price,
  fee,
  feeAsset: 'BTC',
})
const cash = (cashId: string, amount: string): CashEvent => ({
  kind: 'cash',
  ...at,
  account: 'a',
  asset: 'BTC',
  amount,
  reason: 'deposit',
  cashId,
})
const settlement = (price: number): SettlementEvent => ({
  kind: 'settlement',
  ...at,
  underlying: 'BTC',
  expiry: EXPIRY,
  price,
})

function bookOf(...events: readonly Event[]) {
  const book = createBook()
  openAccount(book, { id: 'a', venue: 'deribit', portfolio: 'desk', marginModel: 'cross' })
  const flags = events.flatMap((event) => applyBookEvent(book, event))
  return { book, codes: flags.map(({ code }) => code), account: readAccount(book, 'a')! }
}

describe('statements', () => {
  it('behavior: before any statement an account is unknown, not flat', () => {
    expect(bookOf().account).toMatchObject({ knowledge: 'unknown', balances: [], positions: [] })
    expect(bookOf(statement({ complete: false })).account.knowledge).toBe('partial')
    expect(bookOf(statement({})).account.knowledge).toBe('known')
  })

  it('behavior: a part that a complete statement does not speak of stays unknown', () => {
    const onlyBalances: AccountEvent = { kind: 'account', ...at, account: 'a', complete: true, balances: { BTC: '1' } }
    expect(bookOf(onlyBalances).account.knowledge).toBe('partial')
  })

  it('behavior: an empty partial list says nothing; a complete one says flat, and the vanished position is named', () => {
    const held = statement({ positions: [{ instrument: PERP, size: '1000', entryPrice: 80_000 }] })
    expect(bookOf(held, statement({ complete: false }, T0 + 1)).account.positions).toHaveLength(1)
    const { codes, account } = bookOf(held, statement({}, T0 + 1))
    expect(account.positions).toEqual([])
    expect(codes).toEqual(['position-vanished'])
  })

  it('behavior: an older statement is left aside', () => {
    const { codes, account } = bookOf(
      statement({ balances: { BTC: '2' } }),
      statement({ balances: { BTC: '1' } }, T0 - 1),
    )
    expect(codes).toEqual(['older'])
    expect(account.balances).toEqual([{ asset: 'BTC', amount: 2 }])
  })

  it.each([
    ['unknown-instrument', [{ instrument: 'nonsense', size: '1' }]],
    ['not-a-decimal', [{ instrument: PERP, size: '1e3' }]],
    [
      'duplicate-position',
      [
        { instrument: PERP, size: '1' },
        { instrument: PERP, size: '2' },
      ],
    ],
  ])('error: %s leaves positions unknown', (code, positions) => {
    const { codes, account } = bookOf(statement({ positions }))
    expect(codes).toEqual([code])
    expect(account.knowledge).toBe('partial')
  })

  it('error: an account that is not open, and one opened twice', () => {
    expect(bookOf(statement({ account: 'b' })).codes).toEqual(['unknown-account'])
    const { book } = bookOf()
    const again = { id: 'a', venue: 'x', portfolio: 'y', marginModel: 'z' }
    expect(() => openAccount(book, again)).toThrow('account a is open already')
  })
})

describe('fills and cash', () => {
  it('behavior: scenario 13, an inverse perpetual is held in USD and averages harmonically', () => {
    const { account } = bookOf(statement({}), fill('1', PERP, '100000', '100000'), fill('2', PERP, '100000', '50000'))
    // 100,000 USD at 100,000 is 1 BTC, at 50,000 it is 2 BTC: 200,000 USD for 3 BTC.
    expect(account.positions).toMatchObject([{ key: PERP, size: 200_000, entryPrice: 200_000 / 3 }])
  })

  it('behavior: closing an inverse perpetual pays coin = notional · (1/entry − 1/exit)', () => {
    const { book, account } = bookOf(
      statement({}),
      fill('1', PERP, '100000', '50000'),
      fill('2', PERP, '-100000', '100000'),
    )
    expect(account.positions).toEqual([])
    expect(exactBalance(book, 'a', 'BTC')).toBe('1')
  })

  it('behavior: a trade through flat closes at the old entry and opens at the new price', () => {
    const { book, account } = bookOf(
      statement({}),
      fill('1', PERP, '100000', '50000'),
      fill('2', PERP, '-300000', '100000'),
    )
    expect(account.positions).toMatchObject([{ size: -200_000, entryPrice: 100_000 }])
    expect(exactBalance(book, 'a', 'BTC')).toBe('1')
  })

  it('behavior: an option pays its premium when bought, in coin where inverse, in quote where linear', () => {
    const { book } = bookOf(statement({}), fill('1', PUT, '-10', '0.021', '0.003'), fill('2', LINEAR_CALL, '2', '1500'))
    expect(exactBalance(book, 'a', 'BTC')).toBe('0.207')
    expect(exactBalance(book, 'a', 'USDC')).toBe('-3000')
  })

  it('behavior: a fill or a deposit is booked once', () => {
    const { book, codes } = bookOf(
      statement({}),
      cash('c', '1'),
      cash('c', '1'),
      fill('f', PUT, '1', '0.1'),
      fill('f', PUT, '1', '0.1'),
    )
    expect(codes).toEqual(['duplicate-cash', 'duplicate-fill'])
    expect(exactBalance(book, 'a', 'BTC')).toBe('0.9')
  })

  it('behavior: closing at an unknown entry leaves the balance unknown, not unchanged', () => {
    const held = statement({ positions: [{ instrument: PERP, size: '1000' }] })
    const { codes, account } = bookOf(held, fill('1', PERP, '-1000', '80000'))
    expect(codes).toEqual(['entry-unknown'])
    expect(account.knowledge).toBe('partial')
  })

  it('error: amounts that are none put the account in doubt', () => {
    const bad = bookOf(statement({}), fill('1', PERP, 'lots', '1'))
    expect(bad.codes).toEqual(['not-a-decimal'])
    expect(bad.account.knowledge).toBe('partial')
    expect(bookOf(statement({}), fill('1', PERP, '1', '0')).codes).toEqual(['not-a-trade'])
    expect(bookOf(statement({}), cash('c', 'NaN')).codes).toEqual(['not-a-decimal'])
    expect(
      bookOf(statement({ balances: { BTC: '80000000000000000000' } }), cash('c', '80000000000000000000')).codes,
    ).toEqual(['out-of-range'])
  })
})

describe('settlement', () => {
  it('behavior: options and futures of the expiry are paid in coin and leave; the perpetual stays', () => {
    const positions = [
      { instrument: PUT, size: '-2', entryPrice: 0.02 },
      { instrument: FUTURE, size: '100000', entryPrice: 50_000 },
      { instrument: PERP, size: '1000', entryPrice: 64_000 },
    ]
    const { book, account, codes } = bookOf(statement({ positions }), settlement(64_000))
    expect(account.positions.map(({ key }) => key)).toEqual([PERP])
    // −2 · 16,000 / 64,000 + 100,000 · (1/50,000 − 1/64,000)
    expect(exactBalance(book, 'a', 'BTC')).toBe('-0.0625')
    expect(codes).toEqual([])
  })

  it('behavior: an expiry settles once', () => {
    const positions = [{ instrument: PUT, size: '-2', entryPrice: 0.02 }]
    const { book, codes } = bookOf(statement({ positions }), settlement(64_000), settlement(64_000), settlement(60_000))
    expect(exactBalance(book, 'a', 'BTC')).toBe('-0.5')
    expect(codes).toEqual(['settled-before'])
    expect(bookOf(statement({ positions }), settlement(Number.NaN)).codes).toEqual(['not-a-price'])
  })
})

it('behavior: the digest sees every holding, and not the way by which it came', () => {
  const one = bookOf(statement({}), fill('1', PUT, '1', '0.1'), fill('2', PERP, '1000', '80000')).book
  const other = bookOf(statement({}), fill('2', PERP, '1000', '80000'), fill('1', PUT, '1', '0.1')).book
  expect(bookDigest(one)).toBe(bookDigest(other))
  expect(bookDigest(one)).not.toBe(bookDigest(bookOf(statement({}), fill('1', PUT, '1', '0.1')).book))
})
