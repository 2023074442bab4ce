import type { Decision, HeaderRecord } from '@holdfast/engine'
import type { SourceMetadata } from '@holdfast/venues'
import type { RunOutcome } from '../run/loop.js'
import { type Fired, type LeadTime, leadTimes } from './leadTime.js'
import { type AccountTally, isoTime, type Tally } from './tally.js'
import { firstBreach, type TwinSummary } from './twin.js'

export const REPORT_FORMAT = 'holdfast-report/1'

/** `report.json`. It holds no wall-clock time and no path: two runs over the same data write the same bytes. */
export type ReportSummary = {
  readonly format: typeof REPORT_FORMAT
  readonly name: string
  readonly engineVersion: string
  readonly configurationFile: string
  readonly configurationHash: string
  readonly rulebookHash: string
  readonly journalHead: string
  readonly outcome: RunOutcome['reason']
  readonly turns: number
  readonly events: number
  readonly firstTime: string | null
  readonly lastTime: string | null
  readonly sources: readonly SourceSummary[]
  readonly accounts: readonly AccountTally[]
  readonly decisions: Tally['decisions']
  readonly alerts: AlertSummary
  readonly leadTimes: readonly LeadTime[]
  readonly quality: { readonly flags: Tally['flags']; readonly inputs: Tally['inputs'] }
  /** What was assumed, estimated or left out, in words. */
  readonly assumptions: readonly string[]
  /** How each account fared, and would have without the rules that act; absent where it was not asked for. */
  readonly comparison?: Comparison
}

export type Comparison = {
  readonly without: readonly string[]
  readonly accounts: readonly {
    readonly account: string
    readonly as: 'run' | 'without'
    readonly worst: AccountTally['worst']
    readonly last: AccountTally['last']
    readonly belowMaintenanceAt: string | null
  }[]
}

export type SourceSummary = Omit<SourceMetadata, 'firstTime' | 'lastTime' | 'files'> & {
  readonly firstTime: string | null
  readonly lastTime: string | null
  readonly files: readonly (Omit<SourceMetadata['files'][number], 'firstTime' | 'lastTime'> & {
    readonly firstTime: string | null
    readonly lastTime: string | null
  })[]
}

export type AlertSummary = {
  readonly fired: number
  readonly resolved: number
  readonly byTier: Readonly<Record<string, number>>
  readonly list: readonly {
    readonly id: string
    readonly time: string
    readonly tier: string
    readonly rule: string
    readonly scope: string
    readonly summary: string
  }[]
}

/** Alerts that the report lists; all of them stand in `alerts.jsonl`. */
const ALERTS_LISTED_MAX = 1000

export function summarise(input: {
  readonly name: string
  readonly header: HeaderRecord
  readonly outcome: RunOutcome
  readonly tally: Tally
  readonly sources: readonly SourceMetadata[]
  readonly fired: readonly Fired[]
  readonly resolved: number
  readonly assumptions: readonly string[]
  readonly twin?: TwinSummary
}): ReportSummary {
  const { header, outcome, tally, fired } = input
  const portfolios = new Map(tally.accounts.map(({ account, portfolio }) => [account, portfolio]))
  return {
    format: REPORT_FORMAT,
    name: input.name,
    engineVersion: header.engineVersion,
    configurationFile: header.configurationFile,
    configurationHash: header.configurationHash,
    rulebookHash: header.rulebookHash,
    journalHead: outcome.head.hash,
    outcome: outcome.reason,
    turns: outcome.turns,
    events: tally.events,
    firstTime: timeOrNull(tally.firstTime),
    lastTime: timeOrNull(tally.lastTime),
    sources: input.sources.map(sourceSummary),
    accounts: tally.accounts,
    decisions: tally.decisions,
    alerts: alertSummary(fired, input.resolved),
    leadTimes: leadTimes(tally.breaches, fired, (account) => portfolios.get(account)),
    quality: { flags: tally.flags, inputs: tally.inputs },
    assumptions: input.assumptions,
    ...(input.twin === undefined ? {} : { comparison: comparisonOf(tally, input.twin) }),
  }
}

function comparisonOf(tally: Tally, twin: TwinSummary): Comparison {
  return {
    without: twin.without,
    accounts: tally.accounts.flatMap(({ account, worst, last }) => {
      const other = twin.accounts.find((one) => one.account === account)
      const run = { account, worst, last, ...firstBreach(tally.breaches, account) }
      return (
        [
          ['run', run],
          ['without', other],
        ] as const
      ).flatMap(([as, one]) => {
        if (one === undefined) return []
        return [
          { account, as, worst: one.worst, last: one.last, belowMaintenanceAt: timeOrNull(one.belowMaintenanceAt) },
        ]
      })
    }),
  }
}

function sourceSummary(source: SourceMetadata): SourceSummary {
  return {
    ...source,
    firstTime: timeOrNull(source.firstTime),
    lastTime: timeOrNull(source.lastTime),
    files: source.files.map((file) => ({
      ...file,
      path: file.path.slice(file.path.lastIndexOf('/') + 1),
      firstTime: timeOrNull(file.firstTime),
      lastTime: timeOrNull(file.lastTime),
    })),
  }
}

function alertSummary(fired: readonly Fired[], resolved: number): AlertSummary {
  const byTier: Record<string, number> = { notice: 0, warning: 0, critical: 0 }
  const list = fired.flatMap(({ decision }) => {
    const { action } = decision
    if (action.kind !== 'alert') return []
    byTier[action.tier] = (byTier[action.tier] ?? 0) + 1
    const { id, rule, time } = decision
    return [{ id, time: isoTime(time), tier: action.tier, rule, scope: scopeText(decision), summary: action.summary }]
  })
  return { fired: list.length, resolved, byTier, list: list.slice(0, ALERTS_LISTED_MAX) }
}

/** What a decision is about, in a few words. */
export function scopeText({ scope }: Decision): string {
  switch (scope.kind) {
    case 'account':
      return scope.account
    case 'portfolio':
      return scope.portfolio
    case 'underlying':
      return `${scope.portfolio} ${scope.underlying}`
    case 'input':
      return scope.input
  }
}

function timeOrNull(time: number | undefined): string | null {
  return time === undefined ? null : isoTime(time)
}
