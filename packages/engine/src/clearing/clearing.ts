import type { Money } from '../book/money.js'
import { digestOf } from '../journal/digest.js'
import { type AdlCandidate, adlQueue, type Health, type LiquidationPlan } from '../liquidation/index.js'
import { marginModel } from '../margin/registry.js'
import { assessAccount, healthOf, markedEquity } from './assess.js'
import type { ClearingDecision } from './decision.js'
import { enforce, lapseOrders, requestAuction } from './enforce.js'
import type { ClearingEvent } from './event.js'
import * as intake from './intake.js'
import { auditClearing } from './ledger.js'
import { LINEAR_RULE } from './linearRule.js'
import { modelRule } from './modelRule.js'
import { type ClearingParameters, checkClearingParameters } from './parameters.js'
import { planAccount } from './plan.js'
import { adlStanding } from './resolve.js'
import type { Assessed, MarginRule } from './rule.js'
import { bid } from './sale.js'
import { decodeState, type Encoded, encodeState } from './snapshot.js'
import { type AccountState, type ClearingState, decide, newClearingState, type Turn } from './state.js'

export type Clearing = {
  /** Applies events in order and answers with what was decided. Nothing else changes the state. */
  step(events: readonly ClearingEvent[]): readonly ClearingDecision[]
  /** The state, to be read only. */
  view(): Readonly<ClearingState>
  /** `undefined` where there is no such account, or its margin is not known. */
  health(account: string): Health | undefined
  /** Margin of an account, or what it lacks to be known; `undefined` where there is no such account. */
  assess(account: string): Assessed | undefined
  /** How an account would be liquidated now; `undefined` where there is no such account, or its margin is not known. */
  plan(account: string): LiquidationPlan | undefined
  /** Who would be deleveraged against a residual of this sign in a market, first to be asked first. */
  adlQueue(market: string, residual: Money): readonly AdlCandidate[]
  /** What is wrong with the books; empty where every unit is accounted for. */
  audit(): readonly string[]
  /** SHA-256 of the state. */
  digest(): string
  /** The state as JSON, for `restoreClearing`. */
  snapshot(): Encoded
}

/**
 * A clearing house: accounts, positions and collateral in exact money; margin calls, liquidations, auctions, the insurance funds,
 * auto-deleveraging and socialised losses. Deterministic: the same events give the same decisions and the same digest.
 *
 * @throws {ClearingParameterError} where a parameter is outside its range.
 * @throws {UnknownMarginModelError} where the margin model is not known, {MarginParameterError} where its overrides do not hold.
 */
export function createClearing(parameters: ClearingParameters): Clearing {
  checkClearingParameters(parameters)
  return clearingOf(parameters, newClearingState(parameters))
}

/** Goes on from a snapshot as if nothing had happened. */
export function restoreClearing(parameters: ClearingParameters, snapshot: Encoded): Clearing {
  checkClearingParameters(parameters)
  return clearingOf(parameters, decodeState(snapshot) as ClearingState)
}

function ruleOf(parameters: ClearingParameters): MarginRule {
  const { margin } = parameters
  return margin === undefined ? LINEAR_RULE : modelRule(marginModel(margin.model, margin.overrides), parameters)
}

function clearingOf(parameters: ClearingParameters, state: ClearingState): Clearing {
  const rule = ruleOf(parameters)
  const view = { parameters, state, rule }
  return {
    step: (events) => {
      const turn: Turn = { parameters, state, rule, decisions: [], queue: new Set() }
      for (const event of events) take(turn, event)
      return turn.decisions
    },
    view: () => state,
    health: (id) => {
      const account = state.accounts.get(id)
      return account === undefined ? undefined : healthOf(view, account)
    },
    assess: (id) => {
      const account = state.accounts.get(id)
      return account === undefined ? undefined : assessAccount(view, account)
    },
    plan: (id) => {
      const account = state.accounts.get(id)
      const health = account === undefined ? undefined : healthOf(view, account)
      return health === undefined ? undefined : planAccount(view, account!, health)
    },
    adlQueue: (name, residual) => {
      const holders = [...(state.markets.get(name)?.holders ?? [])]
      const standing = holders.map((id) => adlStanding(view, state.accounts.get(id)!, name))
      return adlQueue(residual, standing, parameters.adl.rule, parameters.adl.seed)
    },
    audit: () => auditClearing(state, parameters.settlementAsset),
    digest: () => digestOf(encodeState(state)),
    snapshot: () => encodeState(state),
  }
}

function take(turn: Turn, event: ClearingEvent): void {
  const { state } = turn
  const refusal = orderOf(state, event)
  if (refusal !== undefined) {
    turn.decisions.push({
      kind: 'refused',
      time: state.time,
      sequence: event.sequence,
      event: event.kind,
      reason: refusal,
    })
    return
  }
  const timePassed = event.time > state.time
  state.sequence = event.sequence
  state.time = event.time
  if (timePassed) {
    intake.judgeMarkets(turn)
    intake.judgeAssets(turn)
  }
  const verdict = event.kind === 'clock' ? undefined : apply(turn, event)
  if (verdict !== undefined) decide(turn, { kind: 'refused', event: event.kind, reason: verdict })
  if (event.kind === 'mark' || event.kind === 'tick') intake.judgeMarkets(turn)
  if (timePassed) attend(turn)
  // Judging an account may touch others (deleveraging, socialising): they join the queue until nothing is left to judge.
  for (const id of turn.queue) {
    turn.queue.delete(id)
    enforce(turn, state.accounts.get(id)!)
  }
  gate(turn)
}

function orderOf(state: ClearingState, event: ClearingEvent) {
  if (event.sequence <= state.sequence) return 'already-seen' as const
  if (event.sequence !== state.sequence + 1) return 'out-of-order' as const
  return event.time >= state.time ? undefined : ('time-runs-back' as const)
}

function apply(turn: Turn, event: Exclude<ClearingEvent, { readonly kind: 'clock' }>): intake.Verdict {
  switch (event.kind) {
    case 'open-account':
      return intake.openAccount(turn, event)
    case 'deposit':
      return intake.deposit(turn, event)
    case 'withdrawal':
      return intake.withdraw(turn, event)
    case 'transfer':
      return intake.transfer(turn, event)
    case 'fund-contribution':
      return intake.contributeFund(turn, event)
    case 'order':
      return intake.order(turn, event)
    case 'order-done':
      return intake.orderDone(turn, event)
    case 'trade':
      return intake.trade(turn, event)
    case 'mark':
      return intake.mark(turn, event)
    case 'tick':
      return intake.tick(turn, event)
    case 'expiry':
      return intake.expire(turn, event)
    case 'asset-price':
      return intake.assetPriced(turn, event)
    case 'funding':
      return intake.funding(turn, event)
    case 'settlement':
      return intake.settle(turn, event)
    case 'fill':
      return intake.fill(turn, event)
    case 'bid':
      return bid(turn, event)
    case 'auction-request':
      return requestAuction(turn, event.keeper, event.account)
    case 'notice-delivered':
      return intake.noticeDelivered(turn, event)
  }
}

/** Lets time pass for the accounts that have a timer. */
function attend(turn: Turn): void {
  const { state } = turn
  if (state.time < state.nextTimer) return
  state.nextTimer = state.time + 1_000
  for (const id of state.attention) {
    const account = state.accounts.get(id)!
    lapseOrders(turn, account, state.time)
    turn.queue.add(id)
  }
}

/** Withdrawals are gated while a loss beyond the fund is fresh, and while open deficits exceed what the funds hold. */
function gate(turn: Turn): void {
  const { state } = turn
  const gated = state.time < state.gateUntil || deficits(turn) > funds(state)
  if (gated === state.gated) return
  state.gated = gated
  decide(turn, { kind: 'withdrawals', gated })
}

function deficits(turn: Turn): Money {
  let sum = 0n
  for (const id of turn.state.attention) {
    const account = turn.state.accounts.get(id)!
    if (account.band !== 'insolvent') continue
    const equity = markedEquity(turn, account)
    if (equity < 0n) sum -= equity
  }
  return sum
}

function funds(state: ClearingState): Money {
  let sum = 0n
  for (const { fund } of state.markets.values()) sum += fund
  return sum
}

export type { AccountState, ClearingState }
