import { describe, expect, it } from 'vitest'
import type { VenueBook, VenueStep } from './gauge.js'
import { builtInVenue } from './venue.js'

const ACCOUNTS = 300

async function outcome(seed: number) {
  const venue = await builtInVenue({ seed, accounts: ACCOUNTS })
  const steps: VenueStep[] = []
  let digest = ''
  let book: VenueBook | undefined
  for (const turn of venue.run()) {
    steps.push(turn.step)
    if (steps.length === venue.steps) [digest, book] = [turn.digest(), turn.book()]
  }
  return { steps, digest, book: book! }
}

const sum = <Step>(steps: readonly Step[], of: (step: Step) => number) => steps.reduce((all, step) => all + of(step), 0)

describe('the built-in venue', () => {
  it('behavior: calls, liquidates and auctions through the crash, and not a unit is lost in any step', async () => {
    const { steps, book } = await outcome(7)
    expect(steps.length).toBeGreaterThan(500)
    expect(steps.flatMap(({ faults }) => faults)).toEqual([])
    expect(sum(steps, ({ calls }) => calls)).toBeGreaterThan(0)
    expect(sum(steps, ({ liquidations }) => liquidations)).toBeGreaterThan(0)
    expect(sum(steps, ({ tranches }) => tranches)).toBeGreaterThan(0)
    expect(steps.some(({ fund }, n) => n > 0 && fund !== steps[n - 1]!.fund)).toBe(true)
    // The crash of 5 February is in it: the venue works to the end.
    const afterCrash = steps.filter(({ time }) => time > Date.UTC(2026, 1, 5, 12))
    expect(sum(afterCrash, ({ liquidations }) => liquidations)).toBeGreaterThan(0)
    const { open } = steps.at(-1)!
    expect(sum(book.health, (count) => count)).toBe(open)
    expect(sum([...book.fall, ...book.rise], (count) => count)).toBe(open)
    expect(book.worst[0]!.explain[0]).toMatch(/maintenance \d+ USD/)
  })

  it('behavior: the same seed gives the same steps and digest, another seed others', async () => {
    const [first, again, other] = [await outcome(7), await outcome(7), await outcome(8)]
    expect(again.digest).toBe(first.digest)
    expect(again.steps).toEqual(first.steps)
    expect(other.digest).not.toBe(first.digest)
  })
})
