import type { ClearingDecision, ClearingEvent } from '@holdfast/engine'
import type { VenueBook, VenueStep } from './gauge.js'
import { describeClearing } from './words.js'

export type VenueEvent = { readonly time: number; readonly account?: string; readonly text: string }

export type VenueTurn = {
  readonly step: VenueStep
  /** What the clearing house heard in this step, and what it decided. */
  readonly inputs: readonly ClearingEvent[]
  readonly decisions: readonly ClearingDecision[]
  /** What an operator wants to know of this step, oldest first. */
  readonly events: readonly VenueEvent[]
  readonly book: () => VenueBook
  readonly digest: () => string
}

export type Venue<
  Turns extends Iterable<VenueTurn> | AsyncIterable<VenueTurn> = Iterable<VenueTurn> | AsyncIterable<VenueTurn>,
> = {
  readonly steps: number
  readonly accounts: number
  /** Each step once; nothing of it depends on a clock: the same venue gives the same steps. */
  run(signal?: AbortSignal): Turns
}

/** What an account says of itself is told in so many lines. */
const STORY = 6

/** Remembers what was last said of each account, in words. */
export function createStory() {
  const lines = new Map<string, string[]>()
  return {
    tell(decisions: readonly ClearingDecision[]): readonly VenueEvent[] {
      const events = decisions.flatMap((decision): VenueEvent[] => {
        const text = describeClearing(decision)
        if (text === undefined) return []
        return [{ time: decision.time, ...('account' in decision ? { account: decision.account } : {}), text }]
      })
      for (const { account, text, time } of events) {
        if (account === undefined) continue
        const said = lines.get(account) ?? []
        said.push(`${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC  ${text}`)
        lines.set(account, said.slice(-STORY))
      }
      return events
    },
    of: (account: string): readonly string[] => lines.get(account) ?? [],
  }
}
