import { instantText } from '../configuration/instant.js'
import type { PlanMemory } from '../plan/plan.js'

/** As many finished rounds are told. */
const ROUNDS_TOLD = 5

/** What a rule remembers of its subject, in words: its floor; its rounds, the latest last. */
export function memoryText({ floor, rounds }: PlanMemory): readonly string[] {
  const lines: string[] = []
  if (floor !== undefined) {
    lines.push(
      `floor ${floor.floor.toFixed(0)} USD, highest value ${floor.peak.toFixed(0)} USD, since ${instantText(floor.since)}`,
    )
  }
  for (const { number, strategy, openedAt, closedAt, end } of rounds?.done.slice(-ROUNDS_TOLD) ?? []) {
    lines.push(
      `round ${number}, ${strategy}, ${instantText(openedAt)} to ${instantText(closedAt)}: ${end.kind}, ${end.why}`,
    )
  }
  const open = rounds?.open
  if (open !== undefined) {
    const legs = open.legs.map(({ instrument, size }) => `${size} of ${instrument}`).join(', ')
    lines.push(`round ${open.number}, ${open.strategy}, since ${instantText(open.openedAt)}: ${open.phase}; ${legs}`)
  }
  return lines
}
