import { type Instrument, instrumentKey, parseInstrumentKey, sizeUnit } from '@holdfast/quant'
import type { AccountConfiguration, PositionConfiguration } from '../configuration.js'
import type { Diagnostic } from './diagnostic.js'
import { instantText } from './instant.js'
import type { Path } from './page.js'
import { type AccountFile, type PositionFile, positionSchema } from './schema.js'
import { childValue, listValue } from './schemaTree.js'
import type { YamlSource } from './yamlSource.js'

/** An account of the file: as it stands, and, where it fits the schema, as read. */
export type PlacedAccount = { readonly raw: unknown; readonly file: AccountFile | undefined }

/**
 * Turns accounts into their checked form; complains of duplicates, units, and instruments that are none. Positions are
 * looked at one by one, so that what is wrong with one part of an account does not hide what is wrong with another.
 */
export function accountsOf(
  source: YamlSource,
  placed: readonly PlacedAccount[],
  dataStart: number | undefined,
): { readonly accounts: readonly AccountConfiguration[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const accounts: AccountConfiguration[] = []
  for (const [index, { raw, file }] of placed.entries()) {
    const path = ['accounts', index]
    const id = childValue(raw, 'id')
    const first = placed.findIndex((other) => childValue(other.raw, 'id') === id)
    if (first !== index && typeof id === 'string') {
      const where = `the first is at line ${source.locate(['accounts', first, 'id']).line}`
      diagnostics.push(
        source.diagnostic({
          code: 'DUPLICATE',
          path: [...path, 'id'],
          message: `account '${id}' stands here twice; ${where}`,
        }),
      )
    }
    diagnostics.push(...wrongAssets(source, [...path, 'balances'], childValue(raw, 'balances')))
    const positions = positionsOf(source, path, raw, dataStart, diagnostics)
    diagnostics.push(...repeatedPositions(source, path, positions))
    if (file === undefined) continue
    const { venue, portfolio, marginModel, balances, connection } = file
    accounts.push({
      id: file.id,
      ...(connection === undefined ? {} : { connection }),
      venue,
      portfolio,
      marginModel,
      balances: sorted(balances),
      positions,
    })
  }
  return { accounts: accounts.toSorted((a, b) => (a.id < b.id ? -1 : 1)), diagnostics }
}

function positionsOf(
  source: YamlSource,
  path: Path,
  raw: unknown,
  dataStart: number | undefined,
  diagnostics: Diagnostic[],
): readonly PositionConfiguration[] {
  const venue = childValue(raw, 'venue')
  if (typeof venue !== 'string') return []
  return listValue(raw, 'positions').flatMap((one, index) => {
    const parsed = positionSchema.safeParse(one)
    if (!parsed.success) return []
    const read = positionOf(source, [...path, 'positions', index], venue, parsed.data, dataStart)
    diagnostics.push(...read.diagnostics)
    return read.position ?? []
  })
}

function wrongAssets(source: YamlSource, path: Path, balances: unknown): readonly Diagnostic[] {
  return Object.keys(typeof balances === 'object' && balances !== null ? balances : {})
    .filter((asset) => !/^[A-Z][A-Z0-9]{1,11}$/.test(asset))
    .map((asset) =>
      source.diagnostic({
        code: 'NOT_ALLOWED',
        path: [...path, asset],
        message: `'${asset}' is not the name of an asset`,
        allowed: 'an asset in capitals, such as BTC',
        suggestion: /^[a-z][a-z0-9]{1,11}$/i.test(asset) ? asset.toUpperCase() : undefined,
        place: source.locate([...path, asset], 'key'),
      }),
    )
}

function repeatedPositions(
  source: YamlSource,
  path: Path,
  positions: readonly PositionConfiguration[],
): readonly Diagnostic[] {
  return positions
    .filter((position, index) => positions.findIndex((other) => other.key === position.key) !== index)
    .map((position) => {
      const { line, column, length } = position.place
      return source.diagnostic({
        code: 'DUPLICATE',
        path: [...path, 'positions'],
        message: `${position.key} stands in this account twice`,
        place: { line, column, length },
      })
    })
}

type PositionRead = { readonly position?: PositionConfiguration; readonly diagnostics: readonly Diagnostic[] }

function positionOf(
  source: YamlSource,
  path: Path,
  venue: string,
  file: PositionFile,
  dataStart: number | undefined,
): PositionRead {
  const at = [...path, 'instrument']
  const instrument = instrumentOf(venue, file.instrument)
  if (instrument === undefined) return { diagnostics: [notAnInstrument(source, at, file.instrument)] }
  const diagnostics: Diagnostic[] = []
  const key = instrumentKey(instrument)
  if (instrument.venue !== venue) {
    diagnostics.push(
      source.diagnostic({
        code: 'UNKNOWN_INSTRUMENT',
        path: at,
        message: `${key} is not at the account's venue`,
        allowed: `${venue}:…`,
      }),
    )
  }
  const expired = expiredText(instrument, dataStart)
  if (expired !== undefined) diagnostics.push(source.diagnostic({ code: 'EXPIRED', path: at, message: expired }))
  const sized = sizeUnit(instrument)
  if (file.size.unit !== sized) diagnostics.push(wrongUnit(source, [...path, 'size'], file.size, sized, key))
  if (file.size.amount === '0') {
    const message = 'a position of 0 is none'
    diagnostics.push(
      source.diagnostic({ code: 'OUT_OF_RANGE', path: [...path, 'size'], message, suggestion: 'leave it out' }),
    )
  }
  const quoted = priceUnit(instrument)
  const { entry } = file
  if (entry !== undefined && entry.unit !== quoted)
    diagnostics.push(wrongUnit(source, [...path, 'entry'], entry, quoted, key))
  if (entry !== undefined && !(Number(entry.amount) >= 0)) {
    const message = 'a price is never negative'
    diagnostics.push(
      source.diagnostic({ code: 'OUT_OF_RANGE', path: [...path, 'entry'], message, allowed: `0 ${quoted} or above` }),
    )
  }
  if (diagnostics.length > 0) return { diagnostics }
  const place = source.diagnostic({ code: 'UNKNOWN_INSTRUMENT', path: at, message: '' })
  return {
    position: {
      key,
      instrument,
      size: file.size.amount,
      ...(entry === undefined ? {} : { entryPrice: Number(entry.amount) }),
      place: { path: place.path, line: place.line, column: place.column, length: place.length, source: place.source },
    },
    diagnostics,
  }
}

/** An instrument written as a ccxt symbol at a venue, or as a whole key. */
export function instrumentOf(venue: string, text: string): Instrument | undefined {
  return parseInstrumentKey(/^[a-z0-9][a-z0-9_-]*:/.test(text) ? text : `${venue}:${text}`)
}

export function notAnInstrument(source: YamlSource, path: Path, text: string): Diagnostic {
  return source.diagnostic({
    code: 'UNKNOWN_INSTRUMENT',
    path,
    message: `'${text}' is not an instrument`,
    allowed:
      'a ccxt symbol: BTC/USD (spot), BTC/USD:BTC (perpetual), BTC/USD:BTC-260327 (future), BTC/USD:BTC-260227-80000-P (option)',
    suggestion: venueName(text),
  })
}

/** Why a dated instrument cannot be held at the start of the data, or undefined. */
export function expiredText(instrument: Instrument, dataStart: number | undefined): string | undefined {
  if (dataStart === undefined || instrument.kind === 'spot' || instrument.kind === 'perpetual') return undefined
  if (instrument.expiry > dataStart) return undefined
  return `it expired at ${instantText(instrument.expiry)}, before the data begins (${instantText(dataStart)})`
}

/** The unit that the instrument is quoted in. */
function priceUnit(instrument: Instrument): string {
  return instrument.kind === 'option' ? instrument.settle : instrument.quote
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

/** Deribit's own name, such as `BTC-27FEB26-80000-P`, as a ccxt symbol. */
function venueName(text: string): string | undefined {
  if (/^[A-Z]+-PERPETUAL$/.test(text)) {
    const base = text.replace('-PERPETUAL', '')
    return `${base}/USD:${base}`
  }
  const match = /^([A-Z]+)-(\d{1,2})([A-Z]{3})(\d{2})((?:-\d+-[CP])?)$/.exec(text)
  if (match === null) return undefined
  const [, base, day, month, year, rest] = match as unknown as [string, string, string, string, string, string]
  const index = MONTHS.indexOf(month)
  if (index < 0) return undefined
  const two = (value: string | number) => String(value).padStart(2, '0')
  return `${base}/USD:${base}-${year}${two(index + 1)}${two(day)}${rest}`
}

function wrongUnit(
  source: YamlSource,
  path: Path,
  given: { readonly amount: string; readonly unit: string },
  unit: string,
  key: string,
): Diagnostic {
  return source.diagnostic({
    code: 'WRONG_UNIT',
    path,
    message: `${given.unit} is the wrong unit for ${key}`,
    allowed: `an amount of ${unit}`,
  })
}

function sorted(record: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}
