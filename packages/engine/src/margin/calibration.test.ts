import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { VenueFigureEvent } from '../event.js'
import { type CalibrationState, calibrate, DEFAULT_CALIBRATION, safetyBuffer, withSafetyBuffer } from './calibration.js'
import type { MarginOutcome } from './model.js'

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

const bufferAt = (state: CalibrationState, time: number) => safetyBuffer(state, 'a', time, DEFAULT_CALIBRATION)
const venue = { equity: 1_000, initialMargin: 120, maintenanceMargin: 100 }

test('behavior: a requirement of ours that is too low widens the buffer, one that is too high does not', () => {
  const low = calibrate({}, figures(T0, venue), ours(1_000, 120, 90), DEFAULT_CALIBRATION)
  expect(bufferAt(low, T0)).toBeCloseTo(1.5 * 0.1, 12)
  expect(low.a!.residuals.find(({ figure }) => figure === 'maintenanceMargin')).toEqual({
    figure: 'maintenanceMargin',
    ours: 90,
    venue: 100,
    residual: -10,
    ratio: -0.1,
  })
  const high = calibrate({}, figures(T0, venue), ours(1_000, 130, 110), DEFAULT_CALIBRATION)
  expect(bufferAt(high, T0)).toBe(DEFAULT_CALIBRATION.minimum)
})

test('behavior: equity of ours that is too high widens it too', () => {
  const state = calibrate({}, figures(T0, venue), ours(1_010, 120, 100), DEFAULT_CALIBRATION)
  expect(bufferAt(state, T0)).toBeCloseTo(1.5 * 0.1, 12)
})

test('behavior: the buffer halves its excess in a half-life and ends at its minimum', () => {
  const state = calibrate({}, figures(T0, venue), ours(1_000, 120, 90), DEFAULT_CALIBRATION)
  expect(bufferAt(state, T0 + 6 * HOUR)).toBeCloseTo(0.02 + 0.13 / 2, 12)
  expect(bufferAt(state, T0 + 600 * HOUR)).toBeCloseTo(0.02, 12)
})

test('behavior: an account that we cannot margin has the largest buffer', () => {
  const state = calibrate({}, figures(T0, venue), { ok: false, missing: ['index:BTC'] }, DEFAULT_CALIBRATION)
  expect(bufferAt(state, T0)).toBe(DEFAULT_CALIBRATION.maximum)
  expect(state.a).toMatchObject({ modelled: false, residuals: [] })
})

test('behavior: a figure that is not newer changes nothing', () => {
  const state = calibrate({}, figures(T0, venue), ours(1_000, 120, 90), DEFAULT_CALIBRATION)
  expect(calibrate(state, figures(T0, venue), ours(1_000, 120, 10), DEFAULT_CALIBRATION)).toBe(state)
})

test('behavior: the buffer stays within its bounds whatever the venue says', () => {
  const money = fc.double({ min: 0, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.tuple(money, money, money, money), { minLength: 1, maxLength: 10 }), (rows) => {
      let state: CalibrationState = {}
      rows.forEach(([venueInitial, venueMaintenance, initial, maintenance], i) => {
        const event = figures(T0 + i * HOUR, { initialMargin: venueInitial, maintenanceMargin: venueMaintenance })
        state = calibrate(state, event, ours(0, initial, maintenance), DEFAULT_CALIBRATION)
        const buffer = bufferAt(state, T0 + i * HOUR)
        expect(buffer).toBeGreaterThanOrEqual(DEFAULT_CALIBRATION.minimum)
        expect(buffer).toBeLessThanOrEqual(DEFAULT_CALIBRATION.maximum)
      })
    }),
    { seed: 11, numRuns: 200 },
  )
})

test('behavior: a buffered result still adds up', () => {
  const { parts, initialMargin, excessMaintenance } = withSafetyBuffer(ours(1_000, 120, 100), 0.1)
  expect(initialMargin).toBeCloseTo(132, 12)
  expect(parts['initial.all']! + parts['initial.safetyBuffer']!).toBeCloseTo(132, 12)
  expect(excessMaintenance).toBeCloseTo(890, 12)
})
