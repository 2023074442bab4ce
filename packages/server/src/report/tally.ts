import type { AccountAssessment, Assessment, Decision, EngineView, Turn } from '@holdfast/engine'

/** An account at one turn, as the report tells it. Money USD; a figure that could not be had is null. */
export type AccountPoint = {
  readonly time: string
  readonly equity: number | null
  readonly initialMargin: number | null
  readonly maintenanceMargin: number | null
  readonly excessMaintenance: number | null
  /** maintenance ÷ equity; `liquidatable` where equity ≤ 0 < maintenance. */
  readonly marginRatio: number | 'liquidatable' | null
  readonly greeks: AccountAssessment['greeks']
  readonly cashDelta: number | null
  readonly quality: string
  readonly missing: readonly string[]
}

export type AccountTally = {
  readonly account: string
  readonly venue: string
  readonly portfolio: string
  readonly marginModel: string
  readonly first: AccountPoint
  /** The turn with the highest margin ratio; among equals the lowest equity. */
  readonly worst: AccountPoint
  readonly last: AccountPoint
  /** Turns in which the margin could not be computed. */
  readonly turnsUnknown: number
}

/** A spell in which an account stood below maintenance. */
export type Breach = { readonly account: string; readonly from: number; readonly to?: number }

/** Everything that the report sums up, turn by turn, in memory that does not grow with the turns. */
export type Tally = {
  readonly turns: number
  readonly events: number
  readonly firstTime?: number
  readonly lastTime?: number
  readonly accounts: readonly AccountTally[]
  readonly breaches: readonly Breach[]
  readonly decisions: DecisionCounts
  /** Flags of the engine and of the sources, by code. */
  readonly flags: readonly FlagCount[]
  /** Turns in which an input was worse than live, by input and quality. */
  readonly inputs: readonly InputCount[]
}

export type DecisionCounts = {
  readonly total: number
  readonly byRule: Readonly<Record<string, Readonly<Record<string, number>>>>
}
export type FlagCount = { readonly code: string; readonly count: number; readonly example: string }
export type InputCount = {
  readonly input: string
  readonly turns: number
  readonly byQuality: Readonly<Record<string, number>>
  readonly worstAgeMs: number
}

export function createTally() {
  const accounts = new Map<string, AccountTally>()
  const breaches = createBreaches()
  const decisions: Record<string, Record<string, number>> = {}
  const flags = new Map<string, FlagCount>()
  const inputs = new Map<string, InputCount>()
  let turns = 0
  let events = 0
  let decided = 0
  let firstTime: number | undefined
  let lastTime: number | undefined

  return {
    observe(turn: Turn, view: EngineView): void {
      turns += 1
      events += turn.events.length
      firstTime ??= turn.time
      lastTime = turn.time
      decided += turn.decisions.length
      for (const decision of turn.decisions) countDecision(decisions, decision)
      for (const flag of turn.flags) countFlag(flags, flag)
      for (const account of view.assessment.accounts) {
        accounts.set(account.account, withPoint(accounts.get(account.account), account, turn.time))
      }
      breaches.observe(turn.time, view.assessment)
      for (const input of view.assessment.inputs) countInput(inputs, input)
    },
    result: (): Tally => ({
      turns,
      events,
      ...(firstTime === undefined ? {} : { firstTime }),
      ...(lastTime === undefined ? {} : { lastTime }),
      accounts: sortedBy([...accounts.values()], ({ account }) => account),
      breaches: breaches.list(),
      decisions: { total: decided, byRule: Object.fromEntries(sortedBy(Object.entries(decisions), ([rule]) => rule)) },
      flags: sortedBy([...flags.values()], ({ code }) => code),
      inputs: sortedBy([...inputs.values()], ({ input }) => input),
    }),
  }
}

function sortedBy<Item>(items: Item[], keyOf: (item: Item) => string): readonly Item[] {
  return items.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

export function isoTime(time: number): string {
  return new Date(time).toISOString()
}

/** An account as a point of the report. */
export function accountPoint(account: AccountAssessment, time: number): AccountPoint {
  const { margin } = account
  return {
    time: isoTime(time),
    equity: margin.ok ? margin.equity : null,
    initialMargin: margin.ok ? margin.initialMargin : null,
    maintenanceMargin: margin.ok ? margin.maintenanceMargin : null,
    excessMaintenance: margin.ok ? margin.excessMaintenance : null,
    marginRatio: wireRatio(account.marginRatio),
    greeks: account.greeks,
    cashDelta: Number.isFinite(account.cashDelta) ? account.cashDelta : null,
    quality: account.quality,
    missing: account.missing,
  }
}

/** A margin ratio as it leaves the program. */
export function wireRatio(ratio: number | undefined): number | 'liquidatable' | null {
  if (ratio === undefined || Number.isNaN(ratio)) return null
  return ratio === Number.POSITIVE_INFINITY ? 'liquidatable' : ratio
}

function withPoint(tally: AccountTally | undefined, account: AccountAssessment, time: number): AccountTally {
  const point = accountPoint(account, time)
  const unknown = account.margin.ok ? 0 : 1
  if (tally === undefined) {
    const { account: id, venue, portfolio, marginModel } = account
    return {
      account: id,
      venue,
      portfolio,
      marginModel,
      first: point,
      worst: point,
      last: point,
      turnsUnknown: unknown,
    }
  }
  const worst = severity(point) > severity(tally.worst) || sameAndPoorer(point, tally.worst) ? point : tally.worst
  return { ...tally, worst, last: point, turnsUnknown: tally.turnsUnknown + unknown }
}

/** Orders points from safe to bad; unknown is below all, so that one unknown turn does not hide the worst known one. */
function severity({ marginRatio }: AccountPoint): number {
  if (marginRatio === null) return Number.NEGATIVE_INFINITY
  return marginRatio === 'liquidatable' ? Number.POSITIVE_INFINITY : marginRatio
}

function sameAndPoorer(a: AccountPoint, b: AccountPoint): boolean {
  return severity(a) === severity(b) && a.equity !== null && b.equity !== null && a.equity < b.equity
}

function createBreaches() {
  const list: { account: string; from: number; to?: number }[] = []
  const open = new Map<string, { account: string; from: number; to?: number }>()
  return {
    observe(time: number, assessment: Assessment): void {
      for (const { account, marginRatio } of assessment.accounts) {
        if (marginRatio === undefined) continue
        const standing = open.get(account)
        if (marginRatio >= 1 && standing === undefined) {
          const breach = { account, from: time }
          open.set(account, breach)
          list.push(breach)
        } else if (marginRatio < 1 && standing !== undefined) {
          standing.to = time
          open.delete(account)
        }
      }
    },
    list: (): readonly Breach[] => list,
  }
}

function countDecision(decisions: Record<string, Record<string, number>>, { rule, outcome }: Decision): void {
  decisions[rule] ??= {}
  decisions[rule][outcome] = (decisions[rule][outcome] ?? 0) + 1
}

function countFlag(flags: Map<string, FlagCount>, { code, subject, detail }: Turn['flags'][number]): void {
  const before = flags.get(code)
  if (before === undefined) flags.set(code, { code, count: 1, example: `${subject}: ${detail}` })
  else flags.set(code, { ...before, count: before.count + 1 })
}

function countInput(inputs: Map<string, InputCount>, input: Assessment['inputs'][number]): void {
  if (input.quality === 'live') return
  const before = inputs.get(input.name)
  const byQuality = { ...before?.byQuality, [input.quality]: (before?.byQuality[input.quality] ?? 0) + 1 }
  const worstAgeMs = Math.max(before?.worstAgeMs ?? 0, input.ageMs ?? 0)
  inputs.set(input.name, { input: input.name, turns: (before?.turns ?? 0) + 1, byQuality, worstAgeMs })
}
