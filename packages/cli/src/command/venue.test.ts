import { createVenueRecord } from '@holdfast/server'
import { builtInVenue, type VenueTurn } from '@holdfast/simulator'
import { describe, expect, it } from 'vitest'
import { program } from '../program.js'
import { venueEventLines, venueOutcome, venueOutcomeLines } from './venueOutcome.js'

const run = await recorded()

async function recorded() {
  const venue = await builtInVenue({ seed: 7, accounts: 200 })
  const record = createVenueRecord({ ...venue, name: 'Built-in venue' }, () => 0)
  const turns: VenueTurn[] = []
  for (const turn of venue.run()) {
    record.turn(turn)
    turns.push(turn)
  }
  record.end('finished')
  return { record, turns, digest: turns.at(-1)!.digest() }
}

describe("a venue's run on the terminal", () => {
  it('behavior: the closing table has the sums of the steps, and says that the books were checked', () => {
    const { record, turns, digest } = run
    const outcome = venueOutcome(record, digest)
    expect(outcome.calls).toBe(turns.reduce((sum, { step }) => sum + step.calls, 0))
    expect(outcome.calls).toBeGreaterThan(0)
    expect(outcome.fundLowest).toBe(Math.min(...turns.map(({ step }) => step.fund)))
    expect(outcome.refused).toBe(turns.reduce((sum, { step }) => sum + step.refused, 0))
    expect(outcome.refused).toBeGreaterThan(0)
    const text = venueOutcomeLines(record, digest).join('\n')
    expect(text).toMatch(/refused events +\d/)
    expect(text).not.toContain('unabsorbed')
    expect(text).toContain(`to the unit, after each of ${turns.length} steps`)
    expect(text).toContain(digest.slice(0, 16))
  })

  it('behavior: a step is told where many are liquidated, where a loss exceeds the fund, and where the books are wrong', () => {
    const { turns } = run
    const quiet = turns[0]!
    expect(venueEventLines(quiet)).toEqual([])
    expect(venueEventLines({ ...quiet, step: { ...quiet.step, liquidations: 10, calls: 3 } })[0]).toContain(
      '10 liquidations',
    )
    const lossy = { time: quiet.step.time, text: 'loss of a beyond the fund: $5, deleveraged $5, socialised $0' }
    expect(venueEventLines({ ...quiet, events: [lossy] })).toHaveLength(1)
    expect(venueEventLines({ ...quiet, step: { ...quiet.step, faults: ['USD is off by 1 units'] } })[0]).toContain(
      'off by 1',
    )
  })

  it("error: flags of a desk's run are refused, by name", async () => {
    const start = (await program()).parseAsync(['start', '--venue', '--report', 'out'], { from: 'user' })
    await expect(start).rejects.toThrow(/--report/)
  })
})
