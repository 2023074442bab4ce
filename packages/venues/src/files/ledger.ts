import type { DataFlag } from '@holdfast/engine'
import { DEFECTS, type DefectCode } from '../defect.js'
import type { DefectCount, FileMetadata, MarkError, SourceMetadata } from '../source.js'

const EXAMPLES_MAX = 5

/** What a source has read so far, kept while it reads. */
export type Ledger = {
  /** Counts a defect; the first few of each code are kept in words. */
  defect(code: DefectCode, example: string, count?: number): void
  /** As `defect`, for what also goes out as a flag on an event. */
  flag(code: DefectCode, subject: string, detail: string, count?: number): DataFlag
  note(text: string): void
  file(path: string): FileTally
  event(): void
  damaged(): void
  metadata(markError: MarkError | undefined): SourceMetadata
}

export type FileTally = {
  row(count?: number): void
  skipped(): void
  time(time: number): void
}

export function createLedger(name: string, kind: string): Ledger {
  const defects = new Map<DefectCode, { count: number; examples: string[] }>()
  const files: { -readonly [K in keyof FileMetadata]: FileMetadata[K] }[] = []
  const notes: string[] = []
  let events = 0
  let damaged = false

  const defect = (code: DefectCode, example: string, count = 1) => {
    const entry = defects.get(code) ?? { count: 0, examples: [] }
    entry.count += count
    if (entry.examples.length < EXAMPLES_MAX) entry.examples.push(example)
    defects.set(code, entry)
  }
  return {
    defect,
    flag(code, subject, detail, count) {
      defect(code, `${subject}: ${detail}`, count)
      return { code, subject, detail }
    },
    note(text) {
      if (!notes.includes(text)) notes.push(text)
    },
    file(path) {
      const entry: (typeof files)[number] = { path, rows: 0, rowsSkipped: 0 }
      files.push(entry)
      return {
        row: (count = 1) => {
          entry.rows += count
        },
        skipped: () => {
          entry.rowsSkipped++
        },
        time: (time) => {
          entry.firstTime = Math.min(entry.firstTime ?? time, time)
          entry.lastTime = Math.max(entry.lastTime ?? time, time)
        },
      }
    },
    event: () => {
      events++
    },
    damaged: () => {
      damaged = true
    },
    metadata(markError) {
      const firsts = files.flatMap((file) => file.firstTime ?? [])
      const lasts = files.flatMap((file) => file.lastTime ?? [])
      return {
        name,
        kind,
        ...(firsts.length > 0 && { firstTime: firsts.reduce((a, b) => Math.min(a, b)) }),
        ...(lasts.length > 0 && { lastTime: lasts.reduce((a, b) => Math.max(a, b)) }),
        events,
        rows: files.reduce((sum, file) => sum + file.rows, 0),
        rowsSkipped: files.reduce((sum, file) => sum + file.rowsSkipped, 0),
        files: files.map((file) => ({ ...file })),
        defects: countsOf(defects),
        damaged,
        ...(markError !== undefined && { markError }),
        notes: [...notes],
      }
    },
  }
}

/** In the order of the catalogue. */
function countsOf(defects: ReadonlyMap<DefectCode, { count: number; examples: readonly string[] }>): DefectCount[] {
  return (Object.keys(DEFECTS) as DefectCode[]).flatMap((code) => {
    const entry = defects.get(code)
    return entry === undefined ? [] : [{ code, count: entry.count, examples: [...entry.examples] }]
  })
}
