import { type Configuration, checkInstruments, type Diagnostic } from '@holdfast/engine'
import { instrumentKey } from '@holdfast/quant'
import type { Source } from '@holdfast/venues'

/** Kinds whose first events list all that there is; of the others an instrument is known when its first tick comes. */
const LISTING_KINDS: ReadonlySet<string> = new Set(['deribit-chains', 'scenario', 'ohlcv'])

/** What a source says before its first prices. */
type Beginning = { readonly time: number; readonly instruments: readonly { key: string; venue: string }[] }

/**
 * Complaints about positions that only the data can tell: contracts that expired before it begins, and instruments that it
 * does not list. Reads the beginning of each source; the run reads it again.
 */
export async function instrumentComplaints(
  configuration: Configuration,
  sources: readonly Source[],
): Promise<readonly Diagnostic[]> {
  const beginnings = await Promise.all(sources.map(beginningOf))
  const known = beginnings.filter((beginning) => beginning !== undefined)
  if (known.length === 0) return []
  const listed = new Set(known.flatMap(({ instruments }) => instruments.map(({ key }) => key)))
  const venues = new Set(known.flatMap(({ instruments }) => instruments.map(({ venue }) => venue)))
  const whole = configuration.sources.every(({ kind }) => LISTING_KINDS.has(kind))
  return checkInstruments(configuration, {
    start: Math.min(...known.map(({ time }) => time)),
    listed: (instrument) => {
      const key = instrumentKey(instrument)
      if (listed.has(key)) return true
      return whole && venues.has(instrument.venue) ? false : undefined
    },
  })
}

async function beginningOf(source: Source): Promise<Beginning | undefined> {
  const instruments: { key: string; venue: string }[] = []
  for await (const event of source.events()) {
    if (event.kind === 'listing') {
      instruments.push(...event.instruments.map((one) => ({ key: instrumentKey(one), venue: one.venue })))
    }
    if (event.kind === 'market') return { time: event.receivedTime, instruments }
  }
  return undefined
}
