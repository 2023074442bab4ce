import type { Event } from '@holdfast/engine'
import type { Logger } from '../log/logger.js'
import type { Observer, WallClock } from '../run/ports.js'
import { closeIncident, killOf, openIncidents } from './incident.js'

/** Hears what a watchdog left, at the start and while the house runs: it may have stood still, and not know that it did. */
export type IncidentHearing = {
  /** What was not told yet, as words to the engine. */
  hear(): readonly Event[]
  /** Why nothing may be sent now: an incident is there that no durable turn has latched yet. */
  heldBack(): string | undefined
  /** Closes incidents once the turn that latched them is durable. */
  readonly observer: Observer
}

export function createIncidentHearing(journalFolder: string, clock: WallClock, logger: Logger): IncidentHearing {
  /** Incidents that were told and not latched yet, by their place: a watchdog writes one anew once it has acted. */
  const told = new Map<string, string>()

  return {
    hear() {
      const fresh = openIncidents(journalFolder).filter(({ path, note }) => told.get(path) !== note)
      return fresh.map(({ path, note }) => {
        told.set(path, note)
        logger.error('a watchdog took over; everything is held back until resumed', { incident: path })
        return killOf(note, clock.now())
      })
    },
    heldBack() {
      const [incident] = openIncidents(journalFolder)
      return incident === undefined ? undefined : `a watchdog took over (${incident.path})`
    },
    observer: {
      name: 'incidents',
      turn({ events }, _view, { replayed }) {
        if (replayed || told.size === 0) return
        const latched = new Set(
          events.flatMap((event) => (event.kind === 'control' && event.source === 'watchdog' ? [event.note] : [])),
        )
        for (const [path, note] of told) {
          if (!latched.has(note)) continue
          closeIncident(path)
          told.delete(path)
        }
      },
    },
  }
}
