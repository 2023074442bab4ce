import type { Bounds } from './configuration.js'
import { fromUnits, toUnits } from './exact.js'
import type { BoundUse } from './state.js'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** Less than one part in so many of a window's bound is no room: it would only be spent on orders of a few cents. */
const DUST_SHARE = 100n

export type Room = {
  /** What may still be done now, in each unit that a bound is written in; exact. */
  readonly left: Readonly<Record<string, bigint>>
  /** Which bound leaves so little, by unit: `perHour 15 BTC, used 15 BTC`. */
  readonly because: Readonly<Record<string, string>>
}

/** What a rule's bounds leave at an instant: the least of its bounds, per unit. Windows roll: (now − 1 h, now], (now − 1 d, now]. */
export function roomOf(bounds: Bounds, used: readonly BoundUse[], now: number): Room {
  const left: Record<string, bigint> = {}
  const because: Record<string, string> = {}
  const offer = (unit: string, units: bigint, reason: string) => {
    const known = left[unit]
    if (known !== undefined && known <= units) return
    left[unit] = units
    because[unit] = reason
  }
  const { perAction, perHour, perDay } = bounds
  if (perAction !== undefined) {
    offer(perAction.unit, toUnits(perAction.amount), `perAction ${perAction.amount} ${perAction.unit}`)
  }
  for (const [name, bound, window] of [
    ['perHour', perHour, HOUR_MS],
    ['perDay', perDay, DAY_MS],
  ] as const) {
    if (bound === undefined) continue
    const spent = usedWithin(used, bound.unit, now - window)
    const limit = toUnits(bound.amount)
    const rest = limit - spent
    offer(
      bound.unit,
      rest * DUST_SHARE >= limit ? rest : 0n,
      `${name} ${bound.amount} ${bound.unit}, used ${fromUnits(spent)} ${bound.unit}`,
    )
  }
  return { left, because }
}

/** The uses that can still matter, with a new one. */
export function withUse(used: readonly BoundUse[], use: BoundUse): readonly BoundUse[] {
  return [...used.filter(({ time }) => time > use.time - DAY_MS), use]
}

function usedWithin(used: readonly BoundUse[], unit: string, after: number): bigint {
  return used.reduce((sum, { time, amounts }) => (time > after ? sum + toUnits(amounts[unit] ?? '0') : sum), 0n)
}
