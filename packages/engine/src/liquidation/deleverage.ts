import type { Money } from '../book/money.js'
import { LiquidationError } from './error.js'
import { absMoney, minMoney, splitExactly } from './fraction.js'

/**
 * How counterparties are chosen. `hedge-aware` is ours: parts of positions that hedge nothing go first, most profit and leverage
 * before less; hedged books are touched only when nothing else is left. `profit-leverage`: the exchanges' queue.
 */
export const ADL_RULES = ['hedge-aware', 'profit-leverage', 'pro-rata', 'pseudo-random'] as const
export type AdlRule = (typeof ADL_RULES)[number]

export type AdlCandidate = {
  readonly account: string
  /** Signed position in the market: only those opposite to the residual are asked. */
  readonly size: Money
  /** Unrealised profit ÷ entry notional, signed. */
  readonly profitRatio: number
  /** Notional ÷ equity, ≥ 0. */
  readonly leverage: number
  /** Signed exposure of the account to the underlying over everything it holds, in the market's size unit. */
  readonly netExposure: Money
  /** The most that this account can take without being left insolvent; absent: all of its position. */
  readonly maximum?: Money
}

export type AdlTake = { readonly account: string; readonly size: Money }

export type Deleveraging = {
  /** Sizes taken from each counterparty, > 0, in the order in which they were asked; one entry an account. */
  readonly takes: readonly AdlTake[]
  readonly taken: Money
  /** |residual| − taken: nobody was left on the other side. */
  readonly unfilled: Money
}

/**
 * Closes a residual position against the other side of the market, and not a unit more: taken + unfilled = |residual|.
 *
 * @param residual - signed position that is to be closed.
 * @param seed - for `pseudo-random` only: the order is a function of it and of the account names.
 */
export function deleverage(
  residual: Money,
  candidates: readonly AdlCandidate[],
  rule: AdlRule,
  seed = 0,
): Deleveraging {
  const needed = absMoney(residual)
  const takes = new Map<string, Money>()
  let left = needed
  const take = (account: string, amount: Money): void => {
    if (amount === 0n) return
    takes.set(account, (takes.get(account) ?? 0n) + amount)
    left -= amount
  }
  const queue = adlQueue(residual, candidates, rule, seed)
  if (rule === 'pro-rata') {
    const weights = queue.map(available)
    let total = 0n
    for (const weight of weights) total += weight
    const parts = total === 0n ? [] : splitExactly(minMoney(needed, total), weights)
    queue.forEach((candidate, index) => {
      take(candidate.account, parts[index] ?? 0n)
    })
  } else {
    if (rule === 'hedge-aware') {
      for (const candidate of queue) take(candidate.account, minMoney(left, unhedged(candidate)))
    }
    for (const candidate of queue) {
      take(candidate.account, minMoney(left, available(candidate) - (takes.get(candidate.account) ?? 0n)))
    }
  }
  const entries = [...takes].map(([account, size]) => ({ account, size }))
  return { takes: entries, taken: needed - left, unfilled: left }
}

/**
 * The queue for a residual of this sign, first to be asked first: what is published before it is ever needed.
 *
 * @throws {LiquidationError} `DUPLICATE_CANDIDATE` where an account stands in the list twice.
 */
export function adlQueue(
  residual: Money,
  candidates: readonly AdlCandidate[],
  rule: AdlRule,
  seed = 0,
): readonly AdlCandidate[] {
  const names = new Set<string>()
  for (const { account } of candidates) {
    if (names.has(account)) throw new LiquidationError('DUPLICATE_CANDIDATE', `${account} stands in the queue twice`)
    names.add(account)
  }
  const opposite = candidates.filter(({ size }) => (residual > 0n ? size < 0n : size > 0n))
  const keyed = opposite.map((candidate) => ({ candidate, key: keyOf(candidate, rule, seed) }))
  keyed.sort((a, b) => b.key - a.key || (a.candidate.account < b.candidate.account ? -1 : 1))
  return keyed.map(({ candidate }) => candidate)
}

/** What an account can take: its position, within its maximum. */
function available({ size, maximum }: AdlCandidate): Money {
  const held = absMoney(size)
  return maximum === undefined ? held : minMoney(held, maximum)
}

/** The part of a position that adds to the account's exposure, rather than offsetting something else it holds. */
function unhedged(candidate: AdlCandidate): Money {
  const { size, netExposure } = candidate
  const sameSide = size > 0n ? netExposure : -netExposure
  return sameSide <= 0n ? 0n : minMoney(available(candidate), sameSide)
}

function keyOf(candidate: AdlCandidate, rule: AdlRule, seed: number): number {
  switch (rule) {
    case 'hedge-aware':
    case 'profit-leverage':
      // As the venues rank: a profit counts more, a loss less, the higher the leverage.
      return candidate.profitRatio >= 0
        ? candidate.profitRatio * candidate.leverage
        : candidate.profitRatio / Math.max(candidate.leverage, Number.MIN_VALUE)
    case 'pro-rata':
      return 0
    case 'pseudo-random':
      return scramble(seed, candidate.account)
  }
}

/** A 32-bit hash (FNV-1a, then murmur's finaliser) of seed and name. */
function scramble(seed: number, name: string): number {
  let hash = (2166136261 ^ seed) >>> 0
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16777619) >>> 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
