import type { Random } from '../clearing/random.js'

/**
 * What can go wrong, on demand and by chance. The first group is drawn at every opportunity (a request, a fill, a
 * notification, an element of a list), the second once in a minute of exchange time, and lasts for `windowMs`.
 */
export const FAULTS = [
  'lost-acknowledgement',
  'lost-request',
  'late-answer',
  'duplicate-notification',
  'reordered-notification',
  'partial-fill',
  'rejected-cancel',
  'omitted-position',
  'unknown-instrument',
  'comma-number',
  'silent-stall',
  'frozen-time',
  'disconnect',
  'post-only-window',
  'maintenance',
  'adl',
] as const

export type FaultName = (typeof FAULTS)[number]

export type FaultOptions = {
  /** Probability of each fault at each of its opportunities, in [0, 1]. */
  readonly ratios?: Partial<Readonly<Record<FaultName, number>>>
  /** How long a stall, a freeze, a window or maintenance lasts. */
  readonly windowMs?: number
  /** How late a late answer comes, at most. */
  readonly lateMs?: number
}

/** A fault that a test asks for: the next `count` opportunities, or a window now. */
export type FaultOrder = {
  readonly name: FaultName
  readonly count?: number
  readonly durationMs?: number
  /** Only where the method or instrument has this name. */
  readonly of?: string
}

type Pending = { readonly name: FaultName; readonly of: string | undefined; count: number }

/** Decides which opportunities go wrong, and counts those that did. */
export class FaultPlan {
  readonly counts: Record<FaultName, number>
  readonly windowMs: number
  readonly lateMs: number
  readonly #random: Random
  #ratios: Partial<Record<FaultName, number>>
  #pending: Pending[] = []

  constructor(random: Random, options: FaultOptions) {
    this.#random = random
    this.#ratios = checkRatios(options.ratios ?? {})
    this.windowMs = options.windowMs ?? 30_000
    this.lateMs = options.lateMs ?? 2_000
    this.counts = Object.fromEntries(FAULTS.map((name) => [name, 0])) as Record<FaultName, number>
  }

  setRatios(ratios: Partial<Readonly<Record<FaultName, number>>>): void {
    this.#ratios = checkRatios(ratios)
  }

  /** The next opportunities of this name go wrong. */
  order(order: FaultOrder): void {
    this.#pending.push({ name: order.name, of: order.of, count: order.count ?? 1 })
  }

  clear(): void {
    this.#pending = []
    this.#ratios = {}
  }

  /** Whether this opportunity goes wrong; the caller then makes it so, for it is counted here. */
  strikes(name: FaultName, of = ''): boolean {
    if (this.#pending.length > 0) {
      const place = this.#pending.findIndex((pending) => pending.name === name && (pending.of ?? of) === of)
      if (place >= 0) {
        const pending = this.#pending[place]!
        pending.count -= 1
        if (pending.count <= 0) this.#pending.splice(place, 1)
        this.counts[name] += 1
        return true
      }
    }
    const ratio = this.#ratios[name]
    if (ratio === undefined || !(this.#random.next() < ratio)) return false
    this.counts[name] += 1
    return true
  }

  /** In [0, 1), for how late or how little. */
  share(): number {
    return this.#random.next()
  }
}

function checkRatios(ratios: Partial<Readonly<Record<FaultName, number>>>): Partial<Record<FaultName, number>> {
  for (const [name, ratio] of Object.entries(ratios)) {
    if (!FAULTS.includes(name as FaultName)) throw new RangeError(`there is no fault “${name}”: ${FAULTS.join(', ')}`)
    if (!(ratio >= 0 && ratio <= 1)) throw new RangeError(`${name}: ${ratio} is not a ratio in [0, 1]`)
  }
  return { ...ratios }
}
