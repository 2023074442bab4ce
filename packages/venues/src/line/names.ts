import type { DataFlag } from '@holdfast/engine'
import { type InstrumentKey, instrumentKey } from '@holdfast/quant'
import type { Listed } from './dialect.js'
import { LineFailure } from './failure.js'

/** Which instrument a venue's own name means. Names are never parsed where the venue's listing gives fields. */
export type Names = {
  add(listed: readonly Listed[]): void
  /** Undefined where the venue has not listed it. */
  native(name: string): Listed | undefined
  /** @throws LineFailure, `denied`: nothing can be sent for what is not listed. */
  of(key: InstrumentKey): Listed
  has(key: InstrumentKey): boolean
  all(): readonly Listed[]
}

export function createNames(): Names {
  const natives = new Map<string, Listed>()
  const keys = new Map<InstrumentKey, Listed>()
  return {
    add(listed) {
      for (const one of listed) {
        natives.set(one.native, one)
        keys.set(instrumentKey(one.instrument), one)
      }
    },
    native: (name) => natives.get(name),
    of(key) {
      const listed = keys.get(key)
      if (listed === undefined) throw new LineFailure('denied', 'order', `${key} is not listed at the venue`)
      return listed
    },
    has: (key) => keys.has(key),
    all: () => [...keys.values()],
  }
}

export function unknownInstrument(native: string, what: string): DataFlag {
  return {
    code: 'unknown-instrument',
    subject: `instrument:${native}`,
    detail: `${what} in '${native}', which is not listed or cannot be described; it is left out`,
  }
}

export function unreadable(subject: string, detail: string): DataFlag {
  return { code: 'unreadable-field', subject, detail }
}
