import { type Clearing, type ClearingEvent, createClearing, restoreClearing } from '@holdfast/engine'
import { type ClearingCounts, createChecker } from './checker.js'
import { createOptionWorld, OPTION_PARAMETERS } from './optionWorld.js'
import { seededRandom } from './random.js'
import { createWorld, WORLD_PARAMETERS, worldParameters } from './world.js'

export type ClearingRun = {
  readonly seed: number
  readonly events: number
  readonly digest: string
  readonly counts: ClearingCounts
  /** Empty where every law held; else the first event that broke one, and what it broke. */
  readonly faults: readonly string[]
}

/** Chances of what may go wrong on the way to the house: one in so many events. */
const REPEATED = 40
const LOST = 60
const RESTARTED = 1_500

/**
 * Runs a seeded world against a clearing house that gets events twice, misses some until they are sent again, and is killed and
 * restored between any two. Stops at the first law that is broken.
 */
export function runClearing(seed: number, events: number, kind: 'perpetuals' | 'options' = 'perpetuals'): ClearingRun {
  const world = kind === 'perpetuals' ? createWorld(seed) : createOptionWorld(seed)
  const parameters = worldParameters(kind === 'perpetuals' ? WORLD_PARAMETERS : OPTION_PARAMETERS, seed)
  const delivery = seededRandom(seed ^ 0x5eed)
  let clearing: Clearing = createClearing(parameters)
  const checker = createChecker(() => clearing, kind === 'options')
  const extra: Record<string, number> = { repeated: 0, lost: 0, restarted: 0 }
  const deliver = (event: ClearingEvent): readonly string[] => {
    checker.before(event)
    return checker.after(event, clearing.step([event]))
  }
  const mustRefuse = (event: ClearingEvent, reason: string): readonly string[] => {
    const decisions = clearing.step([event])
    const refusal = decisions.length === 1 ? decisions[0]! : undefined
    if (refusal?.kind === 'refused' && refusal.reason === reason) return []
    return [`event ${event.sequence} should have been refused as ${reason}`]
  }
  for (let count = 0; count < events; count++) {
    const event = world.next(clearing)
    const faults: string[] = []
    if (delivery.onceIn(LOST)) {
      // The next one comes first: it is refused, and changes nothing.
      extra.lost!++
      faults.push(...mustRefuse({ sequence: event.sequence + 1, time: event.time, kind: 'clock' }, 'out-of-order'))
    }
    faults.push(...deliver(event))
    if (delivery.onceIn(REPEATED)) {
      extra.repeated!++
      faults.push(...mustRefuse(event, 'already-seen'))
    }
    if (delivery.onceIn(RESTARTED)) {
      extra.restarted!++
      const before = clearing.digest()
      clearing = restoreClearing(parameters, JSON.parse(JSON.stringify(clearing.snapshot())))
      if (clearing.digest() !== before) faults.push('a restart changed the state')
    }
    if (faults.length > 0) {
      const at = `${kind}, seed ${seed}, event ${event.sequence} (${event.kind}) of ${events}`
      const replay = `replay: HOLDFAST_CLEARING_SEED=${seed} npx vitest run packages/simulator/src/clearing`
      return {
        seed,
        events: count + 1,
        digest: clearing.digest(),
        counts: checker.counts(),
        faults: [at, ...faults, replay],
      }
    }
  }
  return { seed, events, digest: clearing.digest(), counts: { ...checker.counts(), ...extra }, faults: [] }
}
