import type { ConditionTerm } from '../../decision.js'

/** A condition that was type-checked against the declared measures. */
export type Condition = {
  /** As written. */
  readonly text: string
  /** Names of the measures it reads, sorted. */
  readonly measures: readonly string[]
  evaluate(values: MeasureValues): ConditionResult
}

/** The values of one subject. A measure that is absent is unknown, never 0. */
export type MeasureValues = ReadonlyMap<string, number | string>

/** Three-valued: `unknown` where a measure that could change the answer is unknown; `fault` says why where evaluation failed. */
export type ConditionResult = {
  readonly holds: boolean | 'unknown'
  readonly terms: readonly ConditionTerm[]
  readonly fault?: string
}
