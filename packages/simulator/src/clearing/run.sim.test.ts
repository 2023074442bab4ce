import { describe, expect, test } from 'vitest'
import { runClearing } from './run.js'

const seed = Number(process.env.HOLDFAST_CLEARING_SEED ?? '')
/** `HOLDFAST_CLEARING_WORLDS=1000` for the long mode; a million events by default. */
const worlds = Number(process.env.HOLDFAST_CLEARING_WORLDS ?? '50')
const EVENTS = 20_000
const OPTION_EVENTS = 600

describe('clearing house in a seeded world', () => {
  test('behavior: every law holds in every world, through faults of oracles, delivery and process', () => {
    const seeds = seed > 0 ? [seed] : Array.from({ length: worlds }, (_, index) => index + 1)
    const counts: Record<string, number> = {}
    for (const each of seeds) {
      const run = runClearing(each, EVENTS)
      expect(run.faults.join('\n')).toBe('')
      for (const [name, count] of Object.entries(run.counts)) counts[name] = (counts[name] ?? 0) + count
    }
    // Not vacuous: all that the laws are about did happen.
    if (seeds.length < 10) return
    for (const what of [
      'notice',
      'margin-call',
      'call-overdue',
      'call-closed',
      'cancel-orders',
      'liquidation-order',
      'order-lapsed',
      'liquidation-held',
      'auction',
      'auction-closed',
      'bid-accepted',
      'fund-draw',
      'band:insolvent',
      'deleveraged',
      'loss-shared',
      'withdrawals',
      'market-quality',
      'order-margined',
      'bystander-untouched',
      'refused:band',
      'refused:initial-margin',
      'refused:oracle',
      'refused:price-band',
      'refused:withdrawals-gated',
      'repeated',
      'lost',
      'restarted',
    ]) {
      expect.soft(counts[what] ?? 0, what).toBeGreaterThan(10)
    }
  }, 600_000)

  test('behavior: every law holds where options are cleared by scenarios, through surfaces that break and an expiry', () => {
    const seeds = seed > 0 ? [seed] : Array.from({ length: Math.ceil(worlds / 5) }, (_, index) => index + 1)
    const counts: Record<string, number> = {}
    for (const each of seeds) {
      const run = runClearing(each, OPTION_EVENTS, 'options')
      expect(run.faults.join('\n')).toBe('')
      for (const [name, count] of Object.entries(run.counts)) counts[name] = (counts[name] ?? 0) + count
    }
    if (seeds.length < 10) return
    for (const what of [
      'margin-call',
      'cancel-orders',
      'liquidation-order',
      'liquidation-hedge',
      'liquidation-held',
      'auction',
      'bid-accepted',
      'band:insolvent',
      'expiry',
      'margin-unknown',
      'margin-known',
      'order-margined',
      'refused:margin-unknown',
      'refused:initial-margin',
      'refused:market-expired',
      'refused:oracle',
      'restarted',
    ]) {
      expect.soft(counts[what] ?? 0, what).toBeGreaterThan(0)
    }
  }, 600_000)

  test('behavior: a seed reproduces a run to the byte', () => {
    expect(runClearing(7, 3_000)).toEqual(runClearing(7, 3_000))
    expect(runClearing(7, 300, 'options')).toEqual(runClearing(7, 300, 'options'))
    expect(runClearing(8, 3_000).digest).not.toBe(runClearing(7, 3_000).digest)
  })
})
