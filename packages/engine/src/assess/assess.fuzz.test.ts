import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assessed, createWorld, DAY, feed, instant, type Position, SETTINGS, statement, T0 } from '../../test/desk.js'
import type { AccountAssessment } from './index.js'
import { LIGHT_PARTS } from './index.js'
import { positionGreeks } from './positionGreeks.js'
import { type Priced, unitValue } from './priced.js'

const SEED = 20_260_129
const FEB27 = Date.UTC(2026, 1, 27, 8)
const JUN26 = Date.UTC(2026, 5, 26, 8)

const key = fc.oneof(
  fc.constantFrom('deribit:BTC/USD:BTC', 'deribit:ETH/USD:ETH', 'deribit:BTC/USD:BTC-260227', 'bybit:BTC/USDC:USDC'),
  fc
    .tuple(fc.constantFrom('260227', '260626'), fc.integer({ min: 40, max: 140 }), fc.constantFrom('C', 'P'))
    .map(([date, strike, right]) => `deribit:BTC/USD:BTC-${date}-${strike}000-${right}`),
)
const positions = fc
  .uniqueArray(fc.tuple(key, fc.integer({ min: -50, max: 50 })), { selector: ([name]) => name, maxLength: 8 })
  .map((list) => list.filter(([, units]) => units !== 0).map(([name, units]) => positionOf(name, units)))

function positionOf(name: string, units: number): Position {
  const option = /-[CP]$/.test(name)
  const inverse = /USD:(BTC|ETH)(-260227)?$/.test(name)
  return [name, inverse ? `${units * 1000}` : `${units}`, option ? 0.03 : name.includes('ETH') ? 3_000 : 89_000]
}

function deskOf(balances: Readonly<Record<string, string>>, held: readonly Position[], parts = LIGHT_PARTS) {
  const world = createWorld(['a', 'cross'], ['b', 'cross'])
  feed(
    world,
    statement('a', balances, held),
    statement('b', { USDC: '1000' }, held.slice(1)),
    instant(T0, { BTC: 89_000, ETH: 3_000 }, [FEB27, JUN26]),
  )
  return assessed(world, T0, { ...SETTINGS, parts })
}

const equityOf = (account: AccountAssessment) => (account.margin.ok ? account.margin.equity : Number.NaN)

describe('assessment', () => {
  it('behavior: adding cash moves equity by exactly that, and no requirement', () => {
    fc.assert(
      fc.property(positions, fc.integer({ min: 1, max: 1_000_000 }), (held, cash) => {
        const before = deskOf({ USD: '500000' }, held).accounts[0]!
        const after = deskOf({ USD: `${500_000 + cash}` }, held).accounts[0]!
        // Sums of doubles: an ulp of the largest term a position, terms below 10⁷.
        expect(Math.abs(equityOf(after) - equityOf(before) - cash)).toBeLessThan(1e-7)
        expect(after.margin.ok && after.margin.maintenanceMargin).toBe(
          before.margin.ok && before.margin.maintenanceMargin,
        )
      }),
      { seed: SEED, numRuns: 60 },
    )
  })

  it('behavior: portfolios are the sums of their accounts', () => {
    fc.assert(
      fc.property(positions, (held) => {
        const { accounts, portfolios } = deskOf({ USD: '500000', BTC: '3' }, held, { ...LIGHT_PARTS, grid: true })
        const [desk] = portfolios
        const sum = (read: (account: AccountAssessment) => number) =>
          accounts.reduce((total, one) => total + read(one), 0)
        expect(desk!.equity).toBeCloseTo(sum(equityOf), 6)
        expect(desk!.cashDelta).toBeCloseTo(
          sum(({ cashDelta }) => cashDelta),
          6,
        )
        expect(desk!.grid!.pnl[0]![2]).toBeCloseTo(
          sum(({ grid }) => grid!.pnl[0]![2]!),
          6,
        )
        for (const { greeks } of [...accounts, desk!]) {
          for (const one of greeks) {
            expect(one.byExpiry.reduce((total, { delta }) => total + delta, 0)).toBeCloseTo(one.delta, 9)
          }
        }
      }),
      { seed: SEED, numRuns: 60 },
    )
  })

  it('behavior: the order in which positions were stated changes nothing', () => {
    fc.assert(
      fc.property(positions, (held) => {
        const one = deskOf({ USD: '500000', BTC: '3' }, held).accounts[0]
        const other = deskOf({ BTC: '3', USD: '500000' }, [...held].reverse()).accounts[0]
        expect(other).toEqual(one)
      }),
      { seed: SEED, numRuns: 40 },
    )
  })
})

describe('Greeks of a position', () => {
  const index = 89_000
  const options = fc.record({
    inverse: fc.boolean(),
    right: fc.constantFrom('call' as const, 'put' as const),
    strike: fc.integer({ min: 50_000, max: 150_000 }),
    days: fc.integer({ min: 2, max: 400 }),
    vol: fc.double({ min: 0.2, max: 1.5, noNaN: true }),
  })

  const pricedOf = ({
    inverse,
    right,
    strike,
    days,
    vol,
  }: {
    inverse: boolean
    right: 'call' | 'put'
    strike: number
    days: number
    vol: number
  }): Priced => ({
    kind: 'option',
    inverse,
    right,
    strike,
    vol,
    years: (days * DAY) / (365 * DAY),
    forward: index * 1.01,
    unit: inverse ? index : 1,
  })

  it('behavior: delta, gamma and vega are differences of value', () => {
    fc.assert(
      fc.property(options, (option) => {
        const priced = pricedOf(option)
        const greeks = positionGreeks(priced, 1, index, 0)
        const h = 1e-3
        const up = unitValue(priced, 1 + h, 1)
        const at = unitValue(priced, 1, 1)
        const down = unitValue(priced, 1 - h, 1)
        // Central differences err by h² times a sixth of the third derivative, largest for short expiries at the money.
        expect(Math.abs(greeks.slope - (up - down) / (2 * h * index))).toBeLessThan(2e-4)
        const gamma = (up - 2 * at + down) / (h * h * index * index)
        expect(Math.abs(greeks.gamma - gamma) * index).toBeLessThan(2e-2)
        const vega = (unitValue(priced, 1, 1 + h) - unitValue(priced, 1, 1 - h)) / (2 * h * option.vol)
        expect(Math.abs(greeks.vega - vega)).toBeLessThan(1e-3 * index)
      }),
      { seed: SEED, numRuns: 300 },
    )
  })

  it('behavior: long up, P&L up for what is long the coin; deltas of long and short mirror', () => {
    fc.assert(
      fc.property(options, (option) => {
        const priced = pricedOf(option)
        const long = positionGreeks(priced, 2, index, 0)
        const short = positionGreeks(priced, -2, index, 0)
        for (const name of Object.keys(long) as (keyof typeof long)[]) expect(short[name]).toBeCloseTo(-long[name], 12)
        const sign = option.right === 'call' ? 1 : -1
        expect(sign * long.delta).toBeGreaterThanOrEqual(0)
        expect(sign * (unitValue(priced, 1.05, 1) - unitValue(priced, 1, 1))).toBeGreaterThanOrEqual(
          option.inverse && sign < 0 ? -1e-9 : 0,
        )
      }),
      { seed: SEED, numRuns: 300 },
    )
  })
})
