import type { SellStrategy } from './strategy.js'

/** One round of option selling, from its opening to its end: plain data, part of the rules' state. */
export type Round = {
  readonly number: number
  readonly strategy: SellStrategy
  readonly openedAt: number
  /** `opening`: orders are out; `closing`: orders that end it are out. */
  readonly phase: 'opening' | 'open' | 'closing'
  /** When the orders of this phase went out. */
  readonly actedAt: number
  readonly expiry: number
  /** As ordered, then as filled: signed sizes in the instruments' size unit. */
  readonly legs: readonly RoundLeg[]
  /** What was taken in per unit of size, in the unit that the options are quoted in. */
  readonly credit: number
  /** What could be lost at most, USD, as reckoned when it was opened. */
  readonly lossMax: number
  readonly why: readonly string[]
  /** Why it is being closed. */
  readonly closing?: RoundEnd
}

export type RoundLeg = { readonly instrument: string; readonly size: number }

export type RoundEnd = {
  readonly kind:
    | 'profit'
    | 'time'
    | 'in-the-money'
    | 'defended'
    | 'uncovered'
    | 'unbalanced'
    | 'expired'
    | 'closed'
    | 'not-filled'
  readonly why: string
}

export type FinishedRound = Omit<Round, 'phase' | 'actedAt' | 'closing'> & {
  readonly closedAt: number
  readonly end: RoundEnd
}

/** What selling remembers for one rule and account. */
export type RoundsMemory = {
  readonly count: number
  readonly open?: Round
  /** The latest, oldest first. */
  readonly done: readonly FinishedRound[]
  /** At-the-money implied vol by day, for its rank: `[day since 1970, last vol of it]`, oldest first. */
  readonly vols: readonly (readonly [day: number, vol: number])[]
}

export const NO_ROUNDS: RoundsMemory = { count: 0, done: [], vols: [] }

const DONE_KEPT = 100
const VOL_DAYS_KEPT = 365
/** Fewer days than this have no rank. */
export const RANK_DAYS_MIN = 20
const DAY_MS = 86_400_000

/**
 * What became of the open round, from what the account holds now: orders were filled, or were not within `waitMs`; or nothing
 * of it is left, because it was closed or has expired. `held` is undefined where holdings are unknown: then nothing changes.
 */
export function settleRound(
  memory: RoundsMemory,
  held: ((instrument: string) => number) | undefined,
  now: number,
  waitMs: number,
): RoundsMemory {
  const { open } = memory
  if (open === undefined || held === undefined) return memory
  const legs = open.legs.map(({ instrument }) => ({ instrument, size: held(instrument) }))
  const flat = legs.every(({ size }) => size === 0)
  const waited = now - open.actedAt >= waitMs
  if (open.phase === 'opening') {
    if (flat) {
      return waited ? finish(memory, open, now, { kind: 'not-filled', why: 'its orders were not filled' }) : memory
    }
    const filled = legs.every(({ size }, index) => size === open.legs[index]!.size)
    if (!filled && !waited) return memory
    return { ...memory, open: { ...open, phase: 'open', legs } }
  }
  // A wing that nobody would buy is left to expire; the round is over once nothing is short.
  if (legs.every(({ size }) => size >= 0)) {
    const expired = now >= open.expiry
    const end: RoundEnd = expired
      ? { kind: 'expired', why: 'it expired' }
      : (open.closing ?? { kind: 'closed', why: 'it was closed by other orders' })
    return finish(memory, open, now, end)
  }
  if (open.phase === 'closing' && waited) {
    const { closing: _, ...rest } = open
    return { ...memory, open: { ...rest, phase: 'open', legs } }
  }
  const same = legs.every(({ size }, index) => size === open.legs[index]!.size)
  return same || open.phase === 'closing' ? memory : { ...memory, open: { ...open, legs } }
}

function finish(memory: RoundsMemory, round: Round, now: number, end: RoundEnd): RoundsMemory {
  const { phase: _, actedAt: __, closing: ___, ...rest } = round
  const { open: ____, ...others } = memory
  return { ...others, done: [...memory.done, { ...rest, closedAt: now, end }].slice(-DONE_KEPT) }
}

/** Notes the day's implied vol; a later one of the same day takes its place. */
export function rememberVol(memory: RoundsMemory, vol: number | undefined, now: number): RoundsMemory {
  if (vol === undefined || !(vol > 0 && vol < Number.POSITIVE_INFINITY)) return memory
  const day = Math.floor(now / DAY_MS)
  const last = memory.vols.at(-1)
  if (last !== undefined && last[0] === day && last[1] === vol) return memory
  const before = last?.[0] === day ? memory.vols.slice(0, -1) : memory.vols
  return { ...memory, vols: [...before, [day, vol] as const].slice(-VOL_DAYS_KEPT) }
}

/**
 * Rank of a vol among the days remembered: (vol − lowest) ÷ (highest − lowest), 0 … 1. Undefined with fewer than 20 days, or
 * where they were all alike.
 */
export function volRank({ vols }: RoundsMemory, vol: number): number | undefined {
  if (vols.length < RANK_DAYS_MIN) return undefined
  const values = vols.map(([, one]) => one)
  const lowest = Math.min(...values)
  const highest = Math.max(...values)
  const rank = (vol - lowest) / (highest - lowest)
  return Number.isFinite(rank) ? Math.min(1, Math.max(0, rank)) : undefined
}

export type CloseTerms = {
  /** Close with so much time left, milliseconds. */
  readonly timeLeft?: number
  /** Close when so much of the credit is earned, 0 … 1. */
  readonly profit?: number
  /** Close when what was sold is in the money. */
  readonly inTheMoney: boolean
  /** Close when |delta| of what was sold is so large. */
  readonly delta?: number
  /** Close when closing costs the credit and so many times it beyond: loss ÷ credit. */
  readonly loss?: number
}

export type RoundView = {
  /** What closing one unit costs now, in the unit of the credit; absent where a side is not quoted. */
  readonly cost?: number
  /** Largest |delta| of what was sold; absent where unknown. */
  readonly delta?: number
  /** Whether what was sold is in the money; absent where unknown. */
  readonly inTheMoney?: boolean
}

/**
 * Why an open round should be closed now, if it should: defence before profit before time. What is not known closes nothing;
 * that the whole is unbalanced (something is short that should be covered) does, whatever else is known.
 */
export function whyClose(round: Round, terms: CloseTerms, view: RoundView, now: number): RoundEnd | undefined {
  const { cost, delta, inTheMoney } = view
  const { credit } = round
  if (isUnbalanced(round)) return { kind: 'unbalanced', why: 'a leg was not filled as its wing was' }
  if (terms.delta !== undefined && delta !== undefined && delta >= terms.delta) {
    return { kind: 'defended', why: `delta ${delta.toFixed(3)} reached ${terms.delta.toFixed(3)}` }
  }
  if (terms.loss !== undefined && cost !== undefined && credit > 0 && cost - credit >= terms.loss * credit) {
    const times = ((cost - credit) / credit).toFixed(2)
    return { kind: 'defended', why: `closing loses ${times} times the credit, at most ${terms.loss.toFixed(2)}` }
  }
  if (terms.inTheMoney && inTheMoney === true) return { kind: 'in-the-money', why: 'what was sold is in the money' }
  if (terms.profit !== undefined && cost !== undefined && credit > 0 && cost <= (1 - terms.profit) * credit) {
    const earned = ((1 - cost / credit) * 100).toFixed(0)
    return { kind: 'profit', why: `${earned} % of the credit is earned` }
  }
  if (terms.timeLeft !== undefined && round.expiry - now <= terms.timeLeft) {
    return { kind: 'time', why: `${((round.expiry - now) / DAY_MS).toFixed(1)} d are left` }
  }
  return undefined
}

/** An iron condor that is short more than the wing beside it covers. Its legs are both wings, then what they cover. */
export function isUnbalanced({ strategy, legs }: Pick<Round, 'strategy' | 'legs'>): boolean {
  if (strategy !== 'iron-condor') return false
  const size = (leg: number) => legs[leg]?.size ?? 0
  return -size(2) > size(0) || -size(3) > size(1)
}
