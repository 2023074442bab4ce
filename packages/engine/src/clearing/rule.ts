import type { Money } from '../book/money.js'
import type { Health } from '../liquidation/index.js'
import type { PlanLeg } from '../liquidation/plan/problem.js'
import type { ClearingParameters } from './parameters.js'
import type { AccountState, ClearingState } from './state.js'

/** What a rule reads besides the account. */
export type RuleView = { readonly parameters: ClearingParameters; readonly state: ClearingState }

/** What is margined: an account, or what it would be after a trade. */
export type Holdings = Pick<AccountState, 'id' | 'balances' | 'positions' | 'orders'>

/** `missing`: inputs that are not known. An account whose margin is not known is risky: nothing opens, nothing leaves. */
export type Assessed =
  | ({ readonly known: true } & Health)
  | { readonly known: false; readonly missing: readonly string[] }

/** How requirements are worked out. The house has one rule; the books beneath it are the same whatever the rule. */
export type MarginRule = {
  readonly name: string
  /** Margin of what is held: what decides the band. */
  assess(view: RuleView, account: Holdings): Assessed
  /**
   * What resting orders add to initial margin: the worst of what each market's may become, ≥ 0; `undefined` where it is not known.
   *
   * @param held - margin of what is held.
   */
  ordersMargin(view: RuleView, account: Holdings, held: Health): Money | undefined
  /** What closing each position alone frees of initial margin, ≥ 0. */
  relief(view: RuleView, account: Holdings): ReadonlyMap<string, Money>
  /** What a liquidation may trade: the positions, and the markets that hedge them. */
  legs(view: RuleView, account: Holdings): readonly PlanLeg[]
  /** Inputs beside its own mark that a market's margin rests on: their worst quality is the market's. */
  inputsOf(market: string): readonly RuleInput[]
}

export type RuleInput =
  | { readonly kind: 'index'; readonly underlying: string }
  | { readonly kind: 'surface'; readonly underlying: string; readonly expiry: number }
