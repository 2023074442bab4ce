import type { DefectCode } from '../defect.js'
import { type ChainSnapshot, createChainSnapshot } from './chainSnapshot.js'
import { type ChainRow, readChainRow } from './deribitRow.js'
import type { DataFile } from './folder.js'
import type { Ledger } from './ledger.js'
import { isoTimeOf, type RowReader } from './row.js'
import { readRows, type TableFile } from './rows.js'
import type { Damage, TableHeader } from './table.js'

/** Of a file that is damaged before its header is whole, only that is known. */
export type ChainFile = DataFile & { readonly header: TableHeader | Damage }

/** What became of a file of which nothing (more) can be used. */
export type Loss = {
  readonly kind: 'loss'
  readonly code: DefectCode
  readonly subject: string
  readonly detail: string
}

/** The instants of a file, each when it is complete, and what was lost. */
export async function* readSnapshots(
  file: ChainFile,
  within: (time: number) => boolean,
  ledger: Ledger,
): AsyncGenerator<ChainSnapshot | Loss> {
  if (!('names' in file.header)) {
    ledger.file(file.name)
    ledger.damaged()
    const { kind, detail } = file.header
    yield { kind: 'loss', code: kind === 'corrupt' ? 'corrupt-file' : 'truncated-file', subject: file.name, detail }
    return
  }
  const second = secondOf(file.name)
  const inTime = (row: ChainRow) => within(row.time)
  let snapshot: ChainSnapshot | undefined
  let early: Loss[] = []
  for await (const item of readRows(file as TableFile, ledger, inTime, (reader) => readRow(reader, second))) {
    if (item.kind === 'defect') {
      // Which rows of a file with a wrong checksum are wrong cannot be known: none of the instant at hand is used.
      if (item.code === 'corrupt-file') snapshot = undefined
      if (snapshot !== undefined) snapshot.reject(item.code, item.place, item.detail)
      else early.push({ kind: 'loss', code: item.code, subject: item.place, detail: item.detail })
      continue
    }
    const { row, line } = item
    if (snapshot !== undefined && snapshot.time !== row.time) {
      yield snapshot
      snapshot = undefined
    }
    if (snapshot === undefined) {
      snapshot = createChainSnapshot(row.time)
      for (const { code, subject, detail } of early) snapshot.reject(code, subject, detail)
      early = []
    }
    snapshot.add(row, `${file.name}:${line}`)
  }
  if (snapshot !== undefined) yield snapshot
  yield* early
}

function readRow(reader: RowReader, second: number | undefined) {
  const row = readChainRow(reader)
  if (row !== undefined && second !== undefined && Math.floor(row.time / 1000) !== second) {
    reader.refuse('timestamp', 'a time within the second of the file’s name')
  }
  return row
}

/** Seconds since 1970 that the name carries, where it does. */
export function secondOf(name: string): number | undefined {
  const match = /(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z/.exec(name)
  if (match === null) return undefined
  const time = isoTimeOf(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}Z`)
  return time === undefined ? undefined : time / 1000
}
