import type { AccountAssessment, Assessment } from '../../assess/assessment.js'
import { netAssetValue } from '../../collateral/wealth.js'
import { type FloorMemory, rememberFloor } from '../../insurance/floor.js'
import { NO_ROUNDS, type RoundsMemory, rememberVol, settleRound } from '../../insurance/round.js'
import type { Draft } from '../draft.js'
import { atTheMoneyVol } from '../plan/optionOffers.js'
import type { PlanMarket, PlanMemory } from '../plan/plan.js'
import { vaultAccount } from '../plan/vault.js'
import type { Rule } from '../rulebook.js'
import { instanceKey } from '../state.js'
import { subjectsOf } from '../subject.js'

/** Orders that are not filled after this long are taken to have failed. */
export const FILL_WAIT_MS = 15 * 60_000

/** What a rule remembers of one subject, from wherever its state is kept. */
export function memoryOf(get: (section: 'floors' | 'rounds') => FloorMemory | RoundsMemory | undefined): PlanMemory {
  const floor = get('floors') as FloorMemory | undefined
  const rounds = get('rounds') as RoundsMemory | undefined
  return { ...(floor === undefined ? {} : { floor }), ...(rounds === undefined ? {} : { rounds }) }
}

/**
 * Brings floors and rounds up to now, in every turn, whether their rules act or not: a floor follows the value it insures, a
 * round what the account holds.
 */
export function rememberVaults(
  draft: Draft,
  rules: readonly Rule[],
  assessment: Assessment,
  market: PlanMarket,
  now: number,
): void {
  for (const rule of rules) {
    const { action } = rule
    if (action.kind !== 'insure' && action.kind !== 'sell-options') continue
    for (const subject of subjectsOf(rule.scope, assessment)) {
      const account = vaultAccount(action.account, subject.scope, assessment)
      if (account === undefined) continue
      const key = instanceKey(rule.id, subject.scope)
      if (action.kind === 'insure') {
        const floor = rememberFloor(draft.get('floors', key), action, netAssetValue(account), now)
        if (floor !== undefined) draft.set('floors', key, floor)
      } else {
        const before = draft.get('rounds', key) ?? NO_ROUNDS
        const settled = settleRound(before, heldBy(account), now, FILL_WAIT_MS)
        const after = rememberVol(settled, atTheMoneyVol(action, market, now), now)
        if (after !== NO_ROUNDS) draft.set('rounds', key, after)
      }
    }
  }
}

/** Sizes of an account's positions; undefined where its holdings are not known. */
function heldBy({ account, positions, missing }: AccountAssessment): ((instrument: string) => number) | undefined {
  if (missing.includes(`account:${account}`)) return undefined
  const sizes = new Map(positions.map(({ instrument, size }) => [instrument, size]))
  return (instrument) => sizes.get(instrument) ?? 0
}
