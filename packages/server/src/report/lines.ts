import { type AccountAssessment, type Assessment, canonicalJson, type Turn } from '@holdfast/engine'
import { accountPoint, isoTime, wireRatio } from './tally.js'

/**
 * The rows of `assessments.jsonl`: one for each account and portfolio of a turn. Positions, the scenario grid and
 * concentrations are left out; a replay of the journal gives them back.
 */
export function assessmentLines(turn: Turn, assessment: Assessment): readonly string[] {
  const at = { sequence: turn.sequence, time: isoTime(turn.time) }
  const accounts = assessment.accounts.map((account) => ({
    ...at,
    kind: 'account',
    account: account.account,
    portfolio: account.portfolio,
    marginModel: account.marginModel,
    ...accountPoint(account, turn.time),
    ...(account.calibration === undefined ? {} : { calibration: account.calibration }),
    distance: account.distance ?? null,
    ...riskFields(account),
  }))
  const portfolios = assessment.portfolios.map((portfolio) => ({
    ...at,
    kind: 'portfolio',
    portfolio: portfolio.portfolio,
    equity: portfolio.equity ?? null,
    initialMargin: portfolio.initialMargin ?? null,
    maintenanceMargin: portfolio.maintenanceMargin ?? null,
    marginRatio: wireRatio(portfolio.marginRatio),
    greeks: portfolio.greeks,
    cashDelta: portfolio.cashDelta,
    distance: portfolio.distance ?? null,
    quality: portfolio.quality,
    missing: portfolio.missing,
    ...riskFields(portfolio),
  }))
  return [...accounts, ...portfolios].map(wireLine)
}

/** The rows of `decisions.jsonl`: each decision with the turn that recorded it. */
export function decisionLines(turn: Turn): readonly string[] {
  return turn.decisions.map((decision) =>
    wireLine({ sequence: turn.sequence, ...decision, time: isoTime(decision.time) }),
  )
}

/** The rows of `alerts.jsonl`: the decisions that are alerts, flat. */
export function alertLines(turn: Turn): readonly string[] {
  return turn.decisions.flatMap(({ action, id, rule, stage, scope, time, outcome, inputs }) => {
    if (action.kind !== 'alert') return []
    const { tier, state, summary, labels } = action
    const at = { sequence: turn.sequence, id, time: isoTime(time) }
    return [wireLine({ ...at, tier, state, rule, stage, scope, outcome, summary, labels, inputs })]
  })
}

function riskFields({
  worstScenario,
  valueAtRisk,
  pnl,
}: Pick<AccountAssessment, 'worstScenario' | 'valueAtRisk' | 'pnl'>) {
  return { worstScenario: worstScenario ?? null, valueAtRisk: valueAtRisk ?? null, pnl: pnl ?? null }
}

/** One line of JSON that any reader takes: a number that is not finite is null. */
function wireLine(value: object): string {
  return `${canonicalJson(finite(value))}\n`
}

function finite(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (Array.isArray(value)) return value.map(finite)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, finite(field)]))
}
