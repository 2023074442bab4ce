import type { Decision } from '@holdfast/engine'
import type { History } from '../../api/history.js'
import type { ReportSummary } from '../summary.js'
import { scopeText } from '../summary.js'
import { type ChartMark, type ChartSeries, chartSvg } from './chart.js'
import { STYLE } from './style.js'
import {
  accountsTable,
  alertsTable,
  comparisonTable,
  decisionsTable,
  defectsTable,
  greeksTable,
  inputsTable,
  leadTable,
  moneyText,
  ratioText,
  sourcesTable,
} from './tables.js'
import { escapeHtml, figureText, minuteText, percentText, shortText, spanText, wholeText } from './text.js'

/** Points of a line; more are merged, with their extremes kept as a band. */
const CHART_POINTS_MAX = 900

/** Marks of a chart; where there are more, the later ones are left out and the page says so. */
const MARKS_MAX = 400

/**
 * `report.html`: one file that needs nothing else, neither network nor script.
 *
 * @param decisions - to be marked on the time axis, in order of time.
 */
export function reportPage(summary: ReportSummary, history: History, decisions: readonly Decision[]): string {
  const { name, firstTime, lastTime, turns, outcome } = summary
  const period =
    firstTime === null || lastTime === null ? 'no data' : `${minuteText(firstTime)} to ${minuteText(lastTime)} UTC`
  const ended = outcome === 'ended' ? 'all sources read to their end' : 'stopped before the end of its sources'
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(name)}: risk report</title><style>${STYLE}</style></head>
<body><main>
<p class="eyebrow">Holdfast risk report</p>
<h1>${escapeHtml(name)}</h1>
<p class="soft">${escapeHtml(period)} · ${wholeText(turns)} turns · ${ended}</p>
${cards(summary)}
<h2>What happened</h2>
${charts(summary, history, decisions)}
<h2>Accounts: first, worst and last</h2>
${accountsTable(summary)}
${comparison(summary)}<h2>Greeks: first, worst and last</h2>
${greeksTable(summary)}
<h2>Warning before maintenance</h2>
${leadTable(summary)}
<h2>Decisions by rule and outcome</h2>
${decisionsTable(summary)}
<h2>Alerts</h2>
${alertsTable(summary)}
<h2>Sources</h2>
${sourcesTable(summary)}
<h2>Quality of the data</h2>
${defectsTable(summary)}
<h2>Inputs that were not live</h2>
${inputsTable(summary)}
<h2>Assumptions and notes</h2>
${notes(summary)}
<h2>Proof</h2>
${proof(summary)}
</main></body></html>
`
}

function comparison({ comparison: found }: ReportSummary): string {
  if (found === undefined) return ''
  return `<h2>With and without what the rules did</h2>
<p class="soft">The same data through the same engine, once as it ran and once without ${escapeHtml(found.without.join(', '))}.</p>
${comparisonTable(found)}
`
}

function cards(summary: ReportSummary): string {
  const { accounts, alerts, decisions, leadTimes } = summary
  const sum = (which: 'first' | 'last') => {
    const values = accounts.map((account) => account[which].equity)
    return values.length === 0 || values.includes(null) ? null : values.reduce<number>((a, b) => a + (b ?? 0), 0)
  }
  const worst = [...accounts].sort((a, b) => severity(b.worst.marginRatio) - severity(a.worst.marginRatio))[0]
  const lead = leadTimes[0]?.warnings.reduce((most, { leadMs }) => Math.max(most, leadMs), Number.NEGATIVE_INFINITY)
  const first = sum('first')
  const last = sum('last')
  return `<div class="cards">${[
    card('Equity at the end, USD', moneyText(last), first === null ? '' : `${wholeText(first)} at the start`),
    card(
      'Worst margin ratio',
      worst === undefined ? 'none' : ratioText(worst.worst.marginRatio),
      worst === undefined ? '' : `${worst.account}, ${minuteText(worst.worst.time)}`,
      worst !== undefined && severity(worst.worst.marginRatio) >= 1,
    ),
    card(
      'Below maintenance',
      leadTimes.length === 0 ? 'never' : `${leadTimes.length} ×`,
      leadTimes[0] === undefined ? '' : `first ${leadTimes[0].account}, ${minuteText(leadTimes[0].breachTime)}`,
      leadTimes.length > 0,
    ),
    card(
      'First warning ahead of it',
      lead === undefined ? 'not needed' : lead > 0 ? spanText(lead) : 'none',
      lead === undefined ? '' : 'earliest alert before the first breach',
      lead !== undefined && !(lead > 0),
    ),
    card(
      'Alerts',
      wholeText(alerts.fired),
      `${alerts.byTier.critical ?? 0} critical, ${alerts.byTier.warning ?? 0} warning, ${alerts.byTier.notice ?? 0} notice`,
    ),
    card('Decisions', wholeText(decisions.total), `by ${Object.keys(decisions.byRule).length} rules`),
  ].join('')}</div>`
}

function card(label: string, value: string, note: string, bad = false): string {
  return `<div class="card${bad ? ' bad' : ''}"><div class="label">${escapeHtml(label)}</div><div class="value">${escapeHtml(value)}</div><div class="note">${escapeHtml(note)}</div></div>`
}

function severity(ratio: number | 'liquidatable' | null): number {
  if (ratio === null) return Number.NEGATIVE_INFINITY
  return ratio === 'liquidatable' ? Number.POSITIVE_INFINITY : ratio
}

function charts(summary: ReportSummary, history: History, decisions: readonly Decision[]): string {
  if (summary.firstTime === null || summary.lastTime === null) return '<p>Nothing was received.</p>'
  const span = { from: Date.parse(summary.firstTime), to: Date.parse(summary.lastTime) }
  const marks = decisions.flatMap(mark)
  const shown = marks.slice(0, MARKS_MAX)
  const line = (name: string, label: string, colour: number, dashed = false): ChartSeries => ({
    label,
    colour,
    dashed,
    points: history.series(name, span.from, span.to, CHART_POINTS_MAX) ?? [],
  })
  const ids = summary.accounts.map(({ account }) => account)
  const colour = (i: number) => (i % 8) + 1
  const prices = history
    .names()
    .filter((name) => name.startsWith('index:'))
    .map((name, i) => ({
      ...span,
      marks: shown,
      title: `${name.slice(6)} index price`,
      unit: 'USD',
      series: [line(name, name.slice(6), colour(i))],
      valueText: shortText,
    }))
  const all = [
    {
      ...span,
      marks: shown,
      title: 'Margin ratio: maintenance ÷ equity',
      unit: 'liquidatable at 100 %, drawn up to 200 %',
      series: ids.map((id, i) => line(`account:${id}:marginRatio`, id, colour(i))),
      limit: { value: 1, label: 'maintenance' },
      ceiling: 2,
      valueText: percentText,
    },
    ...ids.map((id, i) => ({
      ...span,
      marks: shown,
      title: `${id}: equity and what it needs`,
      unit: 'USD',
      series: [
        line(`account:${id}:equity`, 'equity', colour(i)),
        line(`account:${id}:initialMargin`, 'initial margin', 8, true),
        line(`account:${id}:maintenanceMargin`, 'maintenance margin', 9, true),
      ],
      valueText: shortText,
    })),
    ...prices,
  ]
  const left = marks.length - shown.length
  const more = left > 0 ? `<span>${left} later marks are left out</span>` : ''
  return `${MARK_KEY.replace('</div>', `${more}</div>`)}${all.map(chartSvg).join('')}`
}

const MARK_KEY = `<div class="marks">${[
  ['notice', 'notice', '<circle cx="6" cy="6" r="4"/>'],
  ['warning', 'warning', '<polygon points="6,1 11,10 1,10"/>'],
  ['critical', 'critical', '<polygon points="2,2 10,2 10,10 2,10"/>'],
  ['action', 'other decision', '<polygon points="6,1 11,6 6,11 1,6"/>'],
]
  .map(
    ([kind, label, shape]) =>
      `<span><svg viewBox="0 0 12 12" aria-hidden="true"><g class="mark ${kind}">${shape}</g></svg>${label}</span>`,
  )
  .join('')}</div>`

function mark(decision: Decision): readonly ChartMark[] {
  const { action, time, rule } = decision
  const at = `${minuteText(time)} ${rule} (${scopeText(decision)})`
  if (action.kind !== 'alert') return [{ time, kind: 'action', title: `${at}: ${actionText(decision)}` }]
  return action.state === 'firing' ? [{ time, kind: action.tier, title: `${at}: ${action.summary}` }] : []
}

function actionText({ action, outcome }: Decision): string {
  switch (action.kind) {
    case 'order':
      return `${action.purpose} ${figureText(Number(action.size))} ${action.sizeUnit} of ${action.instrument}, ${outcome}`
    case 'collateral':
      return `top up ${action.amount} ${action.asset}, ${outcome}`
    case 'alert':
    case 'cancel':
    case 'halt':
    case 'stage':
    case 'adopt':
      return `${action.kind}, ${outcome}`
    case 'kill-report':
      return `kill ${action.scope}, ${action.state}`
  }
}

function notes({ assumptions, sources }: ReportSummary): string {
  const all = [...assumptions, ...sources.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}`))]
  if (all.length === 0) return '<p>None beyond the configuration.</p>'
  return `<ul>${all.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>`
}

function proof(summary: ReportSummary): string {
  const rows = [
    ['Journal head', summary.journalHead],
    ['Configuration', `${summary.configurationFile} ${summary.configurationHash}`],
    ['Rulebook', summary.rulebookHash],
    ['Engine', summary.engineVersion],
  ]
  return `<p>Replaying the journal gives every decision again, byte for byte: <code>holdfast verify JOURNAL --head ${escapeHtml(summary.journalHead)}</code></p>
<dl>${rows.map(([label, value]) => `<dt>${label}</dt><dd><code>${escapeHtml(value!)}</code></dd>`).join('')}</dl>`
}
