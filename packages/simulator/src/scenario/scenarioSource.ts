import { basename } from 'node:path'
import type { DataFlag, Event, MarketEvent, Observation } from '@holdfast/engine'
import type { Instrument } from '@holdfast/quant'
import { createLedger, type FileTally, type Ledger, readFrom, type Source } from '@holdfast/venues'
import { readScenario, type ScenarioHeader, type ScenarioSnapshot, type UnderlyingState } from './format.js'
import { expiryOf, interpolateMarket } from './interpolate.js'
import { type Listing, listingOf } from './listing.js'
import { quotesOf } from './quotes.js'

export type ScenarioConfiguration = {
  readonly kind: 'scenario'
  readonly id: string
  /** Epoch milliseconds; instants before are left out. */
  readonly from?: number
  /** Epoch milliseconds; instants from here on are left out. */
  readonly to?: number
  /** Chains (`deribit:BTC/USD:BTC-260227`) whose listed options are all quoted by the header's rule, not the recorded ones alone. */
  readonly chains?: readonly string[]
}

/**
 * A scenario as a source: the recorded instants and, between them, steps of `stepMinutes` on round times of day, interpolated
 * and flagged `interpolated`. Each gives one market event: index, collateral prices, forwards, slices and quotes. Before it
 * come the listing of instruments that are new and the settlement of expiries that passed.
 */
export function openScenario(configuration: ScenarioConfiguration, path: string): Source {
  const { id, kind } = configuration
  let ledger = createLedger(id, kind)
  return {
    name: id,
    events(options) {
      ledger = createLedger(id, kind)
      return readFrom(scenarioEvents(configuration, path, ledger), id, options)
    },
    metadata: () => ledger.metadata(undefined),
  }
}

type World = { readonly header: ScenarioHeader; readonly listing: Listing }

/** The market at one time, and what was recorded last before it. */
type Instant = {
  readonly time: number
  readonly recorded: ScenarioSnapshot
  readonly market: Readonly<Record<string, UnderlyingState>>
  readonly interpolated: boolean
}

async function* scenarioEvents(
  configuration: ScenarioConfiguration,
  path: string,
  ledger: Ledger,
): AsyncGenerator<Event> {
  const tally = ledger.file(basename(path))
  let world: World | undefined
  let before: ScenarioSnapshot | undefined
  let stream: ReturnType<typeof createEventStream> | undefined
  for await (const line of readScenario(path)) {
    if (line.kind === 'header') {
      world = { header: line.header, listing: listingOf(line.header, path, configuration.chains) }
      ledger.note(`${line.header.name}: ${line.header.about}`)
      stream = createEventStream(configuration.id, world, ledger)
      continue
    }
    tally.row()
    for (const instant of instantsUpTo(world!.header, before, line.snapshot)) {
      if (!within(configuration, instant.time)) continue
      noteTime(tally, instant)
      for (const event of stream!(instant)) {
        ledger.event()
        yield event
      }
    }
    before = line.snapshot
  }
}

function noteTime(tally: FileTally, instant: Instant): void {
  if (!instant.interpolated) tally.time(instant.time)
}

/** The steps strictly between two recorded instants, then the later of them. */
function* instantsUpTo(
  header: ScenarioHeader,
  from: ScenarioSnapshot | undefined,
  to: ScenarioSnapshot,
): Generator<Instant> {
  const step = header.stepMinutes * 60_000
  const underlyings = Object.keys(header.strikes)
  if (from !== undefined) {
    for (let time = (Math.floor(from.time / step) + 1) * step; time < to.time; time += step) {
      const market = Object.fromEntries(underlyings.map((name) => [name, interpolateMarket(from, to, name, time)]))
      yield { time, recorded: from, market, interpolated: true }
    }
  }
  yield { time: to.time, recorded: to, market: to.market, interpolated: false }
}

function createEventStream(source: string, world: World, ledger: Ledger) {
  const known = new Set<string>()
  const open = new Map<string, { readonly underlying: string; readonly expiry: number }>()
  let before: Instant | undefined
  return (instant: Instant): Event[] => {
    const provenance = { source, sourceTime: instant.time, receivedTime: instant.time }
    const fresh = [...(before === undefined ? world.listing.perpetuals : []), ...newlyDated(world, instant, known)]
    for (const instrument of fresh) {
      if ('expiry' in instrument) {
        const { underlying, expiry } = instrument
        open.set(`${expiry}:${underlying}`, { underlying, expiry })
      }
    }
    const events: Event[] = fresh.length === 0 ? [] : [{ kind: 'listing', ...provenance, instruments: fresh }]
    for (const [key, { underlying, expiry }] of [...open].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (expiry > instant.time) continue
      open.delete(key)
      const price = settlementPrice(before, instant, underlying, expiry)
      ledger.defect('settlement-estimated', `${underlying} of ${new Date(expiry).toISOString()} at ${price} USD`)
      events.push({ kind: 'settlement', ...provenance, sourceTime: expiry, underlying, expiry, price })
    }
    events.push(marketEvent(world, instant, provenance, ledger))
    before = instant
    return events
  }
}

/** Expiries are listed from the first instant that has a smile for them; those that are new are added to `known`. */
function newlyDated({ listing }: World, instant: Instant, known: Set<string>): Instrument[] {
  const expiries = new Set<string>()
  for (const [underlying, { slices }] of Object.entries(instant.market)) {
    for (const [date] of slices) {
      const name = `${underlying}:${expiryOf(date)}`
      if (known.has(name)) continue
      known.add(name)
      expiries.add(name)
    }
  }
  if (expiries.size === 0) return []
  const isNew = ({ underlying, expiry }: { underlying: string; expiry: number }) =>
    expiries.has(`${underlying}:${expiry}`)
  return [...listing.futures.filter(isNew), ...[...listing.options.values()].filter(isNew)]
}

/** The index at the expiry, linear in time between the instants around it; to the cent. */
function settlementPrice(before: Instant | undefined, now: Instant, underlying: string, expiry: number): number {
  const last = now.market[underlying]!.index
  if (before === undefined) return last
  const first = before.market[underlying]!.index
  return Math.round((first + ((last - first) * (expiry - before.time)) / (now.time - before.time)) * 100) / 100
}

function marketEvent(
  world: World,
  instant: Instant,
  provenance: Omit<MarketEvent, 'kind' | 'observations'>,
  ledger: Ledger,
): MarketEvent {
  const states = Object.entries(instant.market)
  const observations: Observation[] = [
    ...states.map(([underlying, { index }]): Observation => ({ kind: 'index', underlying, price: index })),
    ...Object.entries(world.header.assets).map(([asset, price]): Observation => ({ kind: 'asset', asset, price })),
    ...states.flatMap(([underlying, { slices }]) =>
      slices.map(([date, price]): Observation => ({ kind: 'forward', underlying, expiry: expiryOf(date), price })),
    ),
    ...states.flatMap(([underlying, { slices }]) =>
      slices.map(([date, , ...svi]): Observation => ({ kind: 'slice', underlying, expiry: expiryOf(date), svi })),
    ),
    ...quotesOf(world.header, world.listing, instant),
  ]
  const flags = flagsOf(instant, provenance.source, ledger)
  return { kind: 'market', ...provenance, observations, ...(flags.length > 0 && { flags }) }
}

function flagsOf(instant: Instant, source: string, ledger: Ledger): DataFlag[] {
  if (!instant.interpolated) return []
  const since = new Date(instant.recorded.time).toISOString()
  return [ledger.flag('interpolated', `source:${source}`, `between recorded instants, the last of ${since}`)]
}

function within(configuration: ScenarioConfiguration, time: number): boolean {
  return (
    time >= (configuration.from ?? Number.NEGATIVE_INFINITY) && time < (configuration.to ?? Number.POSITIVE_INFINITY)
  )
}
