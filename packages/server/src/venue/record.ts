import type { Venue, VenueBook, VenueEvent, VenueStep, VenueTurn } from '@holdfast/simulator'
import type { VenuePort, VenueTotal, VenueView } from '../api/ports.js'

/** What a venue's run has shown so far; the API reads it. */
export type VenueRecord = VenuePort & {
  turn(turn: VenueTurn): void
  end(state: 'finished' | 'stopped'): void
}

/** Events that are kept for the page. */
const EVENTS_KEPT = 200

export function createVenueRecord(
  { name, steps: stepCount, accounts }: Pick<Venue, 'steps' | 'accounts'> & { readonly name: string },
  now: () => number,
): VenueRecord {
  const steps: VenueStep[] = []
  let state: VenueView['state'] = 'running'
  let total: VenueTotal | undefined
  let wallTime: number | undefined
  let events: readonly VenueEvent[] = []
  let latest: VenueTurn | undefined
  let book: { readonly step: number; readonly value: VenueBook } | undefined
  return {
    turn: (turn) => {
      steps.push(turn.step)
      total = added(total, turn.step)
      events = [...events, ...turn.events].slice(-EVENTS_KEPT)
      latest = turn
      wallTime = now()
    },
    end: (how) => {
      state = how
    },
    steps: () => steps,
    lastWallTime: () => wallTime,
    view: () => {
      if (latest === undefined || total === undefined) return undefined
      const { step } = latest
      // Measured when somebody asks, once a step.
      if (book?.step !== step.step) book = { step: step.step, value: latest.book() }
      return { name, state, steps: stepCount, accounts, latest: step, total, book: book.value, events }
    },
  }
}

function added(before: VenueTotal | undefined, step: VenueStep): VenueTotal {
  return {
    calls: (before?.calls ?? 0) + step.calls,
    liquidations: (before?.liquidations ?? 0) + step.liquidations,
    tranches: (before?.tranches ?? 0) + step.tranches,
    auctions: (before?.auctions ?? 0) + step.auctions,
    deleveraged: (before?.deleveraged ?? 0) + step.deleveraged,
    refused: (before?.refused ?? 0) + step.refused,
    deleveragedLoss: (before?.deleveragedLoss ?? 0) + step.deleveragedLoss,
    socialisedLoss: (before?.socialisedLoss ?? 0) + step.socialisedLoss,
    unabsorbedLoss: (before?.unabsorbedLoss ?? 0) + step.unabsorbedLoss,
    fundFirst: before?.fundFirst ?? step.fund,
    fundLowest: Math.min(before?.fundLowest ?? step.fund, step.fund),
    faults: (before?.faults ?? 0) + (step.faults.length > 0 ? 1 : 0),
  }
}
