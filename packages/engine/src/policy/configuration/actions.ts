import { instrumentKey } from '@holdfast/quant'
import { suggest } from '../../text/suggest.js'
import type { RuleAction, RuleScope } from '../configuration.js'
import { measuresOfScope } from '../measure.js'
import { instrumentOf, notAnInstrument } from './accounts.js'
import type { Diagnostic } from './diagnostic.js'
import { type HedgeReading, readHedge, readHedgeOptions } from './hedge.js'
import type { Path } from './page.js'
import type { Known } from './rules.js'
import { ACTION_NAMES, type ActionPart } from './rulesSchema.js'
import { vaultActionOf } from './vaultActions.js'
import type { YamlSource } from './yamlSource.js'

type Complain = (
  path: Path,
  detail: Pick<Diagnostic, 'code' | 'message'> & { allowed?: string | undefined; suggestion?: string | undefined },
) => void

/** The one action of a rule, checked against its scope; and its bounds against the unit that the action is counted in. */
export function actionOf(
  source: YamlSource,
  rulePath: Path,
  file: ActionPart,
  scope: RuleScope,
  known: Known,
): { readonly action?: RuleAction; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const complain: Complain = (path, detail) =>
    diagnostics.push(source.diagnostic({ ...detail, path: [...rulePath, ...path] }))
  const given = ACTION_NAMES.filter((name) => file.do[name] !== undefined)
  if (given.length !== 1) {
    const message = given.length === 0 ? 'the rule does nothing' : `the rule does ${given.length} things`
    complain(['do'], { code: 'NOT_ALLOWED', message, allowed: `exactly one of ${ACTION_NAMES.join(', ')}` })
    return { diagnostics }
  }
  const action = readAction(source, rulePath, file, scope, known, complain, diagnostics)
  checkBounds(file, action, complain)
  return diagnostics.length > 0 || action === undefined ? { diagnostics } : { action, diagnostics }
}

function readAction(
  source: YamlSource,
  rulePath: Path,
  file: ActionPart,
  scope: RuleScope,
  known: Known,
  complain: Complain,
  diagnostics: Diagnostic[],
): RuleAction | undefined {
  const {
    alert,
    'hedge-delta': hedge,
    'hedge-options': hedgeOptions,
    reduce,
    'top-up': topUp,
    cancel,
    halt,
    kill,
  } = file.do
  const knownAccount = (path: Path, account: string | undefined) => checkAccount(path, account, scope, known, complain)
  const keys = (path: Path, given: readonly string[]) =>
    given.flatMap((text, index) => {
      const instrument = instrumentOf('', text)
      if (instrument === undefined) diagnostics.push(notAnInstrument(source, [...rulePath, ...path, index], text))
      return instrument === undefined ? [] : [instrumentKey(instrument)]
    })
  if (alert !== undefined) {
    checkSummary(alert.summary, scope, complain)
    return { kind: 'alert', tier: alert.tier, subject: alert.subject ?? file.id, summary: alert.summary }
  }
  const hedging: HedgeReading = { source, rulePath, scope, known, knownAccount, complain, diagnostics }
  if (hedge !== undefined) return readHedge(hedging, hedge)
  if (hedgeOptions !== undefined) return readHedgeOptions(hedging, hedgeOptions)
  if (reduce !== undefined) {
    knownAccount(['do', 'reduce', 'account'], reduce.account)
    const { account, share, maxSlippage } = reduce
    const instruments =
      typeof reduce.instruments === 'string'
        ? reduce.instruments
        : keys(['do', 'reduce', 'instruments'], reduce.instruments)
    return { kind: 'reduce', ...(account === undefined ? {} : { account }), share, instruments, maxSlippage }
  }
  if (topUp !== undefined) {
    knownAccount(['do', 'top-up', 'account'], topUp.account)
    const { account, amount } = topUp
    return { kind: 'top-up', ...(account === undefined ? {} : { account }), asset: amount.unit, amount: amount.amount }
  }
  if (cancel !== undefined) {
    knownAccount(['do', 'cancel', 'account'], cancel.account)
    const { account } = cancel
    const instruments = cancel.instruments === 'all' ? 'all' : keys(['do', 'cancel', 'instruments'], cancel.instruments)
    return { kind: 'cancel', ...(account === undefined ? {} : { account }), instruments }
  }
  if (kill !== undefined) return { kind: 'kill', mode: kill.mode, reason: kill.reason }
  if (halt !== undefined) return { kind: 'halt', reason: halt.reason }
  const notInstrument = (path: Path, text: string) => {
    diagnostics.push(notAnInstrument(source, [...rulePath, ...path], text))
  }
  return vaultActionOf(file.do, { complain, checkAccount: knownAccount, notInstrument, scope, known })
}

function checkAccount(
  path: Path,
  account: string | undefined,
  scope: RuleScope,
  known: Known,
  complain: Complain,
): void {
  if (account === undefined) {
    if (scope.kind === 'account') return
    complain(path, {
      code: 'MISSING_KEY',
      message: `in scope ${scope.kind} the action must name its account`,
      allowed: known.accounts.map(({ id }) => id).join(', '),
    })
    return
  }
  const ids = known.accounts.map(({ id }) => id)
  if (ids.includes(account)) return
  const near = suggest(account, ids)
  complain(path, {
    code: 'UNKNOWN_ACCOUNT',
    message: `unknown account '${account}'`,
    allowed: ids.join(', '),
    suggestion: near === undefined ? undefined : `did you mean '${near}'?`,
  })
}

/** Units that an action's bounds may be written in; empty where it is not counted. */
export function boundUnits(action: RuleAction): readonly string[] {
  switch (action.kind) {
    case 'hedge-delta':
      return [action.instrument.underlying, action.instrument.quote]
    case 'hedge-options':
      return ['USD']
    case 'reduce':
      return ['USD']
    case 'top-up':
      return [action.asset]
    case 'rebalance-collateral':
      return ['USD']
    case 'repay':
    case 'boost':
    case 'insure':
      return [action.instrument.underlying, 'USD']
    case 'sell-options':
      return [action.underlying, 'USD']
    default:
      return []
  }
}

function checkBounds(file: ActionPart, action: RuleAction | undefined, complain: Complain): void {
  if (action === undefined) return
  const allowed = boundUnits(action)
  for (const name of ['perAction', 'perHour', 'perDay'] as const) {
    const bound = file.bounds[name]
    if (bound === undefined || allowed.includes(bound.unit)) continue
    if (allowed.length === 0) {
      complain(['bounds', name], {
        code: 'NOT_ALLOWED',
        message: `${action.kind} has no size that could be bounded`,
        suggestion: 'use cooldown',
      })
    } else {
      complain(['bounds', name], {
        code: 'WRONG_UNIT',
        message: `${bound.unit} is the wrong unit for ${action.kind}`,
        allowed: `an amount of ${allowed.join(' or ')}`,
      })
    }
  }
}

/** Names that a summary may be filled in with, by scope. */
export function summaryNames(scope: RuleScope['kind']): readonly string[] {
  const own: Readonly<Record<RuleScope['kind'], readonly string[]>> = {
    account: ['account', 'portfolio'],
    portfolio: ['portfolio'],
    underlying: ['underlying', 'portfolio'],
    input: ['input'],
  }
  return [...own[scope], ...measuresOfScope(scope).map(({ name }) => name)]
}

function checkSummary(summary: string, scope: RuleScope, complain: Complain): void {
  const allowed = summaryNames(scope.kind)
  for (const [, name = ''] of summary.matchAll(/\{([^{}]*)\}/g)) {
    if (allowed.includes(name)) continue
    const near = suggest(name, allowed)
    complain(['do', 'alert', 'summary'], {
      code: 'UNKNOWN_MEASURE',
      message: `nothing is called '{${name}}' in scope ${scope.kind}`,
      allowed: allowed.join(', '),
      suggestion: near === undefined ? undefined : `did you mean '{${near}}'?`,
    })
  }
}
