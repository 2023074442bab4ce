import { createHash } from 'node:crypto'
import type { Decision, Scope, Tier } from '@holdfast/engine'

/** An alert on its way to people: labels identify it, the summary explains it. */
export type Alert = {
  /** Id of the decision that raised or resolved it. */
  readonly id: string
  /** Hash of the labels without the tier's state: a firing alert and its resolution share it. */
  readonly fingerprint: string
  readonly tier: Tier
  readonly state: 'firing' | 'resolved'
  readonly labels: Readonly<Record<string, string>>
  readonly summary: string
  /** Engine time, epoch milliseconds. */
  readonly time: number
}

const TIER_ORDER: Readonly<Record<Tier, number>> = { critical: 0, warning: 1, notice: 2 }

export function tierAtLeast(tier: Tier, least: Tier): boolean {
  return TIER_ORDER[tier] <= TIER_ORDER[least]
}

/** The most severe first; within a tier the oldest first. */
export function bySeverity(a: Alert, b: Alert): number {
  return TIER_ORDER[a.tier] - TIER_ORDER[b.tier] || a.time - b.time
}

/**
 * The alert of a decision. Alerts move no money, so they go out from `shadow` on; a rule at `plan` only prints, and a denied
 * decision is not sent.
 */
export function alertOf(decision: Decision): Alert | undefined {
  const { action, outcome, stage } = decision
  if (action.kind !== 'alert' || outcome === 'denied' || stage === 'plan') return undefined
  const labels = { alertname: decision.rule, rule: decision.rule, ...scopeLabels(decision.scope), ...action.labels }
  return {
    id: decision.id,
    fingerprint: fingerprintOf(labels),
    tier: action.tier,
    state: action.state,
    labels,
    summary: action.summary,
    time: decision.time,
  }
}

export function fingerprintOf(labels: Readonly<Record<string, string>>): string {
  const sorted = Object.keys(labels)
    .sort()
    .map((key) => [key, labels[key]])
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16)
}

function scopeLabels(scope: Scope): Record<string, string> {
  switch (scope.kind) {
    case 'account':
      return { account: scope.account }
    case 'portfolio':
      return { portfolio: scope.portfolio }
    case 'underlying':
      return { portfolio: scope.portfolio, underlying: scope.underlying }
    case 'input':
      return { input: scope.input }
  }
}
