/**
 * What can be held. An instrument is a structured key; venue names and ccxt symbols are derived from it, never parsed
 * for meaning where a venue gives fields.
 */

export type OptionRight = 'call' | 'put'

/** In which coin a contract is margined and settled: `inverse` in the base coin, `linear` in the quote coin. */
export type Payoff = 'linear' | 'inverse'

type Listing = {
  /** Lower-case name of the venue, e.g. `deribit`. */
  readonly venue: string
  /** Base asset, e.g. `BTC`. Positions roll up to it. */
  readonly underlying: string
  /** Asset in which the price is quoted, e.g. `USD`. */
  readonly quote: string
}

type Derivative = Listing & {
  /** Asset in which profit and loss is paid. */
  readonly settle: string
  readonly payoff: Payoff
}

export type Spot = Listing & { readonly kind: 'spot' }
export type Perpetual = Derivative & { readonly kind: 'perpetual' }
/** `expiry`: epoch milliseconds, UTC. */
export type Future = Derivative & { readonly kind: 'future'; readonly expiry: number }
/** `strike`: quote per base, > 0. European. */
export type Option = Derivative & {
  readonly kind: 'option'
  readonly expiry: number
  readonly strike: number
  readonly right: OptionRight
}

export type Instrument = Spot | Perpetual | Future | Option

/** `venue:symbol` with the ccxt symbol, e.g. `deribit:BTC/USD:BTC-260227-80000-C`. One string per instrument. */
export type InstrumentKey = string

/** The hour at which listed contracts expire, UTC. */
export const EXPIRY_HOUR_UTC = 8

/**
 * The unit of a position's `size` in this instrument: inverse futures and perpetuals are sized in the quote asset (USD of
 * notional), everything else in units of the base asset.
 */
export function sizeUnit(instrument: Instrument): string {
  const sizedInQuote =
    (instrument.kind === 'perpetual' || instrument.kind === 'future') && instrument.payoff === 'inverse'
  return sizedInQuote ? instrument.quote : instrument.underlying
}

/** The ccxt unified symbol: `BTC/USD`, `BTC/USD:BTC`, `BTC/USD:BTC-260327`, `BTC/USD:BTC-260227-80000-C`. */
export function ccxtSymbol(instrument: Instrument): string {
  const pair = `${instrument.underlying}/${instrument.quote}`
  switch (instrument.kind) {
    case 'spot':
      return pair
    case 'perpetual':
      return `${pair}:${instrument.settle}`
    case 'future':
      return `${pair}:${instrument.settle}-${yymmdd(instrument.expiry)}`
    case 'option': {
      const right = instrument.right === 'call' ? 'C' : 'P'
      return `${pair}:${instrument.settle}-${yymmdd(instrument.expiry)}-${instrument.strike}-${right}`
    }
  }
}

/** Instruments are never changed, and their keys are asked for many times a turn: each is written once. */
const keys = new WeakMap<Instrument, InstrumentKey>()

export function instrumentKey(instrument: Instrument): InstrumentKey {
  const known = keys.get(instrument)
  if (known !== undefined) return known
  const key = `${instrument.venue}:${ccxtSymbol(instrument)}`
  keys.set(instrument, key)
  return key
}

/**
 * Reads a key (`deribit:BTC/USD:BTC-260227-80000-C`) back into an instrument. Dated contracts expire at 08:00 UTC.
 *
 * @returns undefined where the text is not a key; callers say where it stood.
 */
export function parseInstrumentKey(key: string): Instrument | undefined {
  const known = parsed.get(key)
  if (known !== undefined) return known
  const instrument = readKey(key)
  if (instrument === undefined) return undefined
  if (parsed.size >= PARSED_MAX) parsed.clear()
  parsed.set(key, instrument)
  return instrument
}

/** Every quote of every chain comes with its key, mostly the same ones again; beyond this many all are read anew. */
const PARSED_MAX = 32_768
const parsed = new Map<InstrumentKey, Instrument>()

function readKey(key: string): Instrument | undefined {
  const match =
    /^([a-z0-9][a-z0-9_-]*):([A-Z0-9]+)\/([A-Z0-9]+)(?::([A-Z0-9]+)(?:-(\d{6})(?:-(\d+(?:\.\d+)?)-([CP]))?)?)?$/.exec(
      key,
    )
  if (match === null) return undefined
  const [, venue, underlying, quote, settle, date, strikeText, rightLetter] = match as unknown as [
    string,
    string,
    string,
    string,
    string | undefined,
    string | undefined,
    string | undefined,
    string | undefined,
  ]
  const listing = { venue, underlying, quote }
  if (settle === undefined) return { kind: 'spot', ...listing }
  if (settle !== underlying && settle !== quote) return undefined
  const derivative = { ...listing, settle, payoff: settle === underlying ? ('inverse' as const) : ('linear' as const) }
  if (date === undefined) return { kind: 'perpetual', ...derivative }
  const expiry = expiryOf(date)
  if (expiry === undefined) return undefined
  if (strikeText === undefined) return { kind: 'future', ...derivative, expiry }
  const strike = Number(strikeText)
  if (!(strike > 0)) return undefined
  return { kind: 'option', ...derivative, expiry, strike, right: rightLetter === 'C' ? 'call' : 'put' }
}

/** Days since 1970-01-01 of a proleptic Gregorian date (H. Hinnant, "chrono-compatible low-level date algorithms"). */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** The inverse of `daysFromCivil`. */
export function civilFromDays(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthPart = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * monthPart + 2) / 5) + 1
  const month = monthPart + (monthPart < 10 ? 3 : -9)
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

const MS_PER_DAY = 86_400_000

function yymmdd(expiry: number): string {
  const { year, month, day } = civilFromDays(Math.floor(expiry / MS_PER_DAY))
  const two = (n: number) => String(n % 100).padStart(2, '0')
  return `${two(year)}${two(month)}${two(day)}`
}

function expiryOf(date: string): number | undefined {
  const year = 2000 + Number(date.slice(0, 2))
  const month = Number(date.slice(2, 4))
  const day = Number(date.slice(4, 6))
  const days = daysFromCivil(year, month, day)
  const back = civilFromDays(days)
  if (back.month !== month || back.day !== day) return undefined
  return days * MS_PER_DAY + EXPIRY_HOUR_UTC * 3_600_000
}
