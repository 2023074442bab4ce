import { parseInstrumentKey } from '@holdfast/quant'
import type { Scope } from '../../decision.js'
import type { Draft } from '../draft.js'
import type { PlannedAction } from '../plan/plan.js'
import type { Rulebook } from '../rulebook.js'
import { scopeKey } from '../state.js'

/** The halts that cover an order, whatever rule it is of: of everything, its account, its portfolio, its underlying there. */
export function haltKeysOf(portfolio: string | undefined, account: string, instrument: string): readonly string[] {
  const underlying = parseInstrumentKey(instrument)?.underlying
  if (portfolio === undefined) return ['all', `account:${account}`]
  return ['all', `account:${account}`, `portfolio:${portfolio}`, `underlying:${portfolio}/${underlying}`]
}

/** The halt that keeps planned actions back, in words; only what opens risk is kept back. */
export function haltOver(
  { draft, rulebook }: { readonly draft: Draft; readonly rulebook: Rulebook },
  scope: Scope,
  actions: readonly PlannedAction[],
): string | undefined {
  if (!actions.some(({ actionClass }) => actionClass === 'open')) return undefined
  const keys = ['all', scopeKey(scope)]
  if (scope.kind === 'underlying') keys.push(`portfolio:${scope.portfolio}`)
  for (const { action } of actions) {
    if (action.kind !== 'order') continue
    const { portfolio } = rulebook.configuration.accounts.find(({ id }) => id === action.account) ?? {}
    keys.push(...haltKeysOf(portfolio, action.account, action.instrument))
  }
  for (const key of keys) {
    const halt = draft.get('halts', key)
    if (halt !== undefined) return `halted (${key}) by ${halt.by}: ${halt.reason}`
  }
  return undefined
}
