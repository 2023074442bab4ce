import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { VenueFigureEvent } from '../event.js'
import { compareFigures, DEFAULT_CALIBRATION, type MarginComparison, raisedBy, safetyBuffer } from './calibration.js'
import type { MarginOutcome } from './model.js'
import { createVenueFigures, settleVenueFigures, takeVenueFigures, venueFiguresState } from './venueFigures.js'

const HOUR = 3_600_000
const T0 = Date.UTC(2026, 0, 29)

const figures = (time: number, venue: Partial<VenueFigureEvent>): VenueFigureEvent => ({
  kind: 'venue-figure',
  account: 'a',
  source: 'venue',
  sourceTime: time,
  receivedTime: time,
  ...venue,
})

const ours = (equity: number, initialMargin: number, maintenanceMargin: number): MarginOutcome & { ok: true } => ({
  ok: true,
  equity,
  markToMarket: 0,
  initialMargin,
  maintenanceMargin,
  excessInitial: equity - initialMargin,
  excessMaintenance: equity - maintenanceMargin,
  parts: { 'equity.cash': equity, 'initial.all': initialMargin, 'maintenance.all': maintenanceMargin },
})

const venue = { equity: 1_000, initialMargin: 120, maintenanceMargin: 100 }
const compared = (mine: MarginOutcome & { ok: true }, theirs: Partial<VenueFigureEvent> = venue) =>
  compareFigures(undefined, figures(T0, theirs), mine, DEFAULT_CALIBRATION)
const bufferAt = (latest: MarginComparison, time: number) => safetyBuffer(latest, time, DEFAULT_CALIBRATION)

describe('compareFigures', () => {
  test('behavior: a requirement of ours that is too low widens the buffer, one that is too high does not', () => {
    const low = compared(ours(1_000, 120, 90))
    expect(bufferAt(low, T0)).toBeCloseTo((1.5 * 10) / 90, 12)
    expect(low.residuals.find(({ figure }) => figure === 'maintenanceMargin')).toEqual({
      figure: 'maintenanceMargin',
      ours: 90,
      venue: 100,
      residual: 10,
      ratio: 10 / 90,
    })
    expect(bufferAt(compared(ours(1_000, 130, 110)), T0)).toBe(0)
  })

  test('behavior: equity of ours that is too high widens it, and adds to a requirement that is too low', () => {
    expect(compared(ours(1_010, 120, 100)).buffer).toBeCloseTo(1.5 * 0.1, 12)
    expect(compared(ours(1_010, 120, 90)).buffer).toBeCloseTo((1.5 * 20) / 90, 12)
    expect(compared(ours(990, 120, 100)).buffer).toBe(0)
  })

  test('behavior: the buffer halves its excess in a half-life and ends at its minimum', () => {
    const settings = { ...DEFAULT_CALIBRATION, minimum: 0.02 }
    const latest = compareFigures(undefined, figures(T0, venue), ours(1_000, 120, 100 / 1.1), settings)
    expect(safetyBuffer(latest, T0, settings)).toBeCloseTo(0.15, 12)
    expect(safetyBuffer(latest, T0 + 6 * HOUR, settings)).toBeCloseTo(0.02 + 0.13 / 2, 12)
    expect(safetyBuffer(latest, T0 + 600 * HOUR, settings)).toBeCloseTo(0.02, 12)
  })

  test('behavior: a good comparison does not narrow what an earlier bad one has widened, but by time', () => {
    const bad = compared(ours(1_000, 120, 90))
    const good = compareFigures(bad, figures(T0 + 6 * HOUR, venue), ours(1_000, 120, 100), DEFAULT_CALIBRATION)
    expect(good.buffer).toBeCloseTo(bad.buffer / 2, 12)
  })

  test('limits: a difference beyond the maximum, or a requirement where ours is 0, is said not to be covered', () => {
    expect(compared(ours(1_000, 120, 40))).toMatchObject({ buffer: 1, isCovered: false })
    expect(compared(ours(1_000, 0, 0))).toMatchObject({ buffer: 1, isCovered: false })
    expect(compared(ours(1_000, 0, 0), { equity: 900, initialMargin: 0, maintenanceMargin: 0 })).toMatchObject({
      buffer: 0,
      isCovered: true,
    })
  })

  test('behavior: what the buffer covers leaves no more excess than the venue says', () => {
    const money = fc.double({ min: 0, max: 1e6, noNaN: true })
    const six = fc.tuple(money, money, money, money, money, money)
    fc.assert(
      fc.property(six, ([equity, initial, maintenance, venueEquity, venueInitial, venueMaintenance]) => {
        const mine = ours(equity, initial, maintenance)
        const theirs = { equity: venueEquity, initialMargin: venueInitial, maintenanceMargin: venueMaintenance }
        const latest = compared(mine, theirs)
        expect(latest.buffer).toBeGreaterThanOrEqual(0)
        expect(latest.buffer).toBeLessThanOrEqual(DEFAULT_CALIBRATION.maximum)
        const raised = raisedBy(mine, latest.buffer)
        if (!raised.ok || !latest.isCovered) return
        // Rounding of sums of figures below 1e6 USD: a few units in the last place of 2e6.
        if (initial > 0) expect(raised.excessInitial).toBeLessThanOrEqual(venueEquity - venueInitial + 1e-8)
        if (maintenance > 0) expect(raised.excessMaintenance).toBeLessThanOrEqual(venueEquity - venueMaintenance + 1e-8)
      }),
      { seed: 11, numRuns: 500 },
    )
  })
})

test('behavior: a raised outcome still adds up, with its buckets', () => {
  const bucket = { name: 'p', equity: 1_000, initialMargin: 120, maintenanceMargin: 100 }
  const raised = raisedBy({ ...ours(1_000, 120, 100), buckets: [bucket] }, 0.1)
  if (!raised.ok) throw new Error('has figures')
  expect(raised.parts['initial.all']! + raised.parts['initial.safetyBuffer']!).toBe(raised.initialMargin)
  expect(raised.parts['maintenance.all']! + raised.parts['maintenance.safetyBuffer']!).toBe(raised.maintenanceMargin)
  expect(raised.excessMaintenance).toBeCloseTo(890, 12)
  expect(raised.buckets![0]!.maintenanceMargin).toBeCloseTo(110, 12)
})

describe('venue figures', () => {
  const taken = (...events: readonly VenueFigureEvent[]) => {
    const state = createVenueFigures(DEFAULT_CALIBRATION)
    const codes = events.flatMap((event) => takeVenueFigures(state, event, true).map(({ code }) => code))
    return { state, codes }
  }
  const settled = (state: ReturnType<typeof taken>['state'], time = T0, quality: 'live' | 'stale' = 'live') =>
    settleVenueFigures(state, 'a', ours(1_000, 120, 90), quality, time)

  test('behavior: figures are compared once, and keep their age and count', () => {
    const { state, codes } = taken(figures(T0, venue))
    expect(codes).toEqual([])
    expect(settled(state, T0 + 1_000)).toMatchObject({ samples: 1, ageMs: 1_000, latest: { isCovered: true } })
    expect(settled(state, T0 + 2_000)).toMatchObject({ samples: 1, ageMs: 2_000 })
    expect(venueFiguresState(state)).toHaveLength(1)
  })

  test('behavior: an account without figures has no calibration, and leaves no trace in the state', () => {
    const { state } = taken()
    expect(settled(state)).toBeUndefined()
    expect(venueFiguresState(state)).toBeUndefined()
  })

  test.each([
    ['venue-figure-stale', { ...venue, receivedTime: T0 + 30_001 }],
    ['venue-figure-contradiction', { ...venue, receivedTime: T0 - 30_001 }],
    ['venue-figure-contradiction', {}],
    ['venue-figure-contradiction', { ...venue, maintenanceMargin: 130 }],
    ['venue-figure-contradiction', { ...venue, maintenanceMargin: -1 }],
    ['venue-figure-contradiction', { ...venue, initialMargin: -1 }],
  ])('error: %s %j is named and not used', (code, bad) => {
    const { state, codes } = taken(figures(T0, bad))
    expect(codes).toEqual([code])
    const view = settled(state)
    expect(view).toMatchObject({ samples: 0, buffer: 0, setAside: { sourceTime: T0 } })
    expect(view!.latest).toBeUndefined()
  })

  test('error: a second source that contradicts the first at one instant: neither is used', () => {
    const { state, codes } = taken(
      figures(T0, venue),
      figures(T0, { ...venue, maintenanceMargin: 99, source: 'other' }),
    )
    expect(codes).toEqual(['venue-figure-contradiction'])
    expect(settled(state)).toMatchObject({ samples: 0, buffer: 0 })
  })

  test('error: what was told before changes nothing', () => {
    const { state } = taken(figures(T0, venue))
    const before = settled(state)
    expect(takeVenueFigures(state, figures(T0, venue), true)[0]!.code).toBe('venue-figure-repeated')
    expect(takeVenueFigures(state, figures(T0 - 1, venue), true)[0]!.code).toBe('venue-figure-repeated')
    expect(takeVenueFigures(state, figures(T0, { equity: 1 }), true)[0]!.code).toBe('venue-figure-contradiction')
    expect(settled(state)).toMatchObject({ samples: 1, buffer: before!.buffer })
  })

  test('error: figures cannot be compared where our own inputs are stale, or our model lacks one', () => {
    expect(settled(taken(figures(T0, venue)).state, T0, 'stale')).toMatchObject({
      samples: 0,
      setAside: { reason: 'our own inputs are stale' },
    })
    const { state } = taken(figures(T0, venue))
    const view = settleVenueFigures(state, 'a', { ok: false, missing: ['index:BTC'] }, 'unknown', T0)
    expect(view).toMatchObject({ samples: 0, setAside: { reason: 'our model lacks index:BTC' } })
  })

  test('error: figures of an account that nobody opened are named', () => {
    const state = createVenueFigures(DEFAULT_CALIBRATION)
    expect(takeVenueFigures(state, figures(T0, venue), false)[0]!.code).toBe('unknown-account')
    expect(venueFiguresState(state)).toBeUndefined()
  })
})
