import type {
  AccountAssessment,
  Assessment,
  InputState,
  PortfolioAssessment,
  UnderlyingGreeks,
} from '../assess/assessment.js'
import type { Scope } from '../decision.js'
import { inputName } from '../market/names.js'
import type { Quality } from '../market/quality.js'
import type { RuleScope } from './configuration.js'

/** One thing that a rule watches, with its numbers. */
export type Subject =
  | { readonly scope: Extract<Scope, { kind: 'account' }>; readonly view: AccountAssessment }
  | { readonly scope: Extract<Scope, { kind: 'portfolio' }>; readonly view: PortfolioAssessment }
  | {
      readonly scope: Extract<Scope, { kind: 'underlying' }>
      readonly view: PortfolioAssessment
      readonly greeks: UnderlyingGreeks
    }
  | { readonly scope: Extract<Scope, { kind: 'input' }>; readonly input: InputState }

/** Everything in a rule's scope, in the order of the assessment, which is sorted. */
export function subjectsOf(scope: RuleScope, assessment: Assessment): readonly Subject[] {
  const wanted = (list: readonly string[], name: string) => list.length === 0 || list.includes(name)
  switch (scope.kind) {
    case 'account':
      return assessment.accounts
        .filter(({ account }) => wanted(scope.accounts, account))
        .map((view) => ({ scope: { kind: 'account', account: view.account }, view }))
    case 'portfolio':
      return assessment.portfolios
        .filter(({ portfolio }) => wanted(scope.portfolios, portfolio))
        .map((view) => ({ scope: { kind: 'portfolio', portfolio: view.portfolio }, view }))
    case 'underlying':
      return assessment.portfolios
        .filter(({ portfolio }) => wanted(scope.portfolios, portfolio))
        .flatMap((view) =>
          view.greeks
            .filter(({ underlying }) => wanted(scope.underlyings, underlying))
            .map((greeks) => ({
              scope: { kind: 'underlying', portfolio: view.portfolio, underlying: greeks.underlying },
              view,
              greeks,
            })),
        )
    case 'input':
      return assessment.inputs
        .filter(({ name }) => scope.inputs.length === 0 || scope.inputs.some((input) => covers(input, name)))
        .map((input) => ({ scope: { kind: 'input', input: input.name }, input }))
  }
}

/** True where an input's name is the given one or begins with it: `index`, `index:`, `surface:BTC`. */
function covers(prefix: string, name: string): boolean {
  return name === prefix || name.startsWith(prefix.endsWith(':') ? prefix : `${prefix}:`)
}

/** The worst quality of what the subject's numbers rest on. */
export function qualityOf(subject: Subject): Quality {
  return 'input' in subject ? subject.input.quality : subject.view.quality
}

/** The inputs that a subject's numbers rest on, in the order of the assessment. */
export function inputsOf(subject: Subject, assessment: Assessment): readonly InputState[] {
  if ('input' in subject) return [subject.input]
  const accounts =
    subject.scope.kind === 'account' ? [subject.scope.account] : (subject.view as PortfolioAssessment).accounts
  const greeks = 'greeks' in subject ? [subject.greeks] : subject.view.greeks
  const names = new Set(accounts.map((account) => `account:${account}`))
  for (const { underlying, byExpiry } of greeks) {
    names.add(`index:${underlying}`)
    for (const { expiry } of byExpiry) {
      if (expiry === undefined) continue
      names.add(inputName.forward(underlying, expiry)).add(inputName.surface(underlying, expiry))
    }
  }
  return assessment.inputs.filter(({ name }) => names.has(name))
}
