import { useEffect, useMemo, useRef } from 'react'
import uPlot from 'uplot'
import { alignSeries, axisTime, type Columns, type Mark, marksOf, nearestMark, rebase } from '../chart/timeline.js'
import { percent } from '../format/number.js'
import { dayAndMinute } from '../format/time.js'
import type { HouseState } from '../state/house.js'
import { Empty, Section } from './Section.js'
import type { Theme } from './useTheme.js'

type TimelineProps = {
  readonly state: HouseState
  readonly theme: Theme
  readonly onOpen: (decision: string) => void
}

const SERIES_MAX = 6

/** Margin ratio above, price below, one time axis, with every alert and decision marked where it happened. */
export function Timeline({ state, theme, onOpen }: TimelineProps) {
  const marks = useMemo(() => marksOf(state.decisions, state.alerts), [state.decisions, state.alerts])
  const { ratios, prices, ratioNames, priceNames, ratioColumns, priceColumns } = useMemo(() => {
    const all = Object.values(state.series)
    const ratios = all.filter(({ name }) => name.endsWith(':marginRatio')).slice(0, SERIES_MAX)
    const prices = all.filter(({ name }) => name.startsWith('index:')).slice(0, SERIES_MAX)
    return {
      ratios,
      prices,
      ratioNames: ratios.map(({ name }) => name.split(':')[1] ?? name),
      priceNames: prices.map(({ name }) => name.slice('index:'.length)),
      ratioColumns: alignSeries(ratios, (point) => point.high),
      priceColumns: rebase(alignSeries(prices, (point) => point.last)),
    }
  }, [state.series])
  const enough = ratioColumns.seconds.length > 1 || priceColumns.seconds.length > 1
  return (
    <Section id="timeline" aside={<MarkLegend />}>
      {enough ? (
        <div className="charts">
          <Plot
            key={`ratio ${theme} ${ratios.length}`}
            label="Margin ratio of each account, percent"
            names={ratioNames}
            columns={ratioColumns}
            marks={marks}
            share="tall"
            onOpen={onOpen}
          />
          <Plot
            key={`price ${theme} ${prices.length}`}
            label="Index price, change since the start, percent"
            names={priceNames}
            columns={priceColumns}
            marks={[]}
            share="short"
            onOpen={onOpen}
          />
        </div>
      ) : (
        <Empty>The history begins with the second turn.</Empty>
      )}
    </Section>
  )
}

function MarkLegend() {
  return (
    <span className="mark-legend">
      <span className="mark-critical">◆ critical</span>
      <span className="mark-warning">◆ warning</span>
      <span className="mark-resolved">◇ resolved</span>
      <span className="mark-action">▲ action</span>
      <span className="mark-denied">△ denied</span>
    </span>
  )
}

type PlotProps = {
  readonly label: string
  readonly names: readonly string[]
  readonly columns: Columns
  readonly marks: readonly Mark[]
  readonly share: 'tall' | 'short'
  readonly onOpen: (decision: string) => void
}

/** One uPlot for as long as its key stays: made once, then fed. */
function Plot({ label, names, columns, marks, share, onOpen }: PlotProps) {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const latest = useRef({ marks, onOpen })
  latest.current = { marks, onOpen }

  useEffect(() => {
    const element = host.current
    if (element === null) return
    if (plot.current === undefined)
      plot.current = new uPlot(optionsOf(element, names, share, latest), dataOf(columns), element)
    else plot.current.setData(dataOf(columns))
  }, [columns, names, share])

  useEffect(() => {
    latest.current = { marks, onOpen }
    plot.current?.redraw(false)
  }, [marks, onOpen])

  useEffect(() => {
    const element = host.current
    if (element === null) return
    const resized = new ResizeObserver(() => {
      plot.current?.setSize({ width: element.clientWidth, height: element.clientHeight })
    })
    resized.observe(element)
    return () => {
      resized.disconnect()
      plot.current?.destroy()
      plot.current = undefined
    }
  }, [])

  return (
    <figure className={`plot plot-${share}`} aria-label={label}>
      <figcaption>{label}</figcaption>
      <div ref={host} className="plot-host" />
    </figure>
  )
}

function dataOf(columns: Columns): uPlot.AlignedData {
  return [columns.seconds, ...columns.values] as unknown as uPlot.AlignedData
}

type Latest = { readonly current: { readonly marks: readonly Mark[]; readonly onOpen: (id: string) => void } }

function optionsOf(
  element: HTMLElement,
  names: readonly string[],
  share: 'tall' | 'short',
  latest: Latest,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const tint = (index: number) => colour(`line-${((index + (share === 'short' ? 3 : 0)) % SERIES_MAX) + 1}`)
  const axis = {
    stroke: colour('ink-dim'),
    grid: { stroke: colour('rule'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui',
  }
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: { sync: { key: 'holdfast' }, points: { size: 6 }, drag: { x: true, y: false } },
    legend: { live: true },
    padding: [8, 8, 0, 0],
    scales: { y: { range: (_plot, low, high) => rangeOf(share, low, high) } },
    axes: [
      {
        ...axis,
        size: share === 'short' ? 24 : 10,
        space: 64,
        values: (_plot, ticks, _axis, _space, step) =>
          ticks.map((tick) => (share === 'short' ? axisTime(tick, step) : '')),
      },
      { ...axis, size: 52, values: (_plot, ticks) => ticks.map((tick) => percent(tick, 0)) },
    ],
    series: [
      {
        label: 'UTC',
        value: (_plot, seconds) => (seconds === null ? '' : dayAndMinute(new Date(seconds * 1000).toISOString())),
      },
      ...names.map((name, index) => ({
        label: name,
        stroke: tint(index),
        width: 1.5,
        spanGaps: true,
        points: { show: false },
        value: (_plot: uPlot, value: number | null) => percent(value ?? undefined, 1),
      })),
    ],
    hooks: {
      draw: [(plot) => drawMarks(plot, latest.current.marks, colour, share)],
      ready: [(plot) => openOnClick(plot, latest)],
    },
  }
}

/** The ratio always shows 0 and, once it is near, the line at 100 % where liquidation is. */
function rangeOf(share: 'tall' | 'short', low: number | null, high: number | null): [number, number] {
  const bottom = low ?? 0
  const top = high ?? 1
  if (share === 'tall') return [0, Math.max(top * 1.15, top > 0.6 ? 1.08 : 0.2)]
  const pad = Math.max(0.01, (top - bottom) * 0.1)
  return [bottom - pad, top + pad]
}

function openOnClick(plot: uPlot, latest: Latest): void {
  plot.over.addEventListener('click', (event) => {
    const seconds = plot.posToVal(event.offsetX, 'x')
    const reach = Math.abs(plot.posToVal(8, 'x') - plot.posToVal(0, 'x'))
    const mark = nearestMark(latest.current.marks, seconds, reach)
    if (mark !== undefined) latest.current.onOpen(mark.id)
  })
}

function drawMarks(
  plot: uPlot,
  marks: readonly Mark[],
  colour: (name: string) => string,
  share: 'tall' | 'short',
): void {
  const { ctx, bbox } = plot
  const scale = devicePixelRatio
  ctx.save()
  if (share === 'tall') {
    const y = plot.valToPos(1, 'y', true)
    if (y >= bbox.top) {
      ctx.strokeStyle = colour('critical')
      ctx.setLineDash([4 * scale, 4 * scale])
      ctx.beginPath()
      ctx.moveTo(bbox.left, y)
      ctx.lineTo(bbox.left + bbox.width, y)
      ctx.stroke()
      ctx.setLineDash([])
    }
  }
  for (const mark of marks) {
    const x = plot.valToPos(mark.seconds, 'x', true)
    if (!(x >= bbox.left && x <= bbox.left + bbox.width)) continue
    const quiet = mark.kind === 'action' || mark.kind === 'denied'
    drawMark(ctx, mark.kind, x, bbox.top + bbox.height - (quiet ? 6 : 17) * scale, (quiet ? 3 : 5) * scale, colour)
    if (mark.kind === 'critical' || mark.kind === 'warning') {
      ctx.globalAlpha = 0.35
      ctx.fillStyle = colour(mark.kind)
      ctx.fillRect(x - scale / 2, bbox.top, scale, bbox.height)
      ctx.globalAlpha = 1
    }
  }
  ctx.restore()
}

/** Shape tells kind, fill tells state; colour only repeats it. */
function drawMark(
  ctx: CanvasRenderingContext2D,
  kind: Mark['kind'],
  x: number,
  y: number,
  r: number,
  colour: (name: string) => string,
): void {
  const open = kind === 'resolved' || kind === 'denied'
  const triangle = kind === 'action' || kind === 'denied'
  const tint = colour(kind === 'action' || kind === 'denied' ? 'accent' : kind === 'resolved' ? 'ink-dim' : kind)
  ctx.beginPath()
  ctx.moveTo(x, y - r)
  ctx.lineTo(x + r, triangle ? y + r : y)
  if (!triangle) ctx.lineTo(x, y + r)
  ctx.lineTo(x - r, triangle ? y + r : y)
  ctx.closePath()
  ctx.fillStyle = open ? colour('paper') : tint
  ctx.strokeStyle = tint
  ctx.lineWidth = devicePixelRatio
  ctx.fill()
  ctx.stroke()
}
