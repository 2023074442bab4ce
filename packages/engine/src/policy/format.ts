import { durationText, percentText } from '../market/names.js'
import type { MeasureValues } from './condition/condition.js'
import { type MeasureUnit, measureByName } from './measure.js'
import type { Subject } from './subject.js'

/** A number of a unit as people read it: fixed digits, thousands apart, the unit behind. The same on every machine. */
export function valueText(value: number | string | undefined, unit: MeasureUnit | string, underlying = 'base'): string {
  if (value === undefined || value === 'unknown') return 'unknown'
  if (typeof value === 'string') return value
  if (!Number.isFinite(value)) return value > 0 ? 'infinite' : value < 0 ? '−infinite' : 'unknown'
  switch (unit) {
    case 'ratio':
      return value.toFixed(4)
    case 's':
      return durationText(Math.round(value * 1000))
    case 'base':
      return `${value.toFixed(4)} ${underlying}`
    default:
      return unit.startsWith('USD') ? `${thousands(value)} ${unit}` : `${value} ${unit}`.trimEnd()
  }
}

/** A measure in words: a ratio that is a move or a share as percent. */
export function measureText(name: string, value: number | string | undefined, underlying?: string): string {
  const unit = measureByName(name)?.unit ?? ''
  const asPercent = /^(liquidation_distance|drawdown|concentration)/.test(name)
  if (asPercent && typeof value === 'number' && Number.isFinite(value)) return percentText(value)
  if (name === 'margin_ratio' && value === Number.POSITIVE_INFINITY) return 'infinite (no equity left)'
  if (name.startsWith('liquidation_distance') && value === Number.POSITIVE_INFINITY)
    return 'none within the searched range'
  return valueText(value, unit, underlying)
}

/** Fills `{margin_ratio}`, `{account}` and the like into a summary. A measure that is not known reads `unknown`. */
export function fillSummary(template: string, subject: Subject, values: MeasureValues): string {
  const names = namesOf(subject)
  return template.replaceAll(/\{([^{}]*)\}/g, (_, name: string) => {
    return names[name] ?? measureText(name, values.get(name), names.underlying)
  })
}

/** What a subject is called, by kind of name; the labels of its alerts. */
export function namesOf(subject: Subject): Readonly<Record<string, string>> {
  const { kind: _, ...names } = subject.scope
  return 'view' in subject ? { portfolio: subject.view.portfolio, ...names } : names
}

function thousands(value: number): string {
  const digits = Math.abs(value) >= 1000 ? 0 : 2
  const [whole = '', fraction] = Math.abs(value).toFixed(digits).split('.')
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')
  return `${value < 0 ? '-' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`
}
