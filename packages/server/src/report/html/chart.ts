import { escapeHtml, minuteText } from './text.js'

export type ChartPoint = { readonly time: number; readonly last: number; readonly low: number; readonly high: number }

export type ChartSeries = {
  readonly label: string
  /** 1…9: a colour of the style sheet; 9 is that of limits. */
  readonly colour: number
  readonly dashed?: boolean
  readonly points: readonly ChartPoint[]
}

export type ChartMark = {
  readonly time: number
  readonly kind: 'notice' | 'warning' | 'critical' | 'action'
  readonly title: string
}

export type Chart = {
  readonly title: string
  readonly unit: string
  readonly series: readonly ChartSeries[]
  readonly from: number
  readonly to: number
  readonly marks: readonly ChartMark[]
  /** A line that matters, with its name. */
  readonly limit?: { readonly value: number; readonly label: string }
  /** Values above are drawn at the top edge. */
  readonly ceiling?: number
  readonly valueText: (value: number) => string
}

const WIDTH = 960
const HEIGHT = 236
const LEFT = 64
const RIGHT = 14
const TOP = 14
const BOTTOM = 46
const MARK_ROW = HEIGHT - BOTTOM + 11

/** A line chart as SVG, with marks on the time axis. Everything it says by colour it says in words too. */
export function chartSvg(chart: Chart): string {
  const { series, from, to, limit } = chart
  const span = Math.max(1, to - from)
  const x = (time: number) => LEFT + ((time - from) / span) * (WIDTH - LEFT - RIGHT)
  const [low, high] = valueRange(chart)
  const y = (value: number) => {
    const held = Math.min(Math.max(value, low), high)
    return TOP + (1 - (held - low) / (high - low)) * (HEIGHT - TOP - BOTTOM)
  }
  const parts = [
    ...gridLines(chart, low, high, y),
    ...timeTicks(from, to).map((time) => timeTick(time, x(time), span)),
    ...chart.marks.filter(({ kind }) => kind !== 'action').map((mark) => markStem(mark, x(mark.time))),
    ...(limit === undefined || limit.value > high || limit.value < low
      ? []
      : [limitLine(limit, y(limit.value), chart.valueText)]),
    ...series.map((one) => seriesPath(one, x, y)),
    ...chart.marks.map((mark) => markShape(mark, x(mark.time))),
  ]
  return `<figure class="chart"><figcaption><h3>${escapeHtml(chart.title)}</h3>${legend(chart)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(ariaText(chart))}">${parts.join('')}</svg></figure>`
}

function valueRange({ series, limit, ceiling }: Chart): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const { points } of series) {
    for (const point of points) {
      low = Math.min(low, point.low)
      high = Math.max(high, point.high)
    }
  }
  if (!(low <= high)) return [0, 1]
  if (limit !== undefined && high > limit.value * 0.5) high = Math.max(high, limit.value * 1.08)
  if (ceiling !== undefined) high = Math.min(high, ceiling)
  const pad = (high - low) * 0.06 || Math.abs(high) * 0.05 || 1
  return [low >= 0 && low < (high - low) * 0.6 ? 0 : low - pad, high + pad]
}

function gridLines({ valueText }: Chart, low: number, high: number, y: (value: number) => number): string[] {
  return niceTicks(low, high, 5).map((value) => {
    const at = y(value).toFixed(1)
    const line = `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/>`
    return `${line}<text class="tick" x="${LEFT - 8}" y="${at}" dy="0.32em" text-anchor="end">${escapeHtml(valueText(value))}</text>`
  })
}

/** Round values at about equal steps within a range. */
export function niceTicks(low: number, high: number, count: number): readonly number[] {
  const rough = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  const ticks: number[] = []
  for (let i = Math.ceil(low / step); i * step <= high; i++) ticks.push(i * step)
  return ticks
}

const HOUR = 3_600_000
const TICK_STEPS = [
  HOUR / 4,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  24 * HOUR,
  48 * HOUR,
  7 * 24 * HOUR,
  14 * 24 * HOUR,
  30 * 24 * HOUR,
]

function timeTicks(from: number, to: number): readonly number[] {
  const step = TICK_STEPS.find((candidate) => (to - from) / candidate <= 13) ?? (to - from) / 10
  const ticks: number[] = []
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) ticks.push(time)
  return ticks
}

function timeTick(time: number, at: number, span: number): string {
  const text = minuteText(time)
  const label = span > 3 * 24 * HOUR ? text.slice(5, 10) : text.slice(5)
  const x = at.toFixed(1)
  return `<line class="grid" x1="${x}" x2="${x}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/><text class="tick" x="${x}" y="${HEIGHT - 8}" text-anchor="middle">${label}</text>`
}

function seriesPath(series: ChartSeries, x: (time: number) => number, y: (value: number) => number): string {
  const { points, colour, dashed } = series
  if (points.length === 0) return ''
  const merged = points.some(({ low, high }) => low !== high)
  const at = (time: number, value: number) => `${x(time).toFixed(1)} ${y(value).toFixed(1)}`
  const band = merged
    ? `<path class="band s${colour}" d="M${points.map(({ time, high }) => at(time, high)).join('L')}L${[...points]
        .reverse()
        .map(({ time, low }) => at(time, low))
        .join('L')}Z"/>`
    : ''
  const line = points.map(({ time, last }) => at(time, last)).join('L')
  return `${band}<path class="line s${colour}${dashed === true ? ' dashed' : ''}" d="M${line}"/>`
}

function limitLine(
  { value, label }: { value: number; label: string },
  at: number,
  valueText: Chart['valueText'],
): string {
  const y = at.toFixed(1)
  return `<line class="limit" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/><text class="limit-label" x="${LEFT + 6}" y="${y}" dy="-0.4em">${escapeHtml(`${label} (${valueText(value)})`)}</text>`
}

function markStem({ kind }: ChartMark, at: number): string {
  const x = at.toFixed(1)
  return `<line class="stem ${kind}" x1="${x}" x2="${x}" y1="${TOP}" y2="${MARK_ROW}"/>`
}

/** Each kind has a shape of its own, so that colour is not all that tells them apart. */
function markShape({ kind, title }: ChartMark, at: number): string {
  const [x, y] = [at, MARK_ROW]
  const point = (dx: number, dy: number) => `${(x + dx).toFixed(1)},${y + dy}`
  const shape = {
    notice: `<circle cx="${x.toFixed(1)}" cy="${y}" r="3.5"/>`,
    warning: `<polygon points="${point(0, -5)} ${point(5, 4)} ${point(-5, 4)}"/>`,
    critical: `<polygon points="${point(-4.5, -4.5)} ${point(4.5, -4.5)} ${point(4.5, 4.5)} ${point(-4.5, 4.5)}"/>`,
    action: `<polygon points="${point(0, 8)} ${point(3, 11)} ${point(0, 14)} ${point(-3, 11)}"/>`,
  }[kind]
  return `<g class="mark ${kind}"><title>${escapeHtml(title)}</title>${shape}</g>`
}

function legend({ series, unit }: Chart): string {
  const entries = series.map(
    ({ label, colour, dashed }) =>
      `<span class="key"><svg viewBox="0 0 22 8" aria-hidden="true"><path class="line s${colour}${dashed === true ? ' dashed' : ''}" d="M1 4L21 4"/></svg>${escapeHtml(label)}</span>`,
  )
  return `<div class="legend">${entries.join('')}<span class="unit">${escapeHtml(unit)}</span></div>`
}

function ariaText({ title, series, valueText, unit }: Chart): string {
  const ends = series.flatMap(({ label, points }) => {
    const [first, last] = [points[0], points.at(-1)]
    if (first === undefined || last === undefined) return []
    return [`${label} from ${valueText(first.last)} to ${valueText(last.last)} ${unit}`]
  })
  return `${title}: ${ends.join('; ')}`
}
