import { createMetrics } from '@holdfast/server'
import { code, page, table } from './markdown.mjs'

/** What `/metrics` tells Prometheus. */
export const path = 'docs/reference/metrics.md'

export function text() {
  return page(
    'Metrics',
    '`GET /metrics` answers in the Prometheus text format. Units are base units and stand in the name. A number that is not known has no sample: a gap in a chart, never a zero. No label is per strike.',
    table(
      ['metric', 'type', 'labels', 'meaning'],
      createMetrics(...atRest())
        .describe()
        .map(({ name, type, labels, help }) => [code(name), type, labels.map(code).join(', '), help]),
    ),
  )
}

/** A house at rest: only the names of its metrics are asked for. */
function atRest() {
  const model = { onTurn() {}, assessment() {}, head() {}, alerts: { list: () => [] } }
  return [{ run: () => ({}) }, model]
}
