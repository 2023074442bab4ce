import { settleAlerts } from '../../alert/board.js'
import { type RuleFault, troublesOf } from '../../alert/troubles.js'
import { settleTroubles } from '../../alert/watch.js'
import type { Assessment } from '../../assess/assessment.js'
import type { Decision } from '../../decision.js'
import type { ControlEvent } from '../../event.js'
import { NO_ORDERS, type OrdersView } from '../../order/tracked.js'
import { type Draft, draftOf } from '../draft.js'
import type { Rulebook } from '../rulebook.js'
import type { RuleState } from '../state.js'
import { scopeKey } from '../state.js'
import { subjectsOf } from '../subject.js'
import { lapseApprovals } from './approvals.js'
import type { DecideContext, DecideMarket } from './context.js'
import { takeControls } from './controls.js'
import { type Judgement, judgeRule } from './judgeRule.js'
import { pursueKills } from './kills.js'
import { beginRecords } from './ladder.js'
import { rememberVaults } from './vault.js'
import { workOrders } from './work.js'

export type Decided = {
  /** Actions of rules in the order of the rulebook, then alerts, then what is wrong with sight and reach. */
  readonly decisions: readonly Decision[]
  /** To be handed in at the next turn. */
  readonly state: RuleState
}

/**
 * Decides: every rule on everything in its scope, once. Pure: the same arguments give the same decisions, byte for byte;
 * `state` is not changed. A fault in one rule is told and leaves the others alone.
 *
 * @param now - engine time, epoch milliseconds.
 * @param controls - what people said since the last turn.
 * @param orders - what is under way, and how the lines stand.
 */
export function decide(
  rulebook: Rulebook,
  state: RuleState,
  assessment: Assessment,
  market: DecideMarket,
  now: number,
  controls: readonly ControlEvent[] = [],
  orders: OrdersView = NO_ORDERS,
): Decided {
  const draft = draftOf(state)
  const context: DecideContext = { rulebook, assessment, market, now, draft, orders, decisions: [] }
  rememberEquity(draft, assessment)
  rememberVaults(draft, rulebook.rules, assessment, market, now)
  beginRecords(context)
  takeControls(context, controls)
  const pursued = pursueKills(context)
  lapseApprovals(context)
  workOrders(context)
  const judgements: Judgement[] = []
  const faults: RuleFault[] = []
  for (const rule of rulebook.rules) {
    for (const subject of subjectsOf(rule.scope, assessment)) {
      try {
        const judgement = judgeRule(context, rule, subject)
        judgements.push(judgement)
        if (judgement.fault !== undefined)
          faults.push({ rule: rule.id, scope: subject.scope, message: judgement.fault })
      } catch (error) {
        faults.push({ rule: rule.id, scope: subject.scope, message: (error as Error).message })
      }
    }
  }
  // A rule may have thrown the switch in this turn: what it asks for begins at once.
  pursueKills(context, pursued)
  settleAlerts(context, judgements)
  settleTroubles(context, troublesOf(context, judgements, faults))
  return { decisions: context.decisions, state: draft.finish() }
}

/** Highest and first equity of each account and portfolio, where it is known. */
function rememberEquity(draft: Draft, assessment: Assessment): void {
  const remember = (key: string, equity: number | undefined) => {
    if (equity === undefined || !Number.isFinite(equity)) return
    const before = draft.get('equity', key)
    if (before === undefined) draft.set('equity', key, { first: equity, peak: equity })
    else if (equity > before.peak) draft.set('equity', key, { first: before.first, peak: equity })
  }
  for (const { account, margin } of assessment.accounts) {
    remember(scopeKey({ kind: 'account', account }), margin.ok ? margin.equity : undefined)
  }
  for (const { portfolio, equity } of assessment.portfolios)
    remember(scopeKey({ kind: 'portfolio', portfolio }), equity)
}
