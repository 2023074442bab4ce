import { useState } from 'react'
import { plain, usdShort } from '../format/number.js'
import { dayAndMinute } from '../format/time.js'
import type { VenueStep } from './types.js'

const WIDTH = 1000
const HEIGHT = 74

type RowKind = {
  readonly name: string
  readonly of: (step: VenueStep) => number
  readonly text: (value: number) => string
  readonly shape: 'bars' | 'line'
  /** Whether the axis begins at 0; else at the lowest value. */
  readonly fromZero: boolean
  readonly tone: 'critical' | 'warning' | 'accent' | 'other'
}

const count = (value: number) => plain(value)
const ROWS: readonly RowKind[] = [
  {
    name: 'margin calls, accounts a step',
    of: ({ calls }) => calls,
    text: count,
    shape: 'bars',
    fromZero: true,
    tone: 'warning',
  },
  {
    name: 'liquidations, accounts a step',
    of: (s) => s.liquidations,
    text: count,
    shape: 'bars',
    fromZero: true,
    tone: 'critical',
  },
  {
    name: 'insurance fund, USD',
    of: ({ fund }) => fund,
    text: usdShort,
    shape: 'line',
    fromZero: true,
    tone: 'accent',
  },
  {
    name: 'losses beyond the fund, USD a step',
    of: beyondFund,
    text: usdShort,
    shape: 'bars',
    fromZero: true,
    tone: 'critical',
  },
  {
    name: 'open interest, USD',
    of: (s) => s.openInterest,
    text: usdShort,
    shape: 'line',
    fromZero: true,
    tone: 'other',
  },
]

/** The mark of the market that was marked first; none where no market was. */
function priceRows(steps: readonly VenueStep[]): readonly RowKind[] {
  const market = steps.flatMap(({ prices }) => Object.keys(prices))[0]
  if (market === undefined) return []
  let last = steps.find(({ prices }) => prices[market] !== undefined)?.prices[market] ?? Number.NaN
  const of = ({ prices }: VenueStep) => {
    last = prices[market] ?? last
    return last
  }
  const text = (value: number) => `$${plain(value)}`
  return [{ name: `${market}, USD`, of, text, shape: 'line', fromZero: false, tone: 'other' }]
}

function beyondFund({ deleveragedLoss, socialisedLoss, unabsorbedLoss }: VenueStep): number {
  return deleveragedLoss + socialisedLoss + unabsorbedLoss
}

/** Small charts under each other on one time axis; the pointer, or the arrow keys, read all of them at one time. */
export function TimeRows({ steps, total }: { readonly steps: readonly VenueStep[]; readonly total: number }) {
  const [chosen, choose] = useState<number>()
  const at = Math.min(chosen ?? steps.length - 1, steps.length - 1)
  const step = steps[at]
  if (step === undefined) return null
  const moved = (by: number) => choose(Math.max(0, Math.min(steps.length - 1, at + by)))
  return (
    <div className="time-rows">
      <label className="time-pick">
        <span className="figure">{dayAndMinute(step.time)} UTC</span>
        <input
          type="range"
          aria-label="Time that is read"
          min={0}
          max={Math.max(1, steps.length - 1)}
          value={at}
          onChange={(event) => choose(Number(event.target.value))}
        />
        <button type="button" onClick={() => moved(-1)} aria-label="One step back">
          ‹
        </button>
        <button type="button" onClick={() => moved(1)} aria-label="One step on">
          ›
        </button>
        <button type="button" onClick={() => choose(undefined)}>
          Latest
        </button>
      </label>
      {[...priceRows(steps), ...ROWS].map((row) => (
        <Row key={row.name} row={row} steps={steps} total={total} at={at} onChoose={choose} />
      ))}
      <p
        className="time-axis dim figure"
        style={{ inlineSize: `${(100 * (steps.length - 1)) / Math.max(1, total - 1)}%` }}
      >
        <span>{dayAndMinute(steps[0]!.time)}</span>
        {steps.length > total / 4 && <span>{dayAndMinute(steps.at(-1)!.time)} UTC</span>}
      </p>
    </div>
  )
}

type RowProps = {
  readonly row: RowKind
  readonly steps: readonly VenueStep[]
  readonly total: number
  readonly at: number
  readonly onChoose: (step: number) => void
}

function Row({ row, steps, total, at, onChoose }: RowProps) {
  const values = steps.map(row.of)
  const high = Math.max(...values)
  const low = row.fromZero ? 0 : Math.min(...values)
  const span = high - low || 1
  const x = (n: number) => (n / Math.max(1, total - 1)) * WIDTH
  const y = (value: number) => HEIGHT - 2 - ((value - low) / span) * (HEIGHT - 6)
  const point = (event: React.PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const share = (event.clientX - box.left) / box.width
    onChoose(Math.max(0, Math.min(steps.length - 1, Math.round(share * (total - 1)))))
  }
  const path =
    row.shape === 'line'
      ? `M${values.map((value, n) => `${x(n).toFixed(1)},${y(value).toFixed(1)}`).join('L')}`
      : values.map((value, n) => (value > 0 ? `M${x(n).toFixed(1)},${HEIGHT - 2}V${y(value).toFixed(1)}` : '')).join('')
  return (
    <figure className={`time-row line-${row.tone}`} aria-label={row.name}>
      <figcaption>
        {row.name} <b className="figure">{row.text(values[at]!)}</b>
        <span className="dim figure">
          {row.text(low)} to {row.text(high)}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" onPointerMove={point} role="presentation">
        <line className="axis" x1={0} x2={WIDTH} y1={HEIGHT - 1.5} y2={HEIGHT - 1.5} />
        <path d={path} className={row.shape} />
        <line className="now" x1={x(at)} x2={x(at)} y1={0} y2={HEIGHT} />
      </svg>
    </figure>
  )
}
