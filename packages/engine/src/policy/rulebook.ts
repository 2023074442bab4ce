import type { Condition } from './condition.js'
import type { Configuration, RuleConfiguration } from './configuration.js'

/**
 * Compiled policy: what the engine decides by. Two rulebooks with the same hash decide alike on the same inputs; the hash
 * covers rules, margin parameters, guard and assessment settings and the accounts, and nothing of where they were written.
 */
export type Rulebook = {
  /** SHA-256, lower-case hex. */
  readonly hash: string
  readonly configuration: Configuration
  /** In the order of the file. */
  readonly rules: readonly Rule[]
}

export type Rule = Omit<RuleConfiguration, 'when' | 'rearm'> & {
  readonly when: Condition
  readonly rearm: { readonly when: Condition; readonly afterMs: number }
}
