import { type FileHandle, mkdir, open, readFile, rename, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Records in a file, one JSON object a line, each append synced before it counts. */
export type RecordFile<T> = {
  /** What was there when it was opened. */
  readonly records: readonly T[]
  append(records: readonly T[]): Promise<void>
  /** Puts these records in place of all there are, atomically. */
  replace(records: readonly T[]): Promise<void>
  close(): Promise<void>
}

/**
 * Opens or creates the file. A last line that was cut off by a crash was never acknowledged: it is taken away.
 *
 * @throws Error with file and line where a complete line is not JSON: that is damage, not a crash.
 */
export async function openRecordFile<T>(path: string): Promise<RecordFile<T>> {
  await mkdir(dirname(path), { recursive: true })
  const text = await readOrEmpty(path)
  const whole = text.lastIndexOf('\n') + 1
  if (whole < text.length) await truncate(path, Buffer.byteLength(text.slice(0, whole)))
  const records = text
    .slice(0, whole)
    .split('\n')
    .flatMap((line, index) => (line === '' ? [] : [parseLine<T>(line, path, index + 1)]))
  let handle = await open(path, 'a')

  return {
    records,
    append: (added) => write(handle, added),
    async replace(all) {
      const temporary = `${path}.new`
      const fresh = await open(temporary, 'w')
      await write(fresh, all)
      await fresh.close()
      await handle.close()
      await rename(temporary, path)
      handle = await open(path, 'a')
    },
    close: () => handle.close(),
  }
}

async function write(handle: FileHandle, records: readonly unknown[]): Promise<void> {
  if (records.length === 0) return
  await handle.appendFile(records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  await handle.datasync()
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

function parseLine<T>(line: string, path: string, number: number): T {
  try {
    return JSON.parse(line) as T
  } catch (cause) {
    throw new Error(`${path}:${number}: not a record of the alert outbox; move the file away to start a new one`, {
      cause,
    })
  }
}
