import type { HedgingComparison } from '../../hedging/compareHedging.js'
import type { HedgingRow } from '../../hedging/tally.js'
import { niceTicks } from './chart.js'
import { STYLE } from './style.js'
import { table } from './tables.js'
import { escapeHtml, minuteText, percentText, shortText, wholeText } from './text.js'

const WIDTH = 960
const HEIGHT = 340
const LEFT = 74
const RIGHT = 170
const TOP = 18
const BOTTOM = 46

/** `hedging.html`: the ways to hedge as a table and as a frontier, in one file that needs nothing else. */
export function hedgingPage(comparison: HedgingComparison, name: string): string {
  const { rule, underlying, threshold, firstTime, lastTime, rows } = comparison
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(name)}: hedging compared</title><style>${STYLE}</style></head>
<body><main>
<p class="eyebrow">Holdfast hedging compared</p>
<h1>${escapeHtml(name)}: ${escapeHtml(rule)}</h1>
<p class="soft">${minuteText(firstTime)} to ${minuteText(lastTime)} UTC · ${escapeHtml(underlying)} · one replay for each way to hedge, filled on paper</p>
<h2>Frontier</h2>
${frontierSvg(rows)}
<h2>Figures</h2>
${rowsTable(rows, underlying, threshold)}
<p class="soft">Cost: fees, and what fills paid beyond the mark. Expected shortfall: mean of the worst 5 % of hours of the portfolio's P&amp;L, all of its positions. Lower and further left is better.</p>
</main></body></html>
`
}

function rowsTable(rows: readonly HedgingRow[], underlying: string, threshold: number): string {
  const number = (text: string) => ({ number: text })
  const heads = [
    'Cost, USD',
    'ES 95 %, USD by hour',
    'P&L, USD',
    'Trades',
    'Turnover, USD',
    `Time within ± ${threshold} ${underlying}`,
    'Worst margin ratio',
    'Hours not known',
  ]
  return table(
    ['Hedging', ...heads.map(number)],
    rows.map((row) => [
      row.name,
      number(wholeText(row.cost)),
      number(wholeText(row.expectedShortfall)),
      number(wholeText(row.pnl)),
      number(String(row.trades)),
      number(wholeText(row.turnover)),
      number(percentText(row.timeInBand)),
      number(
        typeof row.worstMarginRatio === 'number'
          ? row.worstMarginRatio.toFixed(3)
          : (row.worstMarginRatio ?? 'unknown'),
      ),
      number(String(row.unknownHours)),
    ]),
  )
}

/** Cost to the right, expected shortfall upwards; each point is named. */
function frontierSvg(rows: readonly HedgingRow[]): string {
  const shown = rows.filter((row) => Number.isFinite(row.cost) && Number.isFinite(row.expectedShortfall))
  const [costLow, costHigh] = range(shown.map(({ cost }) => cost))
  const [low, high] = range(shown.map(({ expectedShortfall }) => expectedShortfall))
  const x = (value: number) => LEFT + ((value - costLow) / (costHigh - costLow)) * (WIDTH - LEFT - RIGHT)
  const y = (value: number) => TOP + (1 - (value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM)
  const floor = HEIGHT - BOTTOM
  const across = niceTicks(costLow, costHigh, 6).map((value) => {
    const at = x(value).toFixed(1)
    return `<line class="grid" x1="${at}" x2="${at}" y1="${TOP}" y2="${floor}"/><text class="tick" x="${at}" y="${floor + 16}" text-anchor="middle">${escapeHtml(shortText(value))}</text>`
  })
  const upwards = niceTicks(low, high, 5).map((value) => {
    const at = y(value).toFixed(1)
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/><text class="tick" x="${LEFT - 8}" y="${at}" dy="0.32em" text-anchor="end">${escapeHtml(shortText(value))}</text>`
  })
  const labels = labelHeights(shown.map((row) => ({ x: x(row.cost), y: y(row.expectedShortfall) })))
  const points = shown.map((row, i) => {
    const [px, py] = [x(row.cost).toFixed(1), y(row.expectedShortfall).toFixed(1)]
    const title = `${row.name}: cost ${wholeText(row.cost)} USD, expected shortfall ${wholeText(row.expectedShortfall)} USD`
    return `<circle class="mark action" cx="${px}" cy="${py}" r="4.5"><title>${escapeHtml(title)}</title></circle><text class="tick" x="${Number(px) + 9}" y="${labels[i]!.toFixed(1)}" dy="0.32em">${escapeHtml(row.name)}</text>`
  })
  const axes = `<text class="tick" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">cost, USD</text>`
  return `<figure class="chart"><figcaption><h3>Expected shortfall 95 % of hourly P&amp;L (USD, upwards) against cost (USD)</h3></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Expected shortfall against cost of ${shown.length} ways to hedge; the table has the figures">${[...across, ...upwards, axes, ...points].join('')}</svg></figure>`
}

/** Widest label and the height of its line, units of the drawing. */
const LABEL_WIDTH = 130
const LABEL_HEIGHT = 13

/** Heights of the points' labels, those that would lie on each other moved down in the order of their points. */
function labelHeights(points: readonly { readonly x: number; readonly y: number }[]): readonly number[] {
  const heights = points.map(({ y }) => y)
  const order = points.map((_, i) => i).sort((a, b) => points[a]!.y - points[b]!.y)
  for (const [rank, i] of order.entries()) {
    for (const above of order.slice(0, rank)) {
      const beside = Math.abs(points[above]!.x - points[i]!.x) < LABEL_WIDTH
      const least = heights[above]! + LABEL_HEIGHT
      if (beside && heights[i]! < least) heights[i] = least
    }
  }
  return heights
}

function range(values: readonly number[]): readonly [number, number] {
  if (values.length === 0) return [0, 1]
  const low = Math.min(...values)
  const high = Math.max(...values)
  const pad = (high - low) * 0.08 || Math.abs(high) * 0.05 || 1
  return [low - pad, high + pad]
}
