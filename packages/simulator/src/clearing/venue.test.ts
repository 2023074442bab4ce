import { describe, expect, test } from 'vitest'
import { scenarioPath } from '../venue/path.js'
import { compareMargin } from './compareMargin.js'
import { runVenue, type VenueSettings } from './venue.js'

const settings: VenueSettings = { seed: 1, owners: 60, mode: 'cross', initialRate: () => 0.05, fundUsd: 100_000 }

describe('built-in venue', () => {
  test('behavior: February 2026 brings calls and liquidations, and the books balance to the end', async () => {
    const path = await scenarioPath()
    const { series, accounts } = runVenue(path, settings)
    const last = series.at(-1)!
    expect(accounts).toBe(62)
    expect(series).toHaveLength(path.steps.length)
    expect(last.calls).toBeGreaterThan(5)
    expect(last.liquidations).toBeGreaterThan(5)
    expect(last.fundUsd).toBeGreaterThanOrEqual(0)
    for (const { histogram, bands, worst } of series) {
      expect(bands.healthy + bands.notice + bands.call + bands.liquidation + bands.insolvent).toBe(60)
      expect(histogram.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(60)
      expect(worst.length).toBeLessThanOrEqual(10)
    }
  })

  test('behavior: the same settings give the same venue', async () => {
    const path = await scenarioPath('february-2026', 360)
    expect(runVenue(path, settings)).toEqual(runVenue(path, settings))
    expect(runVenue(path, { ...settings, seed: 2 }).digest).not.toBe(runVenue(path, settings).digest)
  })

  test('behavior: cross margin calls fewer hedged owners than isolated margin does', async () => {
    const path = await scenarioPath('february-2026', 120)
    const rows = compareMargin(path, { seed: 1, owners: 60, initialRate: 0.05, fundUsd: 100_000, gap: 0.12 })
    expect(rows.map(({ margin, mode }) => `${margin} ${mode}`)).toEqual([
      'static isolated',
      'static cross',
      'dynamic isolated',
      'dynamic cross',
    ])
    const [isolated, cross, , dynamicCross] = rows
    // Dynamic margin lends more in calm, and takes more back in the storm.
    expect(dynamicCross!.capitalEfficiency).toBeGreaterThan(cross!.capitalEfficiency)
    expect(dynamicCross!.liquidatedUsd).toBeGreaterThan(cross!.liquidatedUsd)
    for (const row of rows) expect(row.contagionUsd).toBe(row.fundDrawnUsd + row.deleveragedUsd + row.socialisedUsd)
    expect(cross!.calls).toBeLessThan(isolated!.calls)
    for (const row of rows) expect(row.capitalEfficiency).toBeGreaterThan(1)
  })
})
