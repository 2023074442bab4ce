import { type Rulebook, rulebookOf, type Turn } from '@holdfast/engine'
import { engineOf } from '../run/header.js'
import { type AccountPoint, type Breach, createTally } from './tally.js'

/** How an account would have fared without what the rules did. Money USD. */
export type TwinAccount = {
  readonly account: string
  readonly worst: AccountPoint
  readonly last: AccountPoint
  /** First time below maintenance; absent: never. */
  readonly belowMaintenanceAt?: number
}

/** The same run without the rules that acted. */
export type TwinSummary = { readonly without: readonly string[]; readonly accounts: readonly TwinAccount[] }

/**
 * A second engine beside the first: it is shown the same events but the answers to what the rules did, and its rules only alert.
 * What differs at the end is what they did.
 *
 * @param answers - sources whose events answer to decisions: the paper venue.
 */
export function createTwin(rulebook: Rulebook, answers: readonly string[]) {
  const acting = rulebook.rules.filter(({ action }) => action.kind !== 'alert')
  const engine = engineOf(
    rulebookOf(
      rulebook.configuration,
      rulebook.rules.filter((rule) => !acting.includes(rule)),
    ),
  )
  const tally = createTally()
  const ignored = new Set(answers)

  return {
    observe(turn: Turn): void {
      const events = turn.events.filter(({ source, kind }) => !ignored.has(source) || kind === 'clock')
      tally.observe(engine.step(events, turn.time), engine.view())
    },
    summary(): TwinSummary {
      const { accounts, breaches } = tally.result()
      return {
        without: acting.map(({ id }) => id),
        accounts: accounts.map(({ account, worst, last }) => ({
          account,
          worst,
          last,
          ...firstBreach(breaches, account),
        })),
      }
    },
  }
}

export function firstBreach(breaches: readonly Breach[], account: string): { readonly belowMaintenanceAt?: number } {
  const first = breaches.find((breach) => breach.account === account)
  return first === undefined ? {} : { belowMaintenanceAt: first.from }
}
