import type { AccountAssessment, Decision, EngineView, InputState, PortfolioAssessment, Turn } from '@holdfast/engine'
import { scopeText } from '../report/summary.js'
import type { alerts, assessments, decisions, flags, inputs, turns } from './schema.js'

/** What one turn adds to each table. */
export type ViewRows = {
  readonly turns: (typeof turns.$inferInsert)[]
  readonly decisions: (typeof decisions.$inferInsert)[]
  readonly alerts: (typeof alerts.$inferInsert)[]
  readonly assessments: (typeof assessments.$inferInsert)[]
  readonly inputs: (typeof inputs.$inferInsert)[]
  readonly flags: (typeof flags.$inferInsert)[]
}

export function emptyRows(): ViewRows {
  return { turns: [], decisions: [], alerts: [], assessments: [], inputs: [], flags: [] }
}

/**
 * Adds a turn's rows.
 *
 * @param qualities - the last quality of each input, brought up to this turn: only changes become rows.
 */
export function addTurn(
  rows: ViewRows,
  turn: Turn,
  view: EngineView,
  head: string,
  qualities: Map<string, string>,
): void {
  const { sequence } = turn
  const time = new Date(turn.time)
  rows.turns.push({
    sequence,
    time,
    events: turn.events.length,
    decisions: turn.decisions.length,
    flags: turn.flags.length,
    head,
    assessmentDigest: turn.assessmentDigest,
    stateDigest: turn.stateDigest,
  })
  for (const decision of turn.decisions) addDecision(rows, sequence, decision)
  const { accounts, portfolios } = view.assessment
  for (const account of accounts) rows.assessments.push({ sequence, time, ...accountFields(account) })
  for (const portfolio of portfolios) rows.assessments.push({ sequence, time, ...portfolioFields(portfolio) })
  for (const input of view.assessment.inputs) {
    if (qualities.get(input.name) === input.quality) continue
    qualities.set(input.name, input.quality)
    rows.inputs.push({ sequence, time, ...inputFields(input) })
  }
  for (const [position, flag] of turn.flags.entries()) rows.flags.push({ sequence, position, time, ...flag })
}

function addDecision(rows: ViewRows, sequence: number, decision: Decision): void {
  const { id, rule, stage, scope, action, outcome, condition } = decision
  const time = new Date(decision.time)
  const about = scopeText(decision)
  rows.decisions.push({
    id,
    sequence,
    time,
    rule,
    stage,
    scopeKind: scope.kind,
    scope: about,
    action: action.kind,
    outcome,
    condition,
    body: decision,
  })
  if (action.kind !== 'alert') return
  const { tier, state, summary } = action
  rows.alerts.push({ id, sequence, time, tier, state, rule, scope: about, summary })
}

function accountFields(account: AccountAssessment) {
  const { margin } = account
  return {
    kind: 'account',
    subject: account.account,
    equity: margin.ok ? margin.equity : null,
    initialMargin: margin.ok ? margin.initialMargin : null,
    maintenanceMargin: margin.ok ? margin.maintenanceMargin : null,
    ...riskFields(account),
  }
}

function portfolioFields(portfolio: PortfolioAssessment) {
  return {
    kind: 'portfolio',
    subject: portfolio.portfolio,
    equity: portfolio.equity ?? null,
    initialMargin: portfolio.initialMargin ?? null,
    maintenanceMargin: portfolio.maintenanceMargin ?? null,
    ...riskFields(portfolio),
  }
}

function riskFields(risk: AccountAssessment | PortfolioAssessment) {
  return {
    marginRatio: risk.marginRatio ?? null,
    liquidatable: risk.marginRatio === undefined ? null : risk.marginRatio >= 1,
    cashDelta: Number.isFinite(risk.cashDelta) ? risk.cashDelta : null,
    worstScenarioPnl: risk.worstScenario?.pnl ?? null,
    nearestLiquidation: risk.distance?.nearest ?? null,
    quality: risk.quality,
    missing: [...risk.missing],
  }
}

function inputFields({ name, source, quality, ageMs, reasons }: InputState) {
  return { input: name, source, quality, ageMs: ageMs ?? null, reasons: [...reasons] }
}
