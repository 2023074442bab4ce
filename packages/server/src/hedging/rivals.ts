import {
  compileCondition,
  DEFAULT_RISK_AVERSION,
  type HedgeBandConfiguration,
  type Rule,
  type Rulebook,
  rulebookOf,
} from '@holdfast/engine'

/** A rule that hedges delta. */
export type HedgeRule = Rule & { readonly action: Extract<Rule['action'], { kind: 'hedge-delta' }> }

/** One way to hedge, as a whole rulebook: all else stays as it is. */
export type Rival = {
  readonly name: string
  readonly rulebook: Rulebook
  /** Absent: this rival does not hedge. */
  readonly rule?: HedgeRule
}

/** Shares of a rule's own thresholds that fixed rivals have. */
const THRESHOLD_SHARES = [0.25, 0.5, 1, 2] as const

/** Threshold of the rivals of a rule without one, as a share of the options that the configuration holds. */
const THRESHOLD_OF_OPTIONS = 0.05

const DEFAULT_AVERSION = { amount: DEFAULT_RISK_AVERSION, per: 'notional' } as const

export function isHedgeRule(rule: Rule): rule is HedgeRule {
  return rule.action.kind === 'hedge-delta'
}

/**
 * A rule, and what might stand in its place: no hedge, fixed thresholds about its own, Whalley and Wilmott's band, Zakamouline's.
 * All at stage `paper` and within the rule's own bounds; rivals look at delta at every turn, where the rule waits for its condition.
 */
export function rivalsOf(rulebook: Rulebook, rule: HedgeRule): readonly Rival[] {
  const replaced = (name: string, other: HedgeRule | undefined): Rival => {
    const rules = rulebook.rules.flatMap((one) => (one.id === rule.id ? (other ?? []) : one))
    return {
      name,
      rulebook: rulebookOf(rulebook.configuration, rules),
      ...(other === undefined ? {} : { rule: other }),
    }
  }
  const base = rule.action.instrument.underlying
  const watching = (action: HedgeRule['action']): HedgeRule => ({
    ...rule,
    ...always(base),
    cooldownMs: 0,
    repeatMs: 1,
    stage: 'paper',
    action,
  })
  const { band: _, tradeTo: __, ...plain } = rule.action
  const width = thresholdOf(rulebook, rule)
  const fixed = THRESHOLD_SHARES.map((share) => {
    const size = String(Number((share * width).toPrecision(3)))
    return replaced(`fixed ± ${size} ${base}`, watching({ ...plain, above: size, below: size }))
  })
  const model = (kind: HedgeBandConfiguration['kind'], name: string) => {
    const band = { kind, riskAversion: rule.action.band?.riskAversion ?? DEFAULT_AVERSION }
    const cost = rule.action.band?.cost
    return replaced(name, watching({ ...plain, band: cost === undefined ? band : { ...band, cost } }))
  }
  return [
    replaced('as configured', { ...rule, stage: 'paper' }),
    replaced('off', undefined),
    ...fixed,
    model('whalley-wilmott', 'Whalley–Wilmott'),
    model('zakamouline', 'Zakamouline'),
  ]
}

/** The rule's own threshold, the wider side; else a share of the options of its underlying. Base units, > 0. */
export function thresholdOf({ configuration }: Rulebook, { action }: HedgeRule): number {
  const own = Math.max(Number(action.above), Number(action.below))
  if (own > 0) return own
  const options = configuration.accounts
    .flatMap(({ positions }) => positions)
    .filter(({ instrument }) => instrument.kind === 'option' && instrument.underlying === action.instrument.underlying)
    .reduce((sum, { size }) => sum + Math.abs(Number(size)), 0)
  return options > 0 ? options * THRESHOLD_OF_OPTIONS : 1
}

/** A condition that holds wherever delta is known. */
function always(underlying: string): Pick<Rule, 'when' | 'rearm'> {
  const compiled = compileCondition('abs(delta_net) >= 0', { kind: 'underlying', underlyings: [underlying] })
  if (!compiled.ok) throw new Error('the condition of the rivals does not compile')
  return { when: compiled.condition, rearm: { when: compiled.condition, afterMs: 0 } }
}
