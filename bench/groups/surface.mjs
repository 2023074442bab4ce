// A whole chain of quotes to arbitrage-free smiles: a recorded one of the crash where the data is there, else one made up.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { fitSurface, impliedVol, pow, sviTotalVariance } from '../../packages/quant/dist/index.js'
import { RECORDED_DATA } from '../../scripts/recordings.mjs'
import { cpuNanoseconds, median, uniform } from '../measure.mjs'

const RUNS = 15
const MS_PER_YEAR = 31_536_000_000
/** The first chain of 6 February 2026. */
const RECORDED = 'deribit_options_snapshot_20260206T'
/** Expiries of a listed chain in days, and strikes a side of the forward. */
const DAYS = [1, 2, 3, 8, 15, 22, 36, 64, 92, 155, 246, 337]
const STRIKES = 37
const FORWARD = 70_000

/** 1,800 two-sided quotes of two underlyings with the scatter of real marks: calls and puts at 37 or 38 strikes of 12 expiries. */
function chain(seed) {
  const next = uniform(seed)
  const quotes = []
  for (const days of DAYS) {
    const years = days / 365
    const width = 0.55 * Math.sqrt(years)
    const smile = {
      a: 0.35 * years,
      b: 0.22 * width,
      rho: -0.25,
      m: 0.05 * width,
      sigma: 0.9 * width * (1 + 0.2 * next()),
    }
    for (let i = 0; i < STRIKES + (quotes.length % 2); i++) {
      const logMoneyness = width * (-3 + (6 * i) / (STRIKES - 1))
      const mid = Math.sqrt(sviTotalVariance(smile, logMoneyness) / years)
      for (let side = 0; side < 2; side++) {
        const half = (0.004 + 0.01 * next()) * (1 + 0.3 * Math.abs(i - STRIKES / 2) * 0.2)
        const vol = mid + 0.002 * (next() - 0.5)
        quotes.push({
          strike: FORWARD * pow(Math.E, logMoneyness),
          years,
          forward: FORWARD,
          vol,
          bidVol: vol - half,
          askVol: vol + half,
        })
      }
    }
  }
  return quotes
}

function recordedFile() {
  const folder = join(RECORDED_DATA, 'deribit_options')
  if (!existsSync(folder)) return undefined
  const name = readdirSync(folder)
    .sort()
    .find((file) => file.startsWith(RECORDED))
  return name === undefined ? undefined : join(folder, name)
}

/** Quotes of a recorded chain by underlying: mark vols with the vols of bid and ask where they have one. */
function recordedChain(file) {
  const [header, ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n')
  const names = header.split(',')
  const byUnderlying = new Map()
  for (const line of lines) {
    const cells = line.split(',')
    const cell = (name) => cells[names.indexOf(name)]
    const forward = Number(cell('underlying'))
    const option = {
      right: cell('option_type'),
      strike: Number(cell('strike')),
      forward,
      yearsToExpiry: (Date.parse(cell('expiry_datetime')) - Date.parse(cell('timestamp'))) / MS_PER_YEAR,
      discountFactor: 1,
    }
    const side = (name) => {
      const solved = cell(name) === '' ? undefined : impliedVol({ ...option, price: Number(cell(name)) * forward })
      return solved?.ok ? solved.impliedVol : undefined
    }
    const [bidVol, askVol] = [side('bid_price'), side('ask_price')]
    const quotes = byUnderlying.get(cell('currency')) ?? []
    byUnderlying.set(cell('currency'), quotes)
    quotes.push({
      strike: option.strike,
      years: option.yearsToExpiry,
      forward,
      vol: Number(cell('implied_volatility')),
      ...(bidVol === undefined ? {} : { bidVol }),
      ...(askVol > 0 ? { askVol } : {}),
    })
  }
  return [...byUnderlying.values()]
}

export const benchmarks = [
  {
    id: 'quant/surface-fit-chain',
    async run() {
      const file = recordedFile()
      const underlyings = file === undefined ? [chain(1), chain(2)] : recordedChain(file)
      const count = underlyings.reduce((sum, quotes) => sum + quotes.length, 0)
      const fits = () => underlyings.map((quotes) => fitSurface(quotes))
      for (const fit of fits()) if (!fit.arbitrageFree) throw new Error('the benchmark chain was left with arbitrage')
      cpuNanoseconds(fits, 10)
      const milliseconds = Array.from({ length: RUNS }, () => cpuNanoseconds(fits, 1) / 1e6)
      const source = file === undefined ? 'made-up quotes' : 'quotes recorded in the crash of 6 February 2026'
      return {
        id: 'quant/surface-fit-chain',
        what: `${count} ${source}, two underlyings, to smiles without arbitrage; CPU time on one core, goal 60 ms`,
        median: median(milliseconds),
        unit: 'ms',
        runs: RUNS,
      }
    },
  },
]
