import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Scope, Stage, Tier } from '../decision.js'
import type { FloorMemory } from '../insurance/floor.js'
import type { RoundsMemory } from '../insurance/round.js'
import { canonicalJson } from '../journal/canonical.js'

/**
 * What rules remember between turns: plain data, part of the engine's state. Only what differs from the beginning is kept,
 * so a book of many accounts at rest costs nothing.
 */
export type RuleState = {
  /** By `rule|scope`, see `instanceKey`; absent: armed, never fired. */
  readonly instances: Readonly<Record<string, RuleInstanceState>>
  /** What each rule has used of its bounds in the last day, oldest first, by rule. */
  readonly used: Readonly<Record<string, readonly BoundUse[]>>
  /** Stages that a person changed from what the file says, by rule. */
  readonly stages: Readonly<Record<string, Stage>>
  /** Scopes in which nothing may open risk, by scope key (`all` for everything), with who asked and why. */
  readonly halts: Readonly<Record<string, Halt>>
  /** Alerts that stand, by `subject|scope`. */
  readonly alerts: Readonly<Record<string, AlertSubjectState>>
  /** What is wrong with inputs and with sight, by subject key: since when, and whether it was told. */
  readonly watch: Readonly<Record<string, WatchState>>
  /** First and highest equity seen, by scope key: for drawdowns. */
  readonly equity: Readonly<Record<string, EquityMemory>>
  /** Floors of insurance, by `rule|scope`. */
  readonly floors: Readonly<Record<string, FloorMemory>>
  /** Rounds of option selling, by `rule|scope`. */
  readonly rounds: Readonly<Record<string, RoundsMemory>>
}

export type RuleInstanceState = {
  readonly phase: 'armed' | 'fired'
  /** Times that it was armed again; part of what a decision's id is made of. */
  readonly episode: number
  /** When it last fired, and when it last acted. */
  readonly firedAt?: number
  readonly actedAt?: number
  /** Actions and refusals in this episode: numbers them. */
  readonly count: number
  /** Since when the re-arm condition holds without a break. */
  readonly rearmSince?: number
  /** Refusals that were recorded in this episode, sorted, so that each is recorded once. */
  readonly denied?: readonly string[]
}

/** Amounts of one action by unit, exact decimals. */
export type BoundUse = { readonly time: number; readonly amounts: Readonly<Record<string, string>> }

export type Halt = { readonly since: number; readonly by: string; readonly reason: string }

/** Tiers of one subject that are firing. `told`: a message went out; a lower tier is covered by a higher one. */
export type AlertSubjectState = Readonly<Partial<Record<Tier, AlertTierState>>>
export type AlertTierState = { readonly rule: string; readonly since: number; readonly told: boolean }

export type WatchState = {
  readonly since: number
  readonly rule: string
  readonly scope: Scope
  readonly tier: Tier
  readonly summary: string
  /** When it was told; absent: not yet. */
  readonly toldAt?: number
  /** Since when it is well again, after it was told. */
  readonly wellSince?: number
}

export type EquityMemory = { readonly first: number; readonly peak: number }

export const EMPTY_RULE_STATE: RuleState = {
  instances: {},
  used: {},
  stages: {},
  halts: {},
  alerts: {},
  watch: {},
  equity: {},
  floors: {},
  rounds: {},
}

export const ARMED: RuleInstanceState = { phase: 'armed', episode: 0, count: 0 }

/** One text per scope; equal scopes have equal texts. */
export function scopeKey(scope: Scope): string {
  switch (scope.kind) {
    case 'account':
      return `account:${scope.account}`
    case 'portfolio':
      return `portfolio:${scope.portfolio}`
    case 'underlying':
      return `underlying:${scope.portfolio}/${scope.underlying}`
    case 'input':
      return `input:${scope.input}`
  }
}

export function instanceKey(rule: string, scope: Scope): string {
  return `${rule}|${scopeKey(scope)}`
}

/** SHA-256 of the state: equal states have equal digests, whatever the order in which they came about. */
export function ruleStateDigest(state: RuleState): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(state))))
}
