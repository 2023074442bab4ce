import type { Alert, Decision, Series } from '../api/types.js'
import { dayAndMinute } from '../format/time.js'
import { actionWord } from '../format/words.js'

/** Columns for a chart: seconds, then one value or gap for each series. */
export type Columns = { readonly seconds: readonly number[]; readonly values: readonly (readonly (number | null)[])[] }

/** Series on one time axis. Where a series has no point at a time there is a gap, not a guess. */
export function alignSeries(series: readonly Series[], pick: (point: Series['points'][number]) => number): Columns {
  const seconds = [...new Set(series.flatMap(({ points }) => points.map(({ time }) => Date.parse(time) / 1000)))].sort(
    (a, b) => a - b,
  )
  const values = series.map(({ points }) => {
    const at = new Map(points.map((point) => [Date.parse(point.time) / 1000, pick(point)]))
    return seconds.map((second) => at.get(second) ?? null)
  })
  return { seconds, values }
}

/** Each series as a change from its first point, so that assets of different price share an axis. */
export function rebase(columns: Columns): Columns {
  const values = columns.values.map((column) => {
    const first = column.find((value) => value !== null)
    return column.map((value) => (value === null || first === null || first === undefined ? null : value / first - 1))
  })
  return { seconds: columns.seconds, values }
}

export type Mark = {
  readonly id: string
  readonly seconds: number
  readonly kind: 'critical' | 'warning' | 'notice' | 'resolved' | 'action' | 'denied'
}

/** Alerts and decisions as marks on the time axis. */
export function marksOf(decisions: readonly Decision[], alerts: readonly Alert[]): readonly Mark[] {
  const told = new Set(decisions.map(({ id }) => id))
  const fromAlerts = alerts
    .filter(({ id }) => !told.has(id))
    .map(({ id, startsAt, tier }) => ({ id, seconds: Date.parse(startsAt) / 1000, kind: tier }))
  return [...decisions.map(markOf), ...fromAlerts].sort((a, b) => a.seconds - b.seconds)
}

function markOf(decision: Decision): Mark {
  const seconds = Date.parse(decision.time) / 1000
  if (decision.outcome === 'denied') return { id: decision.id, seconds, kind: 'denied' }
  const word = actionWord(decision.action)
  const kind = word === 'critical' || word === 'warning' || word === 'notice' || word === 'resolved' ? word : 'action'
  return { id: decision.id, seconds, kind }
}

/** The mark nearest to a place on the axis, within `reach` seconds. */
export function nearestMark(marks: readonly Mark[], seconds: number, reach: number): Mark | undefined {
  let best: Mark | undefined
  for (const mark of marks) {
    const gap = Math.abs(mark.seconds - seconds)
    if (gap <= reach && (best === undefined || gap < Math.abs(best.seconds - seconds))) best = mark
  }
  return best
}

const DAY_SECONDS = 86_400

/** A tick of the time axis: the day where one begins, else the time of day. UTC. */
export function axisTime(seconds: number, stepSeconds: number): string {
  const text = dayAndMinute(new Date(seconds * 1000).toISOString())
  const minute = text.slice(-5)
  return stepSeconds >= DAY_SECONDS || minute === '00:00' ? text.slice(0, -6) : minute
}
