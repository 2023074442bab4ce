import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ADL_RULES, type AdlCandidate, adlQueue, deleverage } from './deleverage.js'
import { absMoney, minMoney } from './fraction.js'

const seed = 20_260_203

const book = fc
  .array(
    fc.record({
      size: fc.bigInt(-1_000n, 1_000n),
      profitRatio: fc.double({ min: -1, max: 3, noNaN: true }),
      leverage: fc.double({ min: 0, max: 50, noNaN: true }),
      netExposure: fc.bigInt(-1_000n, 1_000n),
      maximum: fc.option(fc.bigInt(0n, 1_000n), { nil: undefined }),
    }),
    { maxLength: 12 },
  )
  .map((rows) =>
    rows.map(({ maximum, ...row }, index): AdlCandidate => {
      return { account: `a${index}`, ...row, ...(maximum === undefined ? {} : { maximum }) }
    }),
  )

describe('deleverage', () => {
  test('behavior: under each rule the total equals the residual to the unit, from the other side only', () => {
    fc.assert(
      fc.property(
        book,
        fc.bigInt(-3_000n, 3_000n),
        fc.constantFrom(...ADL_RULES),
        fc.nat(99),
        (rows, residual, rule, s) => {
          const { takes, taken, unfilled } = deleverage(residual, rows, rule, s)
          expect(taken + unfilled).toBe(absMoney(residual))
          expect(takes.reduce((sum, { size }) => sum + size, 0n)).toBe(taken)
          let capacity = 0n
          for (const { size, maximum } of rows) {
            if (size > 0n !== residual > 0n && size !== 0n)
              capacity += minMoney(absMoney(size), maximum ?? absMoney(size))
          }
          // Unfilled only where the other side is exhausted.
          expect(taken).toBe(minMoney(absMoney(residual), capacity))
          for (const take of takes) {
            const row = rows.find(({ account }) => account === take.account)!
            expect(take.size > 0n && take.size <= absMoney(row.size)).toBe(true)
            expect(row.size > 0n).toBe(residual < 0n)
          }
        },
      ),
      { seed, numRuns: 1_000 },
    )
  })

  test('behavior: the order of the candidates does not matter', () => {
    fc.assert(
      fc.property(
        book,
        fc.bigInt(1n, 3_000n),
        fc.constantFrom('hedge-aware', 'profit-leverage', 'pseudo-random'),
        (rows, residual, rule) => {
          expect(deleverage(residual, [...rows].reverse(), rule, 7)).toEqual(deleverage(residual, rows, rule, 7))
        },
      ),
      { seed },
    )
  })

  const hedged: AdlCandidate = { account: 'hedged', size: -100n, profitRatio: 2, leverage: 10, netExposure: 0n }
  const naked: AdlCandidate = { account: 'naked', size: -100n, profitRatio: 1, leverage: 2, netExposure: -100n }

  test('behavior: a hedged book is not broken while an unhedged one is there', () => {
    expect(deleverage(60n, [hedged, naked], 'hedge-aware').takes).toEqual([{ account: 'naked', size: 60n }])
    expect(deleverage(60n, [hedged, naked], 'profit-leverage').takes).toEqual([{ account: 'hedged', size: 60n }])
    expect(deleverage(150n, [hedged, naked], 'hedge-aware').takes).toEqual([
      { account: 'naked', size: 100n },
      { account: 'hedged', size: 50n },
    ])
  })

  test('behavior: the queue can be published before; the seed alone decides the pseudo-random one', () => {
    const names = (s: number) => adlQueue(1n, [hedged, naked], 'pseudo-random', s).map(({ account }) => account)
    expect(names(1)).toEqual(names(1))
    expect(new Set([0, 1, 2, 3, 4, 5, 6, 7].map((s) => names(s).join())).size).toBe(2)
  })

  test('error: an account that stands twice in the queue is refused', () => {
    expect(() => deleverage(1n, [naked, naked], 'pro-rata')).toThrow('twice')
  })
})
