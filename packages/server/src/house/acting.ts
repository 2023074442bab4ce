import {
  criteriaOf,
  type Engine,
  previewKill,
  type Rule,
  type Rulebook,
  type RuleState,
  STAGES,
} from '@holdfast/engine'
import { parseInstrumentKey } from '@holdfast/quant'
import type { ApiPorts, LadderView, RuleView } from '../api/ports.js'

/** What the API asks of acting, answered by the engine. */
export function actingPorts(
  engine: Engine,
  rulebook: Rulebook,
): Required<Pick<ApiPorts, 'previewKill' | 'prices' | 'accounts' | 'rules'>> {
  return {
    previewKill(scope, mode) {
      const market = engine.market()
      const { assessment, orders } = engine.view()
      return market === undefined ? undefined : previewKill({ rulebook, assessment, market, orders }, scope, mode)
    },
    prices() {
      const market = engine.market()
      if (market === undefined) return undefined
      return {
        mark(key) {
          const instrument = parseInstrumentKey(key)
          return instrument === undefined ? undefined : market.mark(instrument).value
        },
        asset: (asset) => market.asset(asset).value,
      }
    },
    accounts: () =>
      rulebook.configuration.accounts.map(({ id, venue, connection }) => ({
        id,
        venue,
        ...(connection === undefined ? {} : { connection }),
      })),
    rules() {
      const { rules, time } = engine.view()
      return rulebook.rules.map((rule) => ruleView(rule, rules, time))
    },
  }
}

function ruleView(rule: Rule, state: RuleState, now: number): RuleView {
  const { perAction, perHour, perDay } = rule.bounds
  const bounds = [
    ...(perAction === undefined ? [] : [{ per: 'action' as const, ...perAction }]),
    ...(perHour === undefined ? [] : [{ per: 'hour' as const, ...perHour }]),
    ...(perDay === undefined ? [] : [{ per: 'day' as const, ...perDay }]),
  ]
  const ladder = rule.action.kind === 'alert' ? undefined : ladderView(rule, state, now)
  return {
    id: rule.id,
    stage: state.stages[rule.id] ?? rule.stage,
    scope: rule.scope.kind,
    condition: rule.when.text,
    action: rule.action.kind,
    bounds,
    ...(ladder === undefined ? {} : { ladder }),
  }
}

function ladderView(rule: Rule, state: RuleState, now: number): LadderView {
  const stage = state.stages[rule.id] ?? rule.stage
  const record = state.records[rule.id]
  const kept = record?.stage === stage ? record : undefined
  const next = STAGES[STAGES.indexOf(stage) + 1]
  return {
    stage,
    ...(kept === undefined ? {} : { since: kept.since }),
    decisions: kept?.decisions ?? 0,
    denied: kept?.denied ?? 0,
    ...(next === undefined ? {} : { next }),
    criteria: next === undefined ? [] : criteriaOf(rule, kept, now),
  }
}
