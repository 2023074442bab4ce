import fc from 'fast-check'
import { describe, test } from 'vitest'
import { blackScholesPrice } from '../pricing/blackScholes.js'
import { arithmeticAsianPrice } from './arithmeticAsian.js'
import { geometricAsianPrice } from './asian.js'
import { barrierPrice } from './barrier.js'
import { digitalPrice } from './digital.js'
import { doubleBarrierPrice, doubleTouchPrice } from './doubleBarrier.js'
import { lookbackPrice } from './lookback.js'
import { touchPrice } from './touch.js'

const SEED = 20_071_211
const within = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const right = fc.constantFrom('call' as const, 'put' as const)
const asset = fc.record({
  spot: within(50, 200),
  rate: within(-0.05, 0.15),
  dividendYield: within(-0.05, 0.15),
  vol: within(0.02, 2),
})
const yearsToExpiry = within(0.002, 3)
const strike = within(50, 200)

/** Rounding of sums of terms of the size of spot and strike: 1e-10 of them is ten thousand last bits. */
const near = (a: number, b: number, scale: number) => Math.abs(a - b) <= 1e-10 * scale

function law(name: string, property: fc.IRawProperty<unknown>, numRuns = 300) {
  test(name, () => fc.assert(property, { seed: SEED, numRuns }))
}

describe('laws', () => {
  law(
    'behavior: knock-in + knock-out = vanilla without a rebate, in either direction, single and double',
    fc.property(asset, right, strike, yearsToExpiry, within(0.3, 3), (a, side, k, years, share) => {
      const option = { right: side, strike: k, yearsToExpiry: years }
      const vanilla = blackScholesPrice(option, a)
      const scale = a.spot + k
      const of = (type: 'up-in' | 'up-out' | 'down-in' | 'down-out') =>
        barrierPrice({ ...option, barrier: a.spot * share, type, rebate: 0 }, a)
      const corridor = { ...option, lower: a.spot / (1 + share), upper: a.spot * (1 + share) }
      const both = (type: 'in' | 'out') => doubleBarrierPrice({ ...corridor, type }, a)
      return (
        near(of('up-in') + of('up-out'), vanilla, scale) &&
        near(of('down-in') + of('down-out'), vanilla, scale) &&
        near(both('in') + both('out'), vanilla, scale)
      )
    }),
  )

  law(
    'behavior: touched + untouched = cash, single and double',
    fc.property(asset, yearsToExpiry, within(0.3, 3), (a, years, share) => {
      const terms = { barrier: a.spot * share, pays: 'at-expiry', cash: 100, yearsToExpiry: years } as const
      const direction = share > 1 ? 'up' : 'down'
      const touched = touchPrice({ ...terms, direction, condition: 'touched' }, a)
      const untouched = touchPrice({ ...terms, direction, condition: 'untouched' }, a)
      const corridor = { lower: a.spot / (1 + share), upper: a.spot * (1 + share), cash: 100, yearsToExpiry: years }
      const both = doubleTouchPrice({ ...corridor, type: 'in' }, a) + doubleTouchPrice({ ...corridor, type: 'out' }, a)
      const cash = 100 * Math.E ** (-a.rate * years)
      return near(touched + untouched, cash, 1000) && near(both, cash, 1000)
    }),
  )

  law(
    'behavior: a vanilla is an asset digital less its strike in cash digitals',
    fc.property(asset, right, strike, yearsToExpiry, (a, side, k, years) => {
      const digital = { right: side, strike: k, yearsToExpiry: years, cash: k }
      const parts = digitalPrice({ ...digital, pays: 'asset' }, a) - digitalPrice({ ...digital, pays: 'cash' }, a)
      const vanilla = blackScholesPrice({ right: side, strike: k, yearsToExpiry: years }, a)
      return near(side === 'call' ? parts : -parts, vanilla, 2 * (a.spot + k))
    }),
  )

  law(
    'behavior: every barrier, double barrier and lookback is finite, ≥ 0 and on its side of the vanilla',
    fc.property(asset, right, strike, yearsToExpiry, within(0.3, 3), (a, side, k, years, share) => {
      const option = { right: side, strike: k, yearsToExpiry: years }
      const vanilla = blackScholesPrice(option, a)
      const slack = 1e-10 * (a.spot + k)
      const lookback = lookbackPrice({ ...option, extremeSoFar: a.spot }, a)
      const knocked = (['up-in', 'up-out', 'down-in', 'down-out'] as const).every((type) => {
        const price = barrierPrice({ ...option, barrier: a.spot * share, type, rebate: 0 }, a)
        return price >= 0 && price <= vanilla + slack
      })
      return lookback >= vanilla - slack && lookback < Infinity && knocked
    }),
  )

  law(
    'behavior: prices scale with spot, strike and barrier',
    fc.property(asset, right, strike, yearsToExpiry, within(0.1, 10), (a, side, k, years, by) => {
      const option = {
        right: side,
        strike: k,
        barrier: 1.3 * a.spot,
        type: 'up-out',
        rebate: 2,
        yearsToExpiry: years,
      } as const
      const scaled = { ...option, strike: by * k, barrier: by * option.barrier, rebate: 2 * by }
      const price = barrierPrice(option, a)
      return near(barrierPrice(scaled, { ...a, spot: by * a.spot }), by * price, by * (a.spot + k))
    }),
  )

  law(
    'behavior: an arithmetic average call is worth at least the geometric one, and its put at most',
    fc.property(asset, strike, within(0.1, 2), (a, k, years) => {
      const averaging = { kind: 'discrete', count: 6, first: years / 6, taken: 0 } as const
      const of = (side: 'call' | 'put') => ({ right: side, strike: k, yearsToExpiry: years, averaging })
      const slack = 1e-6 * a.spot
      const call = arithmeticAsianPrice(of('call'), a) - geometricAsianPrice(of('call'), a)
      const put = arithmeticAsianPrice(of('put'), a) - geometricAsianPrice(of('put'), a)
      return call >= -slack && put <= slack
    }),
    40,
  )
})
