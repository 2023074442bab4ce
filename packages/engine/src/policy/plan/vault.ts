import type { AccountAssessment, Assessment } from '../../assess/assessment.js'
import type { Scope } from '../../decision.js'
import type { Room } from '../bounds.js'
import type { VaultAction } from '../vaultAction.js'
import { planInsure } from './insure.js'
import { planLeverage } from './leverage.js'
import { type Plan, type PlanMarket, type PlanMemory, refused } from './plan.js'
import { planRebalance } from './rebalance.js'
import { planSellOptions } from './sellOptions.js'

/** What an action of a vault would do now, for one account. */
export function planVault(
  action: VaultAction,
  account: string,
  assessment: Assessment,
  market: PlanMarket,
  room: Room,
  memory: PlanMemory,
): Plan {
  const view = assessment.accounts.find((one) => one.account === account)
  if (view === undefined) return refused('no-data', `nothing is known of account ${account}`)
  if (view.missing.length > 0) return refused('no-data', `${account} lacks ${view.missing.join(', ')}`)
  const at = { view, now: assessment.time, market, room }
  switch (action.kind) {
    case 'rebalance-collateral':
      return planRebalance(action, at)
    case 'repay':
    case 'boost':
      return planLeverage(action, at)
    case 'insure':
      return planInsure(action, at, memory.floor)
    case 'sell-options':
      return planSellOptions(action, at, memory.rounds)
  }
}

/** What a vault's plan looks at. */
export type VaultView = {
  readonly view: AccountAssessment
  readonly now: number
  readonly market: PlanMarket
  readonly room: Room
}

/** The account that an action is for: the one it names, else the one in scope. */
export function vaultAccount(
  named: string | undefined,
  scope: Scope,
  assessment: Assessment,
): AccountAssessment | undefined {
  const id = named ?? (scope.kind === 'account' ? scope.account : undefined)
  return assessment.accounts.find(({ account }) => account === id)
}
