import type { DataFile } from './folder.js'
import type { Ledger } from './ledger.js'
import { createRowReader, problemText, type RowReader } from './row.js'
import { readTable, type TableHeader } from './table.js'

export type TableFile = DataFile & { readonly header: TableHeader }

/** A row that could be read, or the words for one that could not. */
export type RowOrDefect<T> =
  | { readonly kind: 'row'; readonly line: number; readonly row: T }
  | {
      readonly kind: 'defect'
      readonly code: 'unreadable-row' | 'not-a-number' | 'truncated-file' | 'corrupt-file'
      readonly place: string
      readonly detail: string
    }

/**
 * Streams the rows of a file through `read`; what cannot be read comes as a defect in its place. Rows are counted in the
 * ledger; a damaged file is noted there and ends the stream.
 *
 * @param within - rows for which it is false are passed over.
 * @param read - reads one row; a problem that it leaves in the reader makes the row a defect.
 */
export async function* readRows<T extends { readonly time: number }>(
  file: TableFile,
  ledger: Ledger,
  within: (row: T) => boolean,
  read: (reader: RowReader) => T | undefined,
): AsyncGenerator<RowOrDefect<T>> {
  const reader = createRowReader(file.header)
  const tally = ledger.file(file.name)
  for await (const part of readTable(file.path, file.header)) {
    if (part.kind === 'end') {
      if (part.end.kind === 'whole') return
      ledger.damaged()
      const code = part.end.kind === 'corrupt' ? 'corrupt-file' : 'truncated-file'
      yield { kind: 'defect', code, place: file.name, detail: part.end.detail }
      return
    }
    tally.row(part.rows.length + part.broken.length)
    for (const { line, problem } of part.broken) {
      tally.skipped()
      yield { kind: 'defect', code: 'unreadable-row', place: `${file.name}:${line}`, detail: problem }
    }
    for (const { line, fields } of part.rows) {
      reader.open(fields)
      const row = read(reader)
      const problem = reader.problem()
      if (row === undefined || problem !== undefined) {
        tally.skipped()
        const code = problem?.code ?? 'unreadable-row'
        yield {
          kind: 'defect',
          code,
          place: `${file.name}:${line}`,
          detail: problem ? problemText(problem) : 'not readable',
        }
      } else if (within(row)) {
        tally.time(row.time)
        yield { kind: 'row', line, row }
      }
    }
  }
}
