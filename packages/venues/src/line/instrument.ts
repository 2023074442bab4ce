import { type Instrument, instrumentKey, parseInstrumentKey } from '@holdfast/quant'

/**
 * An instrument as its key tells it; undefined where the key does not say all of it, such as an expiry at another hour than
 * 08:00 UTC or a name of other letters. Such an instrument is left out, by name.
 */
export function expressible(instrument: Instrument): Instrument | undefined {
  const read = parseInstrumentKey(instrumentKey(instrument))
  if (read === undefined || read.kind !== instrument.kind) return undefined
  const dated = (one: Instrument) => ('expiry' in one ? one.expiry : 0)
  const struck = (one: Instrument) => ('strike' in one ? one.strike : 0)
  return dated(read) === dated(instrument) && struck(read) === struck(instrument) ? read : undefined
}
