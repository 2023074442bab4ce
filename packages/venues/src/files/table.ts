import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { createGunzip } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { SourceError } from '../source.js'

/** A row as text. `line` counts from 1, the header included. */
export type TableRow = { readonly line: number; readonly fields: readonly string[] }

/** A line that is no row: broken quotes, or fields missing or left over. */
export type BrokenRow = { readonly line: number; readonly problem: string }

export type TableEnd = { readonly kind: 'whole' } | Damage

export type Damage =
  /** The stream ended before the file said so; the rows up to there are sound. */
  | { readonly kind: 'truncated'; readonly detail: string }
  /** The content does not match its checksum: which rows are wrong cannot be known. */
  | { readonly kind: 'corrupt'; readonly detail: string }

export type TablePart =
  | { readonly kind: 'rows'; readonly rows: readonly TableRow[]; readonly broken: readonly BrokenRow[] }
  | { readonly kind: 'end'; readonly end: TableEnd }

/** Where each column stands. */
export type TableHeader = { readonly names: readonly string[]; readonly line: number }

const LINE_LENGTH_MAX = 1_000_000
const HEADER_LINES = 3
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what tells a binary file.
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000e-\u001f]/

/**
 * Reads the header line of a CSV file, plain or gzip (told by content, not by name).
 *
 * @param columns - the columns that must be there; the header is one of the first three lines, so that a line above it (a URL,
 *   a licence) does no harm.
 * @throws {SourceError} `SOURCE_UNREADABLE`, or `SOURCE_HEADER` that names what is missing and what was likely meant.
 */
export async function readHeader(path: string, columns: readonly string[]): Promise<TableHeader> {
  const found = await findHeader(path, columns)
  if ('names' in found) return found
  throw new SourceError('SOURCE_UNREADABLE', found.detail, { file: basename(path) })
}

/** As `readHeader`, and says so where the file is damaged before its header is whole. */
export async function findHeader(path: string, columns: readonly string[]): Promise<TableHeader | Damage> {
  const lines: string[] = []
  for await (const block of readBlocks(path)) {
    if (block.kind === 'end') {
      if (block.end.kind !== 'whole' && lines.length === 0) return block.end
      break
    }
    lines.push(...block.lines.slice(0, HEADER_LINES))
    if (lines.length >= HEADER_LINES) break
  }
  if (lines.length === 0) {
    throw new SourceError('SOURCE_UNREADABLE', 'the file is empty, a header line was expected', {
      file: basename(path),
    })
  }
  if (lines.some((line) => CONTROL_CHARACTERS.test(line))) {
    throw new SourceError('SOURCE_UNREADABLE', 'this is not a text file', { file: basename(path) })
  }
  const names = lines.slice(0, HEADER_LINES).map((line) => splitLine(line) ?? [])
  const whole = names.findIndex((line) => columns.every((column) => line.includes(column)))
  const near = whole < 0 ? names.findIndex((line) => line.includes(columns[0]!)) : whole
  const place = Math.max(0, near)
  assertColumns(path, place + 1, names[place]!, columns)
  return { names: names[place]!, line: place + 1 }
}

/**
 * Streams the rows after the header, a block at a time; memory is bounded by the block. The last part is always the `end`.
 * Rows cut off by the end of a damaged file are left out: half a number reads like a number.
 */
export async function* readTable(path: string, header: TableHeader): AsyncGenerator<TablePart> {
  let line = 0
  for await (const block of readBlocks(path)) {
    if (block.kind === 'end') {
      yield block
      return
    }
    const skip = Math.max(0, Math.min(block.lines.length, header.line - line))
    const lines = block.lines.slice(skip)
    if (lines.length > 0) yield parseLines(lines, line + skip + 1, header.names.length)
    line += block.lines.length
  }
}

function parseLines(lines: readonly string[], firstLine: number, width: number): TablePart {
  const parsed = splitLines(lines)
  const rows: TableRow[] = []
  const broken: BrokenRow[] = []
  for (let i = 0; i < lines.length; i++) {
    if (lines[i] === '') continue
    const fields = parsed === undefined ? splitLine(lines[i]!) : parsed[i]
    const line = firstLine + i
    if (fields === undefined) broken.push({ line, problem: 'quotes that do not close' })
    else if (fields.length !== width) broken.push({ line, problem: `${fields.length} fields, expected ${width}` })
    else rows.push({ line, fields })
  }
  return { kind: 'rows', rows, broken }
}

/** All lines at once; undefined where a quote spans lines, and each line must then be read alone. */
function splitLines(lines: readonly string[]): string[][] | undefined {
  const records = parseCsv(lines.join('\n'))
  return records?.length === lines.length ? records : undefined
}

function splitLine(line: string): string[] | undefined {
  const records = parseCsv(line)
  return records?.length === 1 ? records[0] : undefined
}

function parseCsv(text: string): string[][] | undefined {
  try {
    return parse(text, { relax_column_count: true, record_delimiter: '\n', trim: true })
  } catch {
    // What csv-parse refuses is a broken row, which the caller counts and names; its own position is that of the block.
    return undefined
  }
}

type Block =
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | { readonly kind: 'end'; readonly end: TableEnd }

async function* readBlocks(path: string): AsyncGenerator<Block> {
  const compressed = await isGzip(path)
  const file = createReadStream(path, { highWaterMark: 1 << 16 })
  const stream = compressed ? file.pipe(createGunzip()) : file
  if (compressed) file.on('error', (error) => stream.destroy(error))
  const decoder = new TextDecoder('utf-8')
  let rest = ''
  try {
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n')
      rest = lines.pop()!
      if (rest.length > LINE_LENGTH_MAX)
        throw new SourceError(
          'SOURCE_UNREADABLE',
          `a line of more than ${LINE_LENGTH_MAX} characters: this is not a CSV file`,
          { file: basename(path) },
        )
      if (lines.length > 0) yield { kind: 'lines', lines: lines.map(withoutReturn) }
    }
  } catch (error) {
    const end = damageOf(error)
    if (end === undefined) throw unreadable(path, error)
    yield { kind: 'end', end }
    return
  } finally {
    file.destroy()
  }
  if (rest !== '') yield { kind: 'lines', lines: [withoutReturn(rest)] }
  yield { kind: 'end', end: { kind: 'whole' } }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

function damageOf(error: unknown): TableEnd | undefined {
  const code = (error as { code?: string }).code
  if (code === 'Z_BUF_ERROR') return { kind: 'truncated', detail: 'the gzip stream ends before its end' }
  if (code === 'Z_DATA_ERROR')
    return { kind: 'corrupt', detail: `the gzip stream is damaged: ${(error as Error).message}` }
  return undefined
}

async function isGzip(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'r')
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(2), 0, 2, 0)
      return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
    } finally {
      await file.close()
    }
  } catch (error) {
    throw unreadable(path, error)
  }
}

function unreadable(path: string, error: unknown): Error {
  if (error instanceof SourceError) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new SourceError('SOURCE_UNREADABLE', `cannot be read: ${reason}`, { file: basename(path), cause: error })
}

function assertColumns(path: string, line: number, names: readonly string[], columns: readonly string[]): void {
  const missing = columns.filter((column) => !names.includes(column))
  if (missing.length === 0) return
  const plural = missing.length === 1 ? 'column' : 'columns'
  const likely = missing
    .map((column) => ({ column, name: names.find((name) => similar(name, column)) }))
    .filter((pair) => pair.name !== undefined)
    .map((pair) => `“${pair.name}” for “${pair.column}”`)
  const meant = likely.length > 0 ? ` Was ${likely.join(', ')} meant?` : ''
  throw new SourceError(
    'SOURCE_HEADER',
    `the header lacks the ${plural} ${missing.join(', ')}; it has ${names.join(', ')}.${meant}`,
    {
      file: basename(path),
      line,
      hint: 'Give a file of this format, or choose the kind of source that fits the file.',
    },
  )
}

/** Same letters up to case and punctuation, or one edit apart. */
function similar(a: string, b: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
  const [x, y] = [plain(a), plain(b)]
  if (x === y) return true
  if (Math.abs(x.length - y.length) > 1 || Math.min(x.length, y.length) < 3) return false
  let start = 0
  while (start < x.length && x[start] === y[start]) start++
  let end = 0
  while (end < x.length - start && end < y.length - start && x[x.length - 1 - end] === y[y.length - 1 - end]) end++
  return Math.max(x.length, y.length) - start - end <= 1
}
