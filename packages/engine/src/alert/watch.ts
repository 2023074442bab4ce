import type { DecisionInput, Scope, Tier } from '../decision.js'
import { type DecideContext, record } from '../policy/decide/context.js'

/** Something that is wrong with our own sight or reach, in this turn: a stale input, a rule that cannot be judged or act. */
export type Trouble = {
  /** One text per trouble. */
  readonly key: string
  /** By what name decisions about it go. */
  readonly rule: string
  readonly scope: Scope
  readonly tier: Tier
  readonly summary: string
  readonly inputs: readonly DecisionInput[]
  readonly reasons: readonly string[]
  /** How long it must last before it is told. */
  readonly graceMs: number
}

/** How long something must be well again before that is told: what comes and goes is one trouble. */
export const RECOVERY_MS = 300_000

/**
 * Tells each trouble once, and once that it is over. A trouble that returns before its recovery was told is the same one.
 *
 * @param troubles - everything that is wrong now; what is not among them is well.
 */
export function settleTroubles(context: DecideContext, troubles: readonly Trouble[]): void {
  const { draft, now } = context
  const present = new Set<string>()
  for (const trouble of troubles) {
    if (present.has(trouble.key)) continue
    present.add(trouble.key)
    const { key, rule, scope, tier, summary } = trouble
    const before = draft.get('watch', key)
    const { since, toldAt } = before ?? { since: now, toldAt: undefined }
    const due = toldAt === undefined && now - since >= trouble.graceMs
    if (due) tell(context, trouble, since, 'firing')
    const isSame = before !== undefined && !due && before.wellSince === undefined
    if (isSame) continue
    const told = due ? now : toldAt
    draft.set('watch', key, { since, rule, scope, tier, summary, ...(told === undefined ? {} : { toldAt: told }) })
  }
  for (const key of draft.keys('watch')) {
    const entry = draft.get('watch', key)
    if (present.has(key) || entry === undefined) continue
    if (entry.toldAt === undefined) {
      draft.delete('watch', key)
      continue
    }
    const wellSince = entry.wellSince ?? now
    if (now - wellSince < RECOVERY_MS) {
      if (entry.wellSince === undefined) draft.set('watch', key, { ...entry, wellSince })
      continue
    }
    tell(context, { ...entry, key, inputs: [], reasons: ['it is well again'], graceMs: 0 }, entry.since, 'resolved')
    draft.delete('watch', key)
  }
}

function tell(context: DecideContext, trouble: Trouble, since: number, state: 'firing' | 'resolved'): void {
  const { rule, scope, tier, summary, inputs, reasons } = trouble
  record(context, {
    rule,
    stage: 'shadow',
    scope,
    action: {
      kind: 'alert',
      tier,
      summary: state === 'firing' ? summary : `recovered: ${summary}`,
      labels: { rule, subject: rule, tier, ...scopeLabels(scope) },
      state,
    },
    outcome: 'sent',
    condition: '',
    terms: [],
    inputs,
    reasons,
    cause: [trouble.key, since, state],
  })
}

function scopeLabels(scope: Scope): Readonly<Record<string, string>> {
  const { kind: _, ...labels } = scope
  return labels
}
