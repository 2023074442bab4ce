import {
  type Future,
  type Instrument,
  instrumentKey,
  type Option,
  type Perpetual,
  parseInstrumentKey,
} from '@holdfast/quant'
import { SourceError } from '@holdfast/venues'
import type { ScenarioHeader } from './format.js'
import { expiryOf } from './interpolate.js'

/** The instruments of a scenario, from its header. */
export type Listing = {
  readonly perpetuals: readonly Perpetual[]
  readonly futures: readonly Future[]
  /** By key. */
  readonly options: ReadonlyMap<string, Option>
  /** The options that have quotes, in the order of the header. */
  readonly quoted: readonly Option[]
  /** Options of the chains that were asked for, beyond those. */
  readonly asked: readonly Option[]
}

/** @throws {SourceError} where a key of the header is none, or a quoted option is not among the strikes, or a chain has no option. */
export function listingOf(header: ScenarioHeader, file: string, chains: readonly string[] = []): Listing {
  const options = new Map(optionsOf(header).map((option) => [instrumentKey(option), option]))
  const known = new Set(Object.keys(header.strikes))
  const read = <K extends Instrument['kind']>(key: string, kind: K, column: string) => {
    const instrument = parseInstrumentKey(key)
    if (instrument?.kind === kind && known.has(instrument.underlying))
      return instrument as Extract<Instrument, { kind: K }>
    throw new SourceError('SOURCE_UNREADABLE', `“${key}” is not a ${kind} of ${[...known].join(' or ')}`, {
      file,
      line: 1,
      column,
    })
  }
  const already = new Set(header.quoted)
  const asked = chains.flatMap((chain) => {
    const members = [...options].filter(([key]) => key.startsWith(`${chain}-`))
    if (members.length === 0) throw new SourceError('SOURCE_CONFIGURATION', `“${chain}” is not a chain of ${file}`)
    return members.filter(([key]) => !already.has(key)).map(([, option]) => option)
  })
  return {
    options,
    asked,
    perpetuals: header.perpetuals.map((key) => read(key, 'perpetual', 'perpetuals')),
    futures: header.futures.map((key) => read(key, 'future', 'futures')),
    quoted: header.quoted.map((key) => {
      const option = options.get(key)
      if (option === undefined)
        throw new SourceError('SOURCE_UNREADABLE', `“${key}” is not among the strikes`, {
          file,
          line: 1,
          column: 'quoted',
        })
      return option
    }),
  }
}

function optionsOf(header: ScenarioHeader): Option[] {
  return Object.entries(header.strikes).flatMap(([underlying, expiries]) =>
    Object.entries(expiries).flatMap(([date, strikes]) =>
      strikes.flatMap((strike) =>
        (['call', 'put'] as const).map((right): Option => {
          const listing = { venue: header.optionVenue, underlying, quote: 'USD', settle: underlying }
          return { kind: 'option', ...listing, payoff: 'inverse', expiry: expiryOf(date), strike, right }
        }),
      ),
    ),
  )
}
