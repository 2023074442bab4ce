import {
  close,
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** What the journal asks of a file system. Tests put a faulty or a watching one in its place. */
export type JournalFiles = {
  /** Names in the folder, sorted; creates the folder where it is missing. */
  list(): readonly string[]
  read(name: string): Uint8Array
  /** A new file of `capacity` zeros, all on disk when it returns. */
  createZeroed(name: string, capacity: number): Promise<void>
  /** Renames, and makes the new name durable. */
  rename(from: string, to: string): void
  remove(name: string): void
  open(name: string): JournalFile
}

export type JournalFile = {
  write(chunks: readonly Uint8Array[], position: number): Promise<void>
  /** Data on disk when it resolves. */
  sync(): Promise<void>
  writeNow(bytes: Uint8Array, position: number): void
  syncNow(): void
  close(): Promise<void>
}

/** Lets other work in between the pieces of a long one. */
const nextTurn = promisify(setImmediate)
const fdatasyncAsync = promisify(fdatasync)
const closeAsync = promisify(close)

const ZERO_CHUNK_BYTES = 1 << 20

/** The file system of this machine, below `folder`. */
export function nodeFiles(folder: string): JournalFiles {
  return {
    list() {
      mkdirSync(folder, { recursive: true })
      return readdirSync(folder).sort()
    },
    read: (name) => readFileSync(join(folder, name)),
    async createZeroed(name, capacity) {
      const fd = openSync(join(folder, name), 'w', 0o600)
      try {
        const zeros = new Uint8Array(Math.min(capacity, ZERO_CHUNK_BYTES))
        for (let at = 0; at < capacity; at += zeros.length) {
          writeNow(fd, zeros.subarray(0, Math.min(zeros.length, capacity - at)), at)
          await nextTurn()
        }
        await fdatasyncAsync(fd)
      } finally {
        closeSync(fd)
      }
    },
    rename(from, to) {
      renameSync(join(folder, from), join(folder, to))
      syncFolder(folder)
    },
    remove: (name) => rmSync(join(folder, name), { force: true }),
    open: (name) => openFile(join(folder, name)),
  }
}

function openFile(path: string): JournalFile {
  const fd = openSync(path, 'r+')
  return {
    // Into the system's cache, which takes microseconds: not worth the way over a thread. The sync is.
    async write(chunks, position) {
      let at = position
      for (const chunk of chunks) {
        writeNow(fd, chunk, at)
        at += chunk.length
      }
    },
    sync: () => fdatasyncAsync(fd),
    writeNow: (bytes, position) => writeNow(fd, bytes, position),
    syncNow: () => fdatasyncSync(fd),
    close: () => closeAsync(fd),
  }
}

/** The system may write less than it is given; the rest is written again. */
function writeNow(fd: number, bytes: Uint8Array, position: number): void {
  let done = 0
  while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, position + done)
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
