import type { DecisionOutcome, Stage } from '../../decision.js'
import { blockOver } from '../../order/blocks.js'
import type { PlannedAction } from '../plan/plan.js'
import type { DecideContext } from './context.js'
import { preTradeOver } from './preTrade.js'
import { isWorked } from './work.js'

/** Where an action goes, or what keeps it back. */
export type Passage =
  | { readonly ok: true; readonly outcome: DecisionOutcome }
  /** `waits`: it passes by itself, and is not recorded as a refusal. */
  | { readonly ok: false; readonly code: string; readonly reason: string; readonly waits: boolean }

/**
 * The way of an action from its rule to the world: its stage says how far it may go, the connection of its account where to,
 * and what is under way whether now. Halts, bounds and the oracle guard are asked before.
 */
export function passageOf(context: DecideContext, rule: string, stage: Stage, planned: PlannedAction): Passage {
  const { action, actionClass } = planned
  if (stage === 'plan' || stage === 'shadow') return { ok: true, outcome: 'planned' }
  if (action.kind === 'order') {
    const block = blockOver(context.orders, context.decisions, action, actionClass === 'open')
    if (block !== undefined) return { ok: false, ...block, waits: block.code === 'in-flight' }
    if (isWorked(context, action.account, action.instrument)) {
      return { ok: false, code: 'in-flight', reason: `an order in ${action.instrument} is being worked`, waits: true }
    }
  }
  const refusal = preTradeOver(context, rule, planned)
  if (refusal !== undefined) {
    const { code, level, reason } = refusal
    return { ok: false, code: `pre-trade-${code}`, reason: `pre-trade control of ${level}: ${reason}`, waits: false }
  }
  if (stage === 'approve') return { ok: true, outcome: 'pending' }
  return stage === 'paper' ? paperPassage(context, planned) : livePassage(context, planned)
}

/** Where a confirmed or killing action goes: to the venue where its account is connected, else to paper. */
export function outcomeFor(context: DecideContext, account: string): DecisionOutcome {
  return isConnected(context, account) ? 'sent' : 'papered'
}

export function isConnected(context: DecideContext, account: string): boolean {
  return context.rulebook.configuration.accounts.some(
    ({ id, connection }) => id === account && connection !== undefined,
  )
}

function paperPassage(context: DecideContext, { action }: PlannedAction): Passage {
  if (action.kind !== 'order' || !isConnected(context, action.account)) return { ok: true, outcome: 'papered' }
  const reason = `${action.account} is connected: simulated fills would mix with what it really holds. Rehearse on an account without a connection, or at stage shadow`
  return { ok: false, code: 'paper-on-connected', reason, waits: false }
}

function livePassage(context: DecideContext, { action }: PlannedAction): Passage {
  if (action.kind === 'collateral') {
    const reason = `no venue adapter moves collateral: move ${action.amount} ${action.asset} to ${action.account} by hand`
    return { ok: false, code: 'no-executor', reason, waits: false }
  }
  if ((action.kind === 'order' || action.kind === 'cancel') && !isConnected(context, action.account)) {
    const reason = `${action.account} has no connection, so nothing can be sent for it`
    return { ok: false, code: 'no-connection', reason, waits: false }
  }
  return { ok: true, outcome: 'sent' }
}
