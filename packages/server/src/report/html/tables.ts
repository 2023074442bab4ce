import type { Comparison, ReportSummary } from '../summary.js'
import type { AccountPoint } from '../tally.js'
import { escapeHtml, figureText, minuteText, percentText, spanText, wholeText } from './text.js'

type Cell = string | { readonly number: string } | { readonly time: string } | { readonly html: string }

export function table(
  heads: readonly (string | { readonly number: string })[],
  rows: readonly (readonly Cell[])[],
): string {
  const head = heads.map((cell) =>
    typeof cell === 'string' ? `<th>${escapeHtml(cell)}</th>` : `<th class="n">${escapeHtml(cell.number)}</th>`,
  )
  const body = rows.map((row) => `<tr>${row.map(cellHtml).join('')}</tr>`)
  return `<div class="scroll"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}

function cellHtml(cell: Cell): string {
  if (typeof cell === 'string') return `<td>${escapeHtml(cell)}</td>`
  if ('number' in cell) return `<td class="n">${escapeHtml(cell.number)}</td>`
  if ('time' in cell) return `<td class="t">${escapeHtml(cell.time)}</td>`
  return `<td>${cell.html}</td>`
}

const number = (text: string) => ({ number: text })
const time = (text: string) => ({ time: minuteText(text) })

const POINTS = ['first', 'worst', 'last'] as const

export function accountsTable({ accounts }: ReportSummary): string {
  const rows = accounts.flatMap((account) =>
    POINTS.map((which, i) => {
      const point = account[which]
      return [
        i === 0 ? accountCell(account) : '',
        which,
        time(point.time),
        number(moneyText(point.equity)),
        number(moneyText(point.initialMargin)),
        number(moneyText(point.maintenanceMargin)),
        number(ratioText(point.marginRatio)),
        number(moneyText(point.cashDelta)),
      ]
    }),
  )
  const heads = ['Equity, USD', 'Initial, USD', 'Maintenance, USD', 'Margin ratio', 'Cash delta, USD'].map(number)
  return table(['Account', '', 'Time (UTC)', ...heads], rows)
}

export function comparisonTable({ accounts }: Comparison): string {
  const rows = accounts.map(({ account, as, worst, last, belowMaintenanceAt }) => [
    as === 'run' ? { html: `<b>${escapeHtml(account)}</b>` } : '',
    as === 'run' ? 'as it ran' : 'without',
    number(ratioText(worst.marginRatio)),
    time(worst.time),
    belowMaintenanceAt === null ? 'never' : time(belowMaintenanceAt),
    number(moneyText(last.equity)),
  ])
  const heads = [number('Worst margin ratio'), 'at (UTC)', 'Below maintenance', number('Equity at the end, USD')]
  return table(['Account', '', ...heads], rows)
}

export function greeksTable({ accounts }: ReportSummary): string {
  const rows = accounts.flatMap((account) =>
    POINTS.flatMap((which, i) =>
      account[which].greeks.map((greeks, j) => [
        i + j === 0 ? accountCell(account) : '',
        j === 0 ? which : '',
        greeks.underlying,
        number(figureText(greeks.delta)),
        number(figureText(greeks.deltaNet)),
        number(wholeText(greeks.gammaPerPercent)),
        number(wholeText(greeks.vegaPerVolPoint)),
        number(wholeText(greeks.thetaPerDay)),
      ]),
    ),
  )
  if (rows.length === 0) return '<p>No position was held.</p>'
  const heads = ['Delta, base', 'Delta net of premium', 'Gamma, USD/1 %', 'Vega, USD/vol point', 'Theta, USD/day']
  return table(['Account', '', 'Underlying', ...heads.map(number)], rows)
}

function accountCell({ account, marginModel }: ReportSummary['accounts'][number]): Cell {
  return { html: `<b>${escapeHtml(account)}</b><br><span class="soft">${escapeHtml(marginModel)}</span>` }
}

export function moneyText(value: number | null): string {
  return value === null ? 'unknown' : wholeText(value)
}

export function ratioText(value: AccountPoint['marginRatio']): string {
  if (value === null) return 'unknown'
  return value === 'liquidatable' ? 'liquidatable' : percentText(value)
}

export function leadTable({ leadTimes }: ReportSummary): string {
  if (leadTimes.length === 0) return '<p>No account fell below maintenance.</p>'
  const rows = leadTimes.flatMap(({ account, breachTime, recoveredTime, warnings }) => {
    const at = [account, minuteText(breachTime), recoveredTime === undefined ? 'not yet' : minuteText(recoveredTime)]
    if (warnings.length === 0) return [[...at, 'no alert', '', number('')]]
    return warnings.map(({ tier, rule, time, leadMs }, i) => [
      ...(i === 0 ? at : ['', '', '']),
      { html: `${tag(tier)} ${escapeHtml(rule)}` },
      minuteText(time),
      number(leadMs > 0 ? `${spanText(leadMs)} before` : leadMs === 0 ? 'at the breach' : `${spanText(-leadMs)} after`),
    ])
  })
  return table(['Account', 'Below maintenance', 'Recovered', 'Warned by', 'At', number('Lead time')], rows)
}

export function alertsTable({ alerts }: ReportSummary): string {
  if (alerts.list.length === 0) return '<p>No alert fired.</p>'
  const shown = alerts.list.slice(0, ALERTS_SHOWN_MAX)
  const rows = shown.map(({ tier, rule, scope, summary, ...alert }) => [
    time(alert.time),
    { html: tag(tier) },
    rule,
    scope,
    summary,
  ])
  const more = alerts.fired - shown.length
  const rest = more > 0 ? `<p class="soft">and ${more} more, in alerts.jsonl</p>` : ''
  return `${table(['Time (UTC)', 'Tier', 'Rule', 'Scope', 'Message'], rows)}${rest}`
}

const ALERTS_SHOWN_MAX = 200

function tag(tier: string): string {
  return `<span class="tag ${escapeHtml(tier)}">${escapeHtml(tier)}</span>`
}

export function decisionsTable({ decisions }: ReportSummary): string {
  const outcomes = [...new Set(Object.values(decisions.byRule).flatMap(Object.keys))].sort()
  if (outcomes.length === 0) return '<p>No rule fired.</p>'
  const rows = Object.entries(decisions.byRule).map(([rule, counts]) => [
    rule,
    ...outcomes.map((outcome) => number(wholeText(counts[outcome] ?? 0))),
  ])
  return table(['Rule', ...outcomes.map(number)], rows)
}

export function sourcesTable({ sources }: ReportSummary): string {
  const rows = sources.map((source) => [
    { html: `<b>${escapeHtml(source.name)}</b><br><span class="soft">${escapeHtml(source.kind)}</span>` },
    source.firstTime === null ? 'nothing' : minuteText(source.firstTime),
    source.lastTime === null ? 'nothing' : minuteText(source.lastTime),
    number(wholeText(source.files.length)),
    number(wholeText(source.rows)),
    number(wholeText(source.rowsSkipped)),
    number(wholeText(source.events)),
    source.damaged ? 'damaged: ends before its end' : markErrorText(source),
  ])
  const heads = [
    'Source',
    'First (UTC)',
    'Last (UTC)',
    number('Files'),
    number('Rows'),
    number('Skipped'),
    number('Events'),
  ]
  return table([...heads, 'Marks against our Black-76'], rows)
}

function markErrorText({ markError }: ReportSummary['sources'][number]): string {
  if (markError === undefined) return ''
  const { median, p99, max, count, unit } = markError
  const e = (value: number) => value.toExponential(1).replace('-', '−')
  return `median ${e(median)} ${unit}, 99 % ${e(p99)}, worst ${e(max)} over ${wholeText(count)} marks`
}

export function defectsTable({ sources, quality }: ReportSummary): string {
  const fromSources = sources.flatMap(({ name, defects }) =>
    defects.map(({ code, count, examples }) => [code, name, number(wholeText(count)), examples[0] ?? '']),
  )
  const seen = new Set(fromSources.map(([code]) => code))
  const fromEngine = quality.flags
    .filter(({ code }) => !seen.has(code))
    .map(({ code, count, example }) => [code, 'engine', number(wholeText(count)), example])
  const rows = [...fromSources, ...fromEngine]
  if (rows.length === 0) return '<p>No defect was noticed.</p>'
  return table(['Defect', 'Noticed by', number('Count'), 'For example'], rows)
}

export function inputsTable({ quality }: ReportSummary): string {
  const worst = [...quality.inputs].sort((a, b) => b.turns - a.turns || (a.input < b.input ? -1 : 1)).slice(0, 25)
  if (worst.length === 0) return '<p>Every input was live at every turn.</p>'
  const rows = worst.map(({ input, turns, byQuality, worstAgeMs }) => [
    input,
    number(wholeText(turns)),
    Object.entries(byQuality)
      .map(([quality, count]) => `${quality} ${count}`)
      .join(', '),
    number(spanText(worstAgeMs)),
  ])
  const more = quality.inputs.length - worst.length
  const rest = more > 0 ? `<p class="soft">and ${more} more inputs, in report.json</p>` : ''
  return `${table(['Input', number('Turns not live'), 'As', number('Oldest')], rows)}${rest}`
}
