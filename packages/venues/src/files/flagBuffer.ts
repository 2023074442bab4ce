import type { DataFlag } from '@holdfast/engine'
import type { DefectCode } from '../defect.js'
import type { Ledger } from './ledger.js'

/** So many defects of one kind are named one by one on an event; more are counted. */
const NAMED_MAX = 10

/** Defects that wait for the event that will carry them: a flood of one kind becomes a few flags and a count. */
export type FlagBuffer = {
  add(code: DefectCode, subject: string, detail: string): void
  /** The flags gathered since the last call. */
  take(): DataFlag[]
}

type Gathered = { readonly flags: DataFlag[]; count: number }

export function createFlagBuffer(ledger: Ledger): FlagBuffer {
  let gathered = new Map<DefectCode, Gathered>()
  return {
    add(code, subject, detail) {
      const flag = ledger.flag(code, subject, detail)
      const entry = gathered.get(code) ?? { flags: [], count: 0 }
      entry.count += 1
      if (entry.flags.length < NAMED_MAX) entry.flags.push(flag)
      gathered.set(code, entry)
    },
    take() {
      const flags = [...gathered].flatMap(([code, { flags: named, count }]) => {
        const more = count - named.length
        return more === 0 ? named : [...named, { code, subject: named[0]!.subject, detail: `and ${more} more` }]
      })
      gathered = new Map()
      return flags
    },
  }
}
