import { type Instrument, parseInstrumentKey } from '@holdfast/quant'
import { MONTHS } from './deribitRow.js'

type Scheme = { readonly pattern: RegExp; readonly key: (...groups: string[]) => string }

/** How exchanges write perpetuals and futures that Tardis.dev records; a symbol that fits none is refused. */
const SCHEMES: Readonly<Record<string, readonly Scheme[]>> = {
  deribit: [
    { pattern: /^([A-Z0-9]+)-PERPETUAL$/, key: (coin) => `deribit:${coin}/USD:${coin}` },
    { pattern: /^([A-Z0-9]+)_([A-Z0-9]+)-PERPETUAL$/, key: (coin, quote) => `deribit:${coin}/${quote}:${quote}` },
    {
      pattern: /^([A-Z0-9]+)-(\d{1,2}[A-Z]{3}\d{2})$/,
      key: (coin, date) => `deribit:${coin}/USD:${coin}-${dateOf(date!)}`,
    },
  ],
  bitmex: [
    { pattern: /^XBTUSD$/, key: () => 'bitmex:BTC/USD:BTC' },
    { pattern: /^([A-Z0-9]+)USDT$/, key: (coin) => `bitmex:${coin === 'XBT' ? 'BTC' : coin}/USDT:USDT` },
  ],
  'binance-futures': [
    { pattern: /^([A-Z0-9]+)(USDT|USDC)$/, key: (coin, quote) => `binance:${coin}/${quote}:${quote}` },
  ],
  'binance-delivery': [
    { pattern: /^([A-Z0-9]+)USD_PERP$/, key: (coin) => `binance:${coin}/USD:${coin}` },
    { pattern: /^([A-Z0-9]+)USD_(\d{6})$/, key: (coin, date) => `binance:${coin}/USD:${coin}-${date}` },
  ],
  'okex-swap': [
    { pattern: /^([A-Z0-9]+)-USD-SWAP$/, key: (coin) => `okx:${coin}/USD:${coin}` },
    { pattern: /^([A-Z0-9]+)-(USDT|USDC)-SWAP$/, key: (coin, quote) => `okx:${coin}/${quote}:${quote}` },
  ],
  bybit: [
    { pattern: /^([A-Z0-9]+)USD$/, key: (coin) => `bybit:${coin}/USD:${coin}` },
    { pattern: /^([A-Z0-9]+)USDT$/, key: (coin) => `bybit:${coin}/USDT:USDT` },
  ],
}

/** The instrument that an exchange's symbol names; undefined where exchange or symbol are not known. */
export function tardisInstrument(exchange: string, symbol: string): Instrument | undefined {
  for (const { pattern, key } of SCHEMES[exchange] ?? []) {
    const match = pattern.exec(symbol)
    if (match !== null) return parseInstrumentKey(key(...match.slice(1)))
  }
  return undefined
}

/** `9JUN20` → `200609`. */
function dateOf(text: string): string {
  const [, day, month, year] = /^(\d{1,2})([A-Z]{3})(\d{2})$/.exec(text)!
  return `${year}${String(MONTHS.indexOf(month!) + 1).padStart(2, '0')}${day!.padStart(2, '0')}`
}
