#!/usr/bin/env node
// Derives a scenario from a folder of Deribit option chains: our own fit of the surfaces, and the prices beside them.
//
//   node packages/simulator/scripts/deriveScenario.mjs --data DIR --desk FILE --name NAME --from TIME --to TIME --out FILE
//
// Of each recorded instant it keeps: index, price of the perpetual, and for each expiry the forward (median of the rows) and
// five SVI parameters fitted to the mark vols of the out-of-the-money options. Prices are rounded to the cent, parameters to
// six significant digits. `--desk` is a configuration; the options it holds get quotes, and it is recorded which of them
// had no bid or no ask. Prints what the fit left over. Build the packages first (npx tsc -b).
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { fitSurface, instrumentKey, parseInstrumentKey } from '@holdfast/quant'
import { openFileSource } from '@holdfast/venues'
import { parse } from 'yaml'

const VENUE = 'deribit'
const LINEAR_VENUE = 'binance'
const YEAR_MS = 365 * 86_400_000
const UNDERLYINGS = ['BTC', 'ETH']

const { values: options } = parseArgs({
  options: Object.fromEntries(['data', 'desk', 'name', 'from', 'to', 'out'].map((name) => [name, { type: 'string' }])),
})

const quoted = optionsHeld(options.desk)
const source = await openFileSource(
  {
    kind: 'deribit-chains',
    id: 'chains',
    path: options.data,
    from: Date.parse(options.from),
    to: Date.parse(options.to),
  },
  { baseDir: process.cwd() },
)
const strikes = Object.fromEntries(UNDERLYINGS.map((name) => [name, {}]))
const futures = new Set()
const residuals = []
const snapshots = []
let before
for await (const event of source.events()) {
  if (event.kind === 'listing') list(event.instruments)
  if (event.kind !== 'market') continue
  const snapshot = snapshotOf(event, before)
  snapshots.push(snapshot)
  before = snapshot
  process.stderr.write(`${snapshot.time} BTC ${snapshot.market.BTC.index}\n`)
}
write()

function optionsHeld(file) {
  const { accounts } = parse(readFileSync(file, 'utf8'))
  const keys = accounts.flatMap(({ venue, positions }) => positions.map(({ instrument }) => `${venue}:${instrument}`))
  return [...new Set(keys)].filter((key) => parseInstrumentKey(key)?.kind === 'option').sort()
}

function list(instruments) {
  for (const instrument of instruments) {
    if (instrument.kind === 'future') futures.add(instrumentKey(instrument))
    if (instrument.kind !== 'option') continue
    const date = dateOf(instrument.expiry)
    const expiries = strikes[instrument.underlying]
    expiries[date] ??= []
    if (!expiries[date].includes(instrument.strike)) expiries[date].push(instrument.strike)
  }
}

function snapshotOf(event, last) {
  const quotes = new Map(
    event.observations.filter(({ kind }) => kind === 'quote').map((quote) => [quote.instrument, quote]),
  )
  const market = Object.fromEntries(UNDERLYINGS.map((name) => [name, underlyingOf(name, event, quotes)]))
  const missing = (side) =>
    quoted.flatMap((key, place) => (quotes.has(key) && quotes.get(key)[side] === undefined ? [place] : []))
  const move =
    last === undefined
      ? 0
      : Math.max(...UNDERLYINGS.map((name) => Math.abs(market[name].index / last.market[name].index - 1)))
  const asks = [...quotes.values()].filter(({ ask }) => ask === undefined).length / quotes.size
  // Spreads widen with the move since the instant before, and where asks go away: 1 on a calm day, 5 at most.
  const stress = Math.round(Math.min(5, 1 + 25 * move + 5 * asks) * 100) / 100
  return {
    time: new Date(event.sourceTime).toISOString(),
    stress,
    market,
    noBid: missing('bid'),
    noAsk: missing('ask'),
  }
}

function underlyingOf(name, event, quotes) {
  const index = event.observations.find(({ kind, underlying }) => kind === 'index' && underlying === name).price
  const forwards = event.observations.filter(({ kind, underlying }) => kind === 'forward' && underlying === name)
  const chain = forwards.flatMap(({ expiry, price }) => smileOf(name, expiry, price, event.sourceTime, quotes))
  const slices = fitChain(name, chain).flatMap(({ quotes: fitted, expiry }) => {
    if (expiry.status === 'unfitted') return []
    for (const { index: place, residual } of expiry.residuals) {
      const { strike, forward, years, vol } = fitted[place]
      residuals.push({ residual, years, width: Math.abs(Math.log(strike / forward)) / (vol * Math.sqrt(years)) })
    }
    const { a, b, rho, m, sigma } = expiry.svi
    return [
      [
        dateOf(event.sourceTime + expiry.years * YEAR_MS),
        cents(expiry.forward),
        ...[a, b, rho, m, sigma].map(sixDigits),
      ],
    ]
  })
  return { index: cents(index), perpetual: cents(quotes.get(`${VENUE}:${name}/USD:${name}`).mark), slices }
}

/** All expiries together, free of arbitrage; where that does not come out, each expiry by itself. */
function fitChain(name, chain) {
  const together = fitSurface(chain)
  if (together.arbitrageFree) return together.expiries.map((expiry) => ({ quotes: chain, expiry }))
  process.stderr.write(`${name}: fitted expiry by expiry, ${together.arbitrage.where.length} crossings were left\n`)
  return [...new Set(chain.map(({ years }) => years))].map((years) => {
    const quotes = chain.filter((quote) => quote.years === years)
    return { quotes, expiry: fitSurface(quotes).expiries[0] }
  })
}

/** Mark vols of the out-of-the-money side; the weight falls with the distance from the money in standard deviations. */
function smileOf(name, expiry, forward, time, quotes) {
  const years = (expiry - time) / YEAR_MS
  const smile = []
  for (const strike of strikes[name][dateOf(expiry)]) {
    const right = strike >= forward ? 'C' : 'P'
    const vol = quotes.get(`${VENUE}:${name}/USD:${name}-${dateOf(expiry)}-${strike}-${right}`)?.markVol
    if (vol === undefined) continue
    const width = Math.log(strike / forward) / (vol * Math.sqrt(years))
    smile.push({ strike, years, forward, vol, weight: Math.exp((-width * width) / 4) + 0.01 })
  }
  return smile
}

function write() {
  for (const expiries of Object.values(strikes)) for (const list of Object.values(expiries)) list.sort((a, b) => a - b)
  const header = {
    format: 'holdfast-scenario',
    version: 1,
    name: options.name,
    about:
      'Derived numbers: raw SVI slices of our own fit to the mark vols that Deribit published for BTC and ETH options, with the ' +
      'forwards, index and perpetual prices of the same instants, rounded. No row of the recordings is contained. Quotes are made from marks ' +
      'by the rule below; the linear perpetuals of the second venue follow the perpetual of the first. Apache-2.0, like the project.',
    stepMinutes: 30,
    optionVenue: VENUE,
    assets: { USDC: 1, USDT: 1 },
    quotes: {
      optionHalfSpreadCoin: 0.0003,
      optionHalfSpreadOfMark: 0.015,
      linearHalfSpreadBps: 0.5,
      depthUsd: 2_000_000,
      optionDepthUsd: 1_500_000,
    },
    perpetuals: UNDERLYINGS.flatMap((name) => [`${VENUE}:${name}/USD:${name}`, `${LINEAR_VENUE}:${name}/USDT:USDT`]),
    futures: [...futures].sort(),
    quoted,
    strikes,
  }
  writeFileSync(options.out, `${[header, ...snapshots].map((line) => JSON.stringify(line)).join('\n')}\n`)
  const near = residuals.filter(({ residual, width }) => residual !== undefined && width < 2)
  for (const [label, keep] of [
    ['all', () => true],
    ['a day or more', ({ years }) => years >= 1 / 365],
    ['a week or more', ({ years }) => years >= 7 / 365],
  ]) {
    const sorted = near
      .filter(keep)
      .map(({ residual }) => Math.abs(residual) * 100)
      .sort((a, b) => a - b)
    const at = (share) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(3)
    process.stderr.write(
      `within 2 standard deviations, ${label}: ${sorted.length} vols, |residual| median ${at(0.5)}, 99 % ${at(0.99)}, worst ${at(1)} vol points\n`,
    )
  }
}

function dateOf(expiry) {
  return new Date(Math.round(expiry / 1000) * 1000).toISOString().slice(2, 10).replaceAll('-', '')
}

function cents(price) {
  return Math.round(price * 100) / 100
}

function sixDigits(value) {
  return Number(value.toPrecision(6))
}
