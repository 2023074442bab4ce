import { type Instrument, type InstrumentKey, parseInstrumentKey } from '@holdfast/quant'
import { hashText, type TextHash } from '../digest.js'

/** Names that columns hold as small integers, in the order of first use. */
export type Interned = {
  readonly ids: Map<string, number>
  readonly names: string[]
  readonly hashes: TextHash[]
}

export function createInterned(): Interned {
  return { ids: new Map(), names: [], hashes: [] }
}

export function intern(table: Interned, name: string): number {
  const found = table.ids.get(name)
  if (found !== undefined) return found
  const id = table.names.length
  table.ids.set(name, id)
  table.names.push(name)
  table.hashes.push(hashText(name))
  return id
}

/** Instruments of a book by small integer; `instruments[id]` belongs to `names[id]`. */
export type InstrumentTable = Interned & { readonly instruments: Instrument[] }

export function createInstrumentTable(): InstrumentTable {
  return { ...createInterned(), instruments: [] }
}

/** @returns undefined where the key cannot be read. */
export function internInstrument(table: InstrumentTable, key: InstrumentKey): number | undefined {
  const found = table.ids.get(key)
  if (found !== undefined) return found
  const instrument = parseInstrumentKey(key)
  if (instrument === undefined) return undefined
  table.instruments.push(instrument)
  return intern(table, key)
}
