import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { canonicalJson } from '../journal/canonical.js'
import { type CalibrationSettings, DEFAULT_CALIBRATION } from '../margin/calibration.js'
import type { Condition } from './condition/condition.js'
import { parameterHashes } from './configuration/margin.js'
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

export function rulebookOf(configuration: Configuration, rules: readonly Rule[]): Rulebook {
  const { accounts, guard, assess, calibration, alerts, kill, preTrade } = configuration
  const content = {
    format: 'holdfast-rulebook/1',
    accounts: accounts.map(({ positions, ...account }) => ({
      ...account,
      positions: positions.map(({ key, size, entryPrice }) => ({ key, size, entryPrice })),
    })),
    guard,
    assess,
    // Left out while nothing is set: rulebooks from before it could be set keep their hash.
    ...(isDefault(calibration) ? {} : { calibration }),
    margin: parameterHashes(configuration),
    staleInputs: alerts.staleInputs,
    ...(kill === undefined ? {} : { kill }),
    ...(preTrade === undefined ? {} : { preTrade }),
    rules: rules.map(({ line: _, when, rearm, ...rule }) => ({
      ...rule,
      when: when.text,
      rearm: { when: rearm.when.text, afterMs: rearm.afterMs },
    })),
  }
  return { hash: bytesToHex(sha256(utf8ToBytes(canonicalJson(content)))), configuration, rules }
}

function isDefault(calibration: CalibrationSettings): boolean {
  return canonicalJson(calibration) === canonicalJson(DEFAULT_CALIBRATION)
}
