import type { ControlEvent, Decision, KillMode, KillPreview, Stage, Turn } from '@holdfast/engine'
import type { VenueBook, VenueEvent, VenueStep } from '@holdfast/simulator'
import type { AttributionPrices } from '../report/attribution.js'

/**
 * What the API asks of the running house besides the turns that its read model observes. The composition root fills these
 * in; tests fill them in with data. Nothing here knows HTTP.
 */
export type ApiPorts = {
  /** The wall clock, epoch milliseconds. */
  readonly now: () => number
  readonly run: () => RunView
  readonly rules: () => readonly RuleView[]
  readonly explain: (decision: Decision) => string
  /** One entry for each scope that the rule looks at; absent where there is no such rule. */
  readonly whyNot: (rule: string) => readonly WhyNotView[] | undefined
  /** Turns from `fromSequence` on, oldest first, at most `limit`. */
  readonly readTurns: (fromSequence: number, limit: number) => Promise<readonly Turn[]>
  /** Hands a person's word to the loop; resolves with the sequence of the turn that recorded it. Absent: read-only. */
  readonly submit?: (control: ControlEvent) => Promise<{ readonly sequence: number }>
  /** What a kill would do now; undefined before the first turn. Absent: nothing acts here. */
  readonly previewKill?: (scope: string, mode: KillMode) => KillPreview | undefined
  /** Prices by which trading is valued; undefined before the first turn. */
  readonly prices?: () => AttributionPrices | undefined
  /** The configured accounts. */
  readonly accounts?: () => readonly ConfiguredAccount[]
  /** The calculator; absent kinds answer undefined. */
  readonly calculate?: (kind: string, requests: readonly unknown[]) => readonly unknown[] | undefined
  /** The venue that runs here; absent where a desk does. */
  readonly venue?: VenuePort
}

/** `connection`: the line through which it is reached; absent where its orders are filled on paper. */
export type ConfiguredAccount = { readonly id: string; readonly venue: string; readonly connection?: string }

export type VenuePort = {
  /** Absent before the first step. */
  readonly view: () => VenueView | undefined
  /** All steps so far, oldest first. */
  readonly steps: () => readonly VenueStep[]
  /** Wall clock at the end of the latest step, epoch milliseconds; absent before the first. */
  readonly lastWallTime: () => number | undefined
}

export type VenueView = {
  readonly name: string
  readonly state: 'running' | 'finished' | 'stopped'
  /** Of the whole run. */
  readonly steps: number
  readonly accounts: number
  readonly latest: VenueStep
  readonly total: VenueTotal
  readonly book: VenueBook
  /** The latest, oldest first. */
  readonly events: readonly VenueEvent[]
}

/** Since the start. Losses and fund in USD; `faults`: steps after which the books were wrong. */
export type VenueTotal = Readonly<
  Record<
    | 'calls'
    | 'liquidations'
    | 'tranches'
    | 'auctions'
    | 'deleveraged'
    | 'refused'
    | 'deleveragedLoss'
    | 'socialisedLoss'
    | 'unabsorbedLoss'
    | 'fundFirst'
    | 'fundLowest'
    | 'faults',
    number
  >
>

export type RunView = {
  readonly name: string
  readonly version: string
  readonly state: 'starting' | 'running' | 'paused' | 'finished' | 'failed'
  /** Wall clock, epoch milliseconds. */
  readonly startedTime: number
  /** Wall clock at the end of the latest turn that succeeded; absent before the first. */
  readonly lastTurnWallTime?: number
  readonly turns: number
  /** Engine seconds per wall second, or as fast as it goes; 1 for live sources. */
  readonly speed: number | 'max'
  /** 0..1 of a recorded source; absent for live ones. */
  readonly progress?: number
  readonly configurationHash: string
  readonly rulebookHash: string
  /** Why it failed, where it did. */
  readonly fault?: string
}

export type RuleView = {
  readonly id: string
  readonly stage: string
  readonly scope: string
  readonly condition: string
  /** The kind of action it takes. */
  readonly action: string
  /** Most that it may do. */
  readonly bounds: readonly RuleBound[]
  /** Where it stands on the ladder; absent for rules that only alert. */
  readonly ladder?: LadderView
}

export type RuleBound = { readonly per: 'action' | 'hour' | 'day'; readonly amount: string; readonly unit: string }

export type LadderView = {
  readonly stage: Stage
  /** Engine time; absent where it has no record yet. */
  readonly since?: number
  /** Made at this stage, and how many of them were denied. */
  readonly decisions: number
  readonly denied: number
  /** The next stage up; absent at the top. */
  readonly next?: Stage
  /** What its promotion asks for and what its record shows; empty where a person's word is enough. */
  readonly criteria: readonly { readonly text: string; readonly met: boolean }[]
}

export type WhyNotView = {
  readonly subject: string
  /** `fires` now, `armed` and waiting, `held` by hysteresis, cool-down or bounds, `blind` for want of an input. */
  readonly state: 'fires' | 'armed' | 'held' | 'blind'
  readonly text: string
}
