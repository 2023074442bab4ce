import type { GuardConfiguration, GuardedInput, GuardLimits } from '../policy/configuration.js'

/** What the guard tolerates: by kind of input, as policy's `guard:` section has it, and what concerns all kinds. */
export type GuardSettings = GuardConfiguration & {
  /** A source's clock may run ahead of ours by this much before its figures are suspect. */
  readonly clockAheadMs: number
  /** Mark price may lie outside bid/ask by this share of the mark before it is suspect. */
  readonly markOutsideQuote: number
  /** Coins taken at one dollar while no source prices them; the assumption is named in the input's reasons. */
  readonly parAssets: readonly string[]
}

const minute = 60_000
const hour = 3_600_000

const limits = (delayedAfterMs: number, maxAgeMs: number, maxJump: number, maxDivergence: number): GuardLimits => ({
  delayedAfterMs,
  maxAgeMs,
  maxJump,
  maxDivergence,
  maxConfidence: 0.01,
})

/** Fit for streaming feeds of an active venue; recorded chains six hours apart need wider ages. */
export const DEFAULT_GUARD: GuardSettings = {
  index: limits(10_000, 60_000, 0.1, 0.01),
  forward: limits(30_000, 2 * minute, 0.1, 0.02),
  surface: limits(5 * minute, 20 * minute, 1, 0.25),
  quote: limits(5 * minute, 20 * minute, 1, 0.1),
  account: limits(hour, 24 * hour, 1, 1),
  averageWindowMs: 5 * minute,
  clockAheadMs: 2000,
  markOutsideQuote: 0.001,
  parAssets: ['DAI', 'USDC', 'USDT'],
}

/** Settings from a checked configuration, with what it does not speak of at its default. */
export function guardSettings(configuration: GuardConfiguration): GuardSettings {
  return { ...DEFAULT_GUARD, ...configuration }
}

/**
 * A reading this many times older than allowed has lost its say against other sources: until then, what a source that fell
 * silent last said still counts as a contradiction.
 */
export const VOICE_LASTS = 10

export type { GuardedInput, GuardLimits }
