import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitExactly } from './fraction.js'
import { absorbLoss } from './waterfall.js'

const seed = 20_260_202
const amount = fc.oneof(fc.bigInt(0n, 10n), fc.bigInt(0n, 10n ** 24n))

describe('waterfall', () => {
  test('behavior: every unit of a loss is accounted for, in order, and no balance goes below 0', () => {
    fc.assert(
      fc.property(
        fc.tuple(amount, amount, amount, amount, amount),
        fc.array(amount, { maxLength: 8 }),
        ([loss, penalty, fundBalance, fundCap, capacity], held) => {
          const balances = held.map((balance, index) => ({ account: `a${index}`, balance }))
          const absorbed = absorbLoss(loss, { penalty, fundBalance, fundCap, deleveragingCapacity: capacity, balances })
          const { fromPenalty, fromFund, fundAfter, residual, deleveraged, socialisedTotal, unabsorbed } = absorbed
          expect(fromPenalty + fromFund + deleveraged + socialisedTotal + unabsorbed).toBe(loss)
          expect(deleveraged + socialisedTotal + unabsorbed).toBe(residual)
          expect(fundAfter >= 0n && fromFund <= fundCap).toBe(true)
          for (const { account, amount: share } of absorbed.socialised) {
            expect(share <= balances.find((entry) => entry.account === account)!.balance).toBe(true)
          }
          // A later layer is touched only when the earlier one is used up.
          if (residual > 0n) expect(fromFund === fundCap || fundAfter === 0n).toBe(true)
          if (socialisedTotal > 0n) expect(deleveraged).toBe(capacity)
          if (unabsorbed > 0n) expect(socialisedTotal).toBe(held.reduce((sum, balance) => sum + balance, 0n))
          expect(absorbed.withdrawalsGated).toBe(residual > 0n)
        },
      ),
      { seed, numRuns: 1_000 },
    )
  })

  test('behavior: parts of a split sum to the total and lie within a unit of their share', () => {
    fc.assert(
      fc.property(amount, fc.array(fc.bigInt(1n, 10n ** 20n), { minLength: 1, maxLength: 9 }), (total, weights) => {
        const sum = weights.reduce((a, b) => a + b, 0n)
        const parts = splitExactly(total, weights)
        expect(parts.reduce((a, b) => a + b, 0n)).toBe(total)
        parts.forEach((part, index) => {
          const floor = (total * weights[index]!) / sum
          expect(part === floor || part === floor + 1n).toBe(true)
        })
      }),
      { seed },
    )
  })

  test('error: a negative amount names itself', () => {
    const none = { penalty: 0n, fundBalance: -1n, fundCap: 0n, deleveragingCapacity: 0n, balances: [] }
    expect(() => absorbLoss(1n, none)).toThrow('fundBalance is -1 units')
  })
})
