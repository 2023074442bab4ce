import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { clearingJson } from '@holdfast/engine'
import type { VenueTurn } from '@holdfast/simulator'
import type { VenueView } from '../api/ports.js'
import { venueStepWire, venueWire } from '../api/wire/venue.js'

/**
 * The report of a venue's run: a folder with `report.json`, and a line each for every step, every decision, and every event that
 * operators were told.
 */
export type VenueReport = {
  turn(turn: VenueTurn): void
  /** Writes `report.json`; answers its path. */
  close(view: VenueView | undefined, outcome: Readonly<Record<string, unknown>>): string
}

export function createVenueReport(folder: string): VenueReport {
  mkdirSync(folder, { recursive: true })
  const steps = openSync(join(folder, 'steps.jsonl'), 'w')
  const decisions = openSync(join(folder, 'decisions.jsonl'), 'w')
  const events = openSync(join(folder, 'events.jsonl'), 'w')
  return {
    turn: (turn) => {
      writeSync(steps, `${JSON.stringify(venueStepWire(turn.step))}\n`)
      for (const decision of turn.decisions) writeSync(decisions, `${JSON.stringify(clearingJson(decision))}\n`)
      for (const { time, ...event } of turn.events) {
        writeSync(events, `${JSON.stringify({ time: new Date(time).toISOString(), ...event })}\n`)
      }
    },
    close: (view, outcome) => {
      closeSync(steps)
      closeSync(decisions)
      closeSync(events)
      const path = join(folder, 'report.json')
      const venue = view === undefined ? {} : { venue: venueWire(view) }
      writeFileSync(path, `${JSON.stringify({ outcome, ...venue }, null, 2)}\n`)
      return path
    },
  }
}
