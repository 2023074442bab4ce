import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { RECORDED_DATA } from '../../../scripts/recordings.mjs'
import { impliedVol, type OptionRight, type SurfaceQuote } from '../src/index.js'

/** One listed option of a recorded chain; prices in coin, absent where the side was empty. */
export type RecordedOption = {
  readonly currency: string
  readonly years: number
  readonly right: OptionRight
  readonly strike: number
  readonly forward: number
  readonly bid?: number
  readonly ask?: number
  readonly markVol: number
  readonly delta: number
}

export type RecordedChain = { readonly file: string; readonly options: readonly RecordedOption[] }

const MS_PER_YEAR = 31_536_000_000

/** Folder of recorded chains, or undefined where the data is not there. */
export function chainFolder(): string | undefined {
  const folder = join(RECORDED_DATA, 'deribit_options')
  return existsSync(folder) ? folder : undefined
}

export function chainFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.includes('snapshot') && name.endsWith('.csv.gz'))
    .sort()
    .map((name) => join(folder, name))
}

export function readChain(file: string): RecordedChain {
  const [header, ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n')
  const names = header!.trim().split(',')
  const column = (name: string) => {
    const index = names.indexOf(name)
    if (index < 0) throw new Error(`${file}: no column ${name}`)
    return index
  }
  const at = {
    time: column('timestamp'),
    expiry: column('expiry_datetime'),
    currency: column('currency'),
    type: column('option_type'),
    strike: column('strike'),
    forward: column('underlying'),
    bid: column('bid_price'),
    ask: column('ask_price'),
    vol: column('implied_volatility'),
    delta: column('delta'),
  }
  const options = lines.map((line): RecordedOption => {
    const cells = line.split(',')
    const side = (index: number) => (cells[index] === '' ? undefined : Number(cells[index]))
    const bid = side(at.bid)
    const ask = side(at.ask)
    return {
      currency: cells[at.currency]!.trim(),
      years: (Date.parse(cells[at.expiry]!) - Date.parse(cells[at.time]!)) / MS_PER_YEAR,
      right: cells[at.type] === 'call' ? 'call' : 'put',
      strike: Number(cells[at.strike]),
      forward: Number(cells[at.forward]),
      markVol: Number(cells[at.vol]),
      delta: Number(cells[at.delta]),
      ...(bid === undefined ? {} : { bid }),
      ...(ask === undefined ? {} : { ask }),
    }
  })
  return { file, options }
}

/** Vol of a price in coin; 0 below intrinsic value, Infinity above what an option can be worth. */
export function volOf(option: RecordedOption, priceInCoin: number): number {
  const { right, forward, strike, years } = option
  const solved = impliedVol({
    right,
    forward,
    strike,
    yearsToExpiry: years,
    discountFactor: 1,
    price: priceInCoin * forward,
  })
  if (solved.ok) return solved.impliedVol
  return solved.reason === 'below-intrinsic' ? 0 : Number.POSITIVE_INFINITY
}

/** Deribit's tick: 0.0001 coin below 0.005, 0.0005 from there on. */
export function tickOf(price: number): number {
  return price < 0.005 - 1e-12 ? 0.0001 : 0.0005
}

/** The option as a quote to fit: its mark vol with the vols of its bid and ask where they have one. */
export function toQuote(option: RecordedOption, withMark: boolean): SurfaceQuote | undefined {
  const { strike, years, forward, bid, ask, markVol } = option
  const askVol = ask === undefined ? Number.POSITIVE_INFINITY : volOf(option, ask)
  const bidVol = bid === undefined ? undefined : volOf(option, bid)
  if (!withMark && (bidVol === undefined || !(askVol > 0 && askVol < Number.POSITIVE_INFINITY))) return undefined
  return {
    strike,
    years,
    forward,
    ...(withMark ? { vol: markVol } : {}),
    ...(bidVol !== undefined && bidVol < Number.POSITIVE_INFINITY ? { bidVol } : {}),
    ...(askVol > 0 && askVol < Number.POSITIVE_INFINITY ? { askVol } : {}),
  }
}
