import type { CalibrationView } from '@holdfast/engine'
import { describe, expect, it } from 'vitest'
import { accountSchema } from '../src/api/wire/assessment.js'
import { createMetrics } from '../src/metrics/metrics.js'
import { assessmentLines } from '../src/report/lines.js'
import { testHouse } from './testHouse.js'

/** The house with an account, the first, for which the venue gave figures; the other has none. */
function calibratedHouse() {
  const house = testHouse(1, 0)
  const metrics = createMetrics(house.ports, house.model)
  const { turn, view, head } = house.world.steps[0]!
  const calibration: CalibrationView = {
    samples: 3,
    ageMs: 1_500,
    buffer: 0.15,
    latest: {
      source: 'deribit',
      sourceTime: view.time - 1_500,
      residuals: [
        { figure: 'equity', ours: 1_010, venue: 1_000, residual: -10, ratio: -0.1 },
        { figure: 'maintenanceMargin', ours: 100, venue: 100, residual: 0, ratio: 0 },
      ],
      buffer: 0.15,
      isCovered: true,
    },
    setAside: { sourceTime: view.time - 500, reason: 'figures are 90000 ms old' },
  }
  const [first, second] = view.assessment.accounts
  const assessment = { ...view.assessment, accounts: [{ ...first!, calibration }, second!] }
  house.model.observer.turn(turn, { ...view, assessment }, { replayed: false, head })
  return { house, metrics, turn, assessment, id: first!.account, other: second!.account }
}

describe("calibration by the venue's figures", () => {
  it('behavior: the API tells it with times and ages, and an account without figures says nothing of it', async () => {
    const { house } = calibratedHouse()
    const { items } = (await (await house.api()).inject('/v1/accounts')).json()
    for (const item of items) expect(accountSchema.strict().safeParse(item).error).toBeUndefined()
    expect(items[0].calibration).toMatchObject({
      samples: 3,
      buffer: 0.15,
      ageSeconds: 1.5,
      latest: { source: 'deribit', isCovered: true, residuals: [{ figure: 'equity', residual: -10 }, {}] },
      setAside: { reason: 'figures are 90000 ms old' },
    })
    expect(items[0].calibration.latest.sourceTime).toMatch(/Z$/)
    expect(items[1]).not.toHaveProperty('calibration')
  })

  it('behavior: /metrics has residuals by figure, buffer, age and count, and no sample for what is not known', async () => {
    const { metrics, id, other } = calibratedHouse()
    const text = await metrics.text()
    expect(text).toContain(`holdfast_account_margin_residual_usd{account="${id}",figure="equity"} -10`)
    expect(text).toContain(`holdfast_account_margin_residual_usd{account="${id}",figure="maintenanceMargin"} 0`)
    expect(text).toContain(`holdfast_account_safety_buffer_ratio{account="${id}"} 0.15`)
    expect(text).toContain(`holdfast_account_venue_figure_age_seconds{account="${id}"} 1.5`)
    expect(text).toContain(`holdfast_account_venue_figure_comparisons{account="${id}"} 3`)
    expect(text).not.toContain(`holdfast_account_safety_buffer_ratio{account="${other}"}`)
  })

  it('behavior: the report has it in the lines of its account alone', () => {
    const { turn, assessment } = calibratedHouse()
    const rows = assessmentLines(turn, assessment).map((line) => JSON.parse(line))
    expect(rows.filter((row) => 'calibration' in row)).toHaveLength(1)
    expect(rows[0].calibration.buffer).toBe(0.15)
  })
})
