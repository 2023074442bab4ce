import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type {
  Action,
  ConditionTerm,
  DecisionInput,
  DecisionOutcome,
  KillMode,
  Scope,
  Stage,
  Tier,
} from '../decision.js'
import type { VolAnchor } from '../hedge/volMove.js'
import type { FloorMemory } from '../insurance/floor.js'
import type { RoundsMemory } from '../insurance/round.js'
import { canonicalJson } from '../journal/canonical.js'
import type { ActionClass } from '../market/permits.js'
import type { PreTradeUse } from '../order/preTrade.js'

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
  /** Kills that stand, by scope key (`all` for everything). */
  readonly kills: Readonly<Record<string, Kill>>
  /** What waits for a person, by the id of its decision. */
  readonly approvals: Readonly<Record<string, Approval>>
  /** What each rule did at its stage, by rule. */
  readonly records: Readonly<Record<string, StageRecord>>
  /** What pre-trade levels have used, by level; and where periods began, by `price:instrument`. */
  readonly preTrade: Readonly<Record<string, PreTradeUse>>
  /** Orders that are worked in steps, by the id of their decision. */
  readonly working: Readonly<Record<string, WorkedOrder>>
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
  /** Its latest orders: where they end short of their size, the rule may act again after its cool-down. */
  readonly orders?: readonly string[]
  /** Vols when the rule last hedged, for rules that leave moves of vol alone. */
  readonly anchors?: readonly VolAnchor[]
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

export type Kill = {
  readonly since: number
  readonly by: string
  readonly reason: string
  readonly mode: KillMode
  /** Sizes to end at, exact decimals by `account|instrument`; what is not listed ends flat. Only for `reduce`. */
  readonly targets?: Readonly<Record<string, string>>
  /** When orders were last withdrawn, by account. */
  readonly cancelled: Readonly<Record<string, number>>
  /** State last reported, what was open then, and when. */
  readonly told?: { readonly state: string; readonly open: string; readonly time: number }
}

export type Approval = {
  readonly rule: string
  readonly scope: Scope
  readonly stage: Stage
  readonly action: Action
  readonly actionClass: ActionClass
  readonly condition: string
  readonly terms: readonly ConditionTerm[]
  readonly inputs: readonly DecisionInput[]
  readonly since: number
  readonly expires: number
  /** How many different people must confirm, and who did. */
  readonly people: number
  readonly confirmed: readonly string[]
}

/** Since when a rule is at its stage, and what it decided there. */
export type StageRecord = {
  readonly stage: Stage
  readonly since: number
  readonly decisions: number
  readonly denied: number
}

export type WorkedOrder = {
  readonly rule: string
  readonly scope: Scope
  readonly stage: Stage
  readonly action: Extract<Action, { kind: 'order' }>
  readonly actionClass: ActionClass
  readonly outcome: DecisionOutcome
  readonly since: number
  /** Steps taken; the id and time of the latest, and whether its withdrawal was asked for. */
  readonly steps: number
  readonly step?: string
  readonly stepAt?: number
  readonly withdrawn?: boolean
  /** What the earlier steps filled, exact, signed. */
  readonly filled: string
  /** What is left of the limit on steps: moves of a chase, slices. */
  readonly left: number
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
  kills: {},
  approvals: {},
  records: {},
  working: {},
  preTrade: {},
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
