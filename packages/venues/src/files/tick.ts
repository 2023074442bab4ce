import type { Event, Observation } from '@holdfast/engine'
import { type Instrument, instrumentKey } from '@holdfast/quant'
import { createFlagBuffer } from './flagBuffer.js'
import type { Ledger } from './ledger.js'
import type { RowOrDefect } from './rows.js'

/** One row of a stream of updates. */
export type Tick = {
  /** The source's own time, epoch milliseconds. */
  readonly time: number
  readonly receivedTime: number
  readonly instrument: Instrument
  readonly observations: readonly Observation[]
  readonly crossed?: boolean
}

/** Streams in order of received time as one; at equal times the earlier stream comes first. */
export async function* mergeTicks(
  streams: readonly AsyncIterator<RowOrDefect<Tick>>[],
): AsyncGenerator<RowOrDefect<Tick>> {
  const heads = await Promise.all(streams.map((stream) => stream.next()))
  for (;;) {
    let first = -1
    for (const [place, head] of heads.entries()) {
      if (head.done !== true && (first < 0 || timeOf(head.value) < timeOf(heads[first]!.value))) first = place
    }
    if (first < 0) return
    yield heads[first]!.value
    heads[first] = await streams[first]!.next()
  }
}

/** A defect has no time: it comes at once, ahead of the rows after it. */
function timeOf(item: RowOrDefect<Tick>): number {
  return item.kind === 'row' ? item.row.receivedTime : Number.NEGATIVE_INFINITY
}

export type TickOptions = { readonly source: string; readonly everyMs: number }

/**
 * Makes events of ticks: one per tick, or with `everyMs` one per stretch of time with the latest observation of each thing.
 * Instruments are listed when they are first seen; defects become flags of the event that follows them.
 */
export async function* tickEvents(
  items: AsyncIterable<RowOrDefect<Tick>>,
  ledger: Ledger,
  options: TickOptions,
): AsyncGenerator<Event> {
  const { source, everyMs } = options
  const listed = new Set<string>()
  let receivedTime = Number.NEGATIVE_INFINITY
  let sourceTime = Number.NEGATIVE_INFINITY
  let latest = new Map<string, Observation>()
  const buffer = createFlagBuffer(ledger)
  let flagged = false
  let bucket: number | undefined

  function flag(...defect: Parameters<typeof buffer.add>): void {
    buffer.add(...defect)
    flagged = true
  }

  function event(): Event {
    const flags = buffer.take()
    flagged = false
    const made: Event = {
      kind: 'market',
      source,
      sourceTime,
      receivedTime,
      observations: [...latest.values()],
      ...(flags.length > 0 && { flags }),
    }
    latest = new Map()
    ledger.event()
    return made
  }

  for await (const item of items) {
    if (item.kind === 'defect') {
      flag(item.code, item.place, item.detail)
      continue
    }
    const tick = item.row
    const next = everyMs > 0 ? Math.floor(tick.receivedTime / everyMs) : undefined
    if (latest.size > 0 && next !== bucket) yield event()
    bucket = next
    if (tick.receivedTime < receivedTime)
      flag('clock-backwards', `source:${source}`, `received ${iso(tick.receivedTime)} after ${iso(receivedTime)}`)
    receivedTime = Math.max(receivedTime, tick.receivedTime)
    sourceTime = tick.time
    const key = instrumentKey(tick.instrument)
    if (!listed.has(key)) {
      listed.add(key)
      ledger.event()
      yield { kind: 'listing', source, sourceTime, receivedTime, instruments: [tick.instrument] }
    }
    if (tick.crossed === true) flag('crossed-quote', `quote:${key}`, 'the bid lies above the ask')
    for (const observation of tick.observations) latest.set(nameOf(observation), observation)
    if (everyMs === 0) yield event()
  }
  if (latest.size > 0 || flagged) yield event()
}

function nameOf(observation: Observation): string {
  switch (observation.kind) {
    case 'quote':
      return observation.instrument
    case 'index':
      return `index:${observation.underlying}`
    case 'asset':
      return `asset:${observation.asset}`
    case 'forward':
    case 'slice':
      return `${observation.kind}:${observation.underlying}:${observation.expiry}`
  }
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
