// What stands between a decision and the wire: every control of four levels, with windows as full as they may become.
import { checkOrder } from '@holdfast/engine'
import { median, uniform } from '../measure.mjs'

const ORDERS = 200_000
const WINDOW = 600

const LIMITS = {
  collar: 0.02,
  periodCollar: { move: 0.1, perMs: 3_600_000 },
  priceAgeMsMax: 5_000,
  orderValueMax: 1e7,
  orderSizeMax: { BTC: 1_000 },
  valueMax: { amount: 1e12, perMs: 60_000 },
  messagesMax: { count: 10_000, perMs: 60_000 },
  repeatsMax: { count: 10_000, perMs: 60_000 },
  positionMax: { BTC: 1e6 },
  marginRatioMax: 0.9,
}

function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}

function oneRound(random) {
  const now = 1_000_000
  const used = Array.from({ length: WINDOW }, (_, i) => ({ time: now - 60_000 + i * (60_000 / WINDOW), value: 1_000 }))
  const levels = ['rule:r', 'account:a', 'venue:v', 'firm'].map((level) => ({ level, limits: LIMITS, used }))
  const standing = Array.from({ length: 20 }, (_, i) => ({ id: `s${i}`, size: 1, limitPrice: 79_000 - i }))
  const times = new Float64Array(ORDERS)
  let passed = 0
  for (let i = 0; i < ORDERS; i++) {
    const facts = {
      size: random() * 10 - 5,
      unit: 'BTC',
      limitPrice: 80_000 + (random() - 0.5) * 4_000,
      value: random() * 1e6,
      opens: true,
      reference: { price: 80_000, ageMs: 100, quality: 'live' },
      periodPrice: 79_500,
      position: random() * 100,
      marginRatio: random(),
      standing,
    }
    const start = process.hrtime.bigint()
    if (checkOrder(levels, facts, now) === undefined) passed += 1
    times[i] = Number(process.hrtime.bigint() - start) / 1000
  }
  if (passed === 0 || passed === ORDERS) throw new Error(`vacuous: ${passed} of ${ORDERS} orders passed`)
  return percentile(times.sort(), 0.99)
}

export const benchmarks = [
  {
    id: 'act/pre-trade-p99',
    async run({ rounds = 7 } = {}) {
      const random = uniform(7)
      oneRound(random)
      const found = Array.from({ length: rounds }, () => oneRound(random))
      return {
        id: 'act/pre-trade-p99',
        what: `99th percentile of one order through every control of four levels, ${WINDOW} uses in each window (goal: below 50 µs)`,
        median: median(found),
        unit: 'µs',
        runs: rounds,
      }
    },
  },
]
