import type { Decision, Tier } from '@holdfast/engine'
import { type Breach, isoTime } from './tally.js'

/** How early the desk was warned before an account fell below maintenance, by tier. */
export type LeadTime = {
  readonly account: string
  readonly breachTime: string
  readonly recoveredTime?: string
  /** The first alert of each tier that was still firing at the breach, or came before its end. */
  readonly warnings: readonly {
    readonly tier: Tier
    readonly rule: string
    readonly time: string
    /** > 0: before the breach. */
    readonly leadMs: number
  }[]
  /** Whether any alert came before the breach. */
  readonly warned: boolean
}

/** An alert that began to fire. */
export type Fired = {
  readonly decision: Decision
  readonly sequence: number
  /** When it was resolved; absent while it fires. */
  readonly until?: number
}

const TIERS: readonly Tier[] = ['notice', 'warning', 'critical']

/**
 * @param breaches - in order of time.
 * @param fired - alerts that began to fire, in order of time; those on our own sight (`watch.…`) warn of no breach.
 * @param portfolioOf - the portfolio of an account: an alert on it warns of its accounts too.
 */
export function leadTimes(
  breaches: readonly Breach[],
  fired: readonly Fired[],
  portfolioOf: (account: string) => string | undefined,
): readonly LeadTime[] {
  return breaches.map((breach, i) => {
    const { account, from, to } = breach
    const earlier = breaches.slice(0, i).filter((other) => other.account === account)
    const since = earlier.at(-1)?.to ?? Number.NEGATIVE_INFINITY
    const warnings = TIERS.flatMap((tier) => {
      const first = fired.find(
        ({ decision, until }) =>
          decision.action.kind === 'alert' &&
          !decision.rule.startsWith('watch.') &&
          !(until !== undefined && until <= from) &&
          decision.action.tier === tier &&
          decision.time > since &&
          concerns(decision, account, portfolioOf(account)),
      )
      if (first === undefined || first.decision.time > (to ?? Number.POSITIVE_INFINITY)) return []
      const { rule, time } = first.decision
      return [{ tier, rule, time: isoTime(time), leadMs: from - time }]
    })
    return {
      account,
      breachTime: isoTime(from),
      ...(to === undefined ? {} : { recoveredTime: isoTime(to) }),
      warnings,
      warned: warnings.some(({ leadMs }) => leadMs > 0),
    }
  })
}

function concerns({ scope }: Decision, account: string, portfolio: string | undefined): boolean {
  switch (scope.kind) {
    case 'account':
      return scope.account === account
    case 'portfolio':
      return scope.portfolio === portfolio
    case 'underlying':
    case 'input':
      return false
  }
}
