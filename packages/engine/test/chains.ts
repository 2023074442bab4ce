import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { RECORDED_DATA } from '../../../scripts/recordings.mjs'
import type { MarketEvent, Observation } from '../src/event.js'

const folder = `${RECORDED_DATA}/deribit_options`

/** Names of recorded Deribit chains, in the order of time; empty where there is no data. */
export function chainFiles(prefix = ''): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.startsWith(`deribit_options_snapshot_${prefix}`))
    .sort()
}

/** One recorded chain as the event that a source makes of it. */
export function readChain(name: string): MarketEvent {
  const lines = gunzipSync(readFileSync(`${folder}/${name}`))
    .toString()
    .trim()
    .split('\n')
  const columns = lines[0]!.split(',')
  const rows = lines.slice(1).map((line) => {
    const cells = line.split(',')
    return (column: string) => cells[columns.indexOf(column)]!
  })
  const time = Date.parse(rows[0]!('timestamp'))
  const observations: Observation[] = []
  for (const underlying of ['BTC', 'ETH']) {
    const first = rows.find((row) => row('currency') === underlying)!
    observations.push({ kind: 'index', underlying, price: Number(first('index_price')) })
  }
  for (const row of rows) observations.push(quoteOf(row))
  return { kind: 'market', source: 'chains', sourceTime: time, receivedTime: time, observations }
}

function quoteOf(row: (column: string) => string): Observation {
  const underlying = row('currency')
  const date = row('expiry_datetime').slice(2, 10).replaceAll('-', '')
  const right = row('option_type') === 'call' ? 'C' : 'P'
  const given = (column: string) => (row(column) === '' ? {} : Number(row(column)))
  const number = (name: string, column: string) => {
    const value = given(column)
    return typeof value === 'number' ? { [name]: value } : {}
  }
  return {
    kind: 'quote',
    instrument: `deribit:${underlying}/USD:${underlying}-${date}-${Number(row('strike'))}-${right}`,
    ...number('bid', 'bid_price'),
    ...number('ask', 'ask_price'),
    ...number('mark', 'mark_price'),
    ...number('markVol', 'implied_volatility'),
    ...number('forward', 'underlying'),
  }
}
