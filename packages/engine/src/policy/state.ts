import type { Stage, Tier } from '../decision.js'

/**
 * What rules remember between turns: plain data, part of the engine's state. Keys are sorted wherever order reaches an
 * output, so equal states have equal digests whatever their history.
 */
export type RuleState = {
  /** By `rule|scope`, see `instanceKey`. */
  readonly instances: Readonly<Record<string, RuleInstanceState>>
  /** What each rule has used of its bounds in the last day, by rule. */
  readonly used: Readonly<Record<string, readonly BoundUse[]>>
  /** Stages that a person changed from what the file says, by rule. */
  readonly stages: Readonly<Record<string, Stage>>
  /** Scopes in which all but alerts, cancels and reductions are held, by scope key, with who or what asked. */
  readonly halts: Readonly<Record<string, Halt>>
  /** Alert subjects that are firing, by subject key. */
  readonly alerts: Readonly<Record<string, AlertSubjectState>>
  /** Highest equity seen and the first one, by account or portfolio scope key: for drawdowns. */
  readonly equity: Readonly<Record<string, EquityMemory>>
}

export type RuleInstanceState = {
  readonly phase: 'armed' | 'fired'
  /** Counts the times it was armed; part of what a decision's id is made of. */
  readonly episode: number
  readonly firedAt?: number
  /** Since when the re-arm condition holds without a break. */
  readonly rearmSince?: number
  /** The refusal that was last recorded in this episode, so that it is recorded once. */
  readonly denied?: string
  /** The fault that was last recorded. */
  readonly fault?: string
  /** Actions taken in this episode. */
  readonly actions: number
}

export type BoundUse = { readonly time: number; readonly amount: string }

export type Halt = { readonly since: number; readonly by: string; readonly reason: string }

export type AlertSubjectState = {
  /** Tiers that are firing, with the rule and since when. */
  readonly tiers: Readonly<
    Partial<Record<Tier, { readonly rule: string; readonly since: number; readonly told: boolean }>>
  >
}

export type EquityMemory = { readonly first: number; readonly peak: number }

export const EMPTY_RULE_STATE: RuleState = { instances: {}, used: {}, stages: {}, halts: {}, alerts: {}, equity: {} }
