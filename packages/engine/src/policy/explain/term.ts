import type { ConditionTerm } from '../../decision.js'
import { measureText, valueText } from '../format.js'
import { measureByName } from '../measure.js'

/** A comparison in words, and how far its measure is from turning it. */
export type TermExplanation = ConditionTerm & {
  readonly valueText: string
  readonly thresholdText: string
  /** What would have to change for the comparison to turn; absent where that is not a number. */
  readonly flip?: Flip
}

export type Flip = {
  readonly measure: string
  readonly unit: string
  /** By how much the left side would have to change, signed, in the unit; beyond it the comparison turns. */
  readonly change: number
  /** |change| ÷ |threshold|: how near it is; infinite where the threshold is 0. */
  readonly relative: number
  readonly text: string
}

export function explainTerm(term: ConditionTerm, underlying: string | undefined): TermExplanation {
  const left = leftText(term, term.value, underlying)
  const right = valueText(term.threshold, term.unit, underlying)
  const flip = flipOf(term, underlying)
  return { ...term, valueText: left, thresholdText: right, ...(flip === undefined ? {} : { flip }) }
}

/** Flips of the comparisons that stand as said, nearest first: what keeps a condition as it is. */
export function flipsOf(terms: readonly TermExplanation[], holds: boolean): readonly Flip[] {
  return terms
    .filter((term) => term.holds === holds)
    .flatMap(({ flip }) => (flip === undefined ? [] : [flip]))
    .toSorted((a, b) => a.relative - b.relative || (a.text < b.text ? -1 : 1))
}

/** `margin_ratio > 0.65: 0.7012, holds`. */
export function termText(term: TermExplanation): string {
  const verdict = term.holds === 'unknown' ? 'unknown' : term.holds ? 'holds' : 'does not hold'
  return `${term.text}: ${term.valueText} against ${term.thresholdText}, ${verdict}`
}

function flipOf(term: ConditionTerm, underlying: string | undefined): Flip | undefined {
  const { value, threshold, operator, unit, measure, text, holds } = term
  if (typeof value !== 'number' || typeof threshold !== 'number' || holds === 'unknown') return undefined
  if (!['<', '<=', '>', '>='].includes(operator)) return undefined
  const change = threshold - value
  const subject = text.slice(0, text.lastIndexOf(` ${operator} `))
  const name = subject === '' ? measure : subject
  const relative = threshold === 0 ? Number.POSITIVE_INFINITY : Math.abs(change / threshold)
  if (!Number.isFinite(change)) {
    return {
      measure,
      unit,
      change,
      relative,
      text: `${name} would have to become finite and reach ${valueText(threshold, unit, underlying)}`,
    }
  }
  const direction = operator.startsWith('>') === holds ? 'fall' : 'rise'
  const by = valueText(Math.abs(change), unit, underlying)
  return {
    measure,
    unit,
    change,
    relative,
    text: `${name} would have to ${direction} by ${by}, to ${valueText(threshold, unit, underlying)}`,
  }
}

function leftText(term: ConditionTerm, value: number | string, underlying: string | undefined): string {
  const plain = measureByName(term.text.split(' ')[0] ?? '') !== undefined
  return plain && value === Number.POSITIVE_INFINITY
    ? measureText(term.measure, value, underlying)
    : valueText(value, term.unit, underlying)
}
