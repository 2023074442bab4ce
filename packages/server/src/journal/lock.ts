import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { JournalError } from './errors.js'

/** Who holds a folder. A process id alone is not enough, since ids come round again: its start time makes it unique. */
export type LockHolder = { readonly host: string; readonly pid: number; readonly started: string }

export type FolderLock = { readonly path: string; release(): void }

const LOCK_NAME = 'lock'

/**
 * Takes a folder for this process. The lock of a process that is no more is taken over.
 *
 * @throws {JournalError} `JOURNAL_LOCKED` where a running process holds it, or where one on another host might.
 */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, LOCK_NAME)
  const own = JSON.stringify(thisProcess())
  const draft = join(folder, `${LOCK_NAME}.${process.pid}`)
  writeFileSync(draft, own)
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (linked(draft, path)) return { path, release: () => releaseLock(path, own) }
      const text = readIfThere(path)
      if (text === undefined) continue
      const holder = parseHolder(text)
      if (holder !== undefined && mayRun(holder)) throw locked(folder, path, holder)
      removeStale(path, text)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  throw new JournalError('JOURNAL_LOCKED', `${path}: others keep taking this lock; try again.`)
}

function locked(folder: string, path: string, holder: LockHolder): JournalError {
  const elsewhere = holder.host !== hostname()
  const advice = elsewhere
    ? `If that process is gone, remove ${path}.`
    : 'Stop it first, or give this run a journal folder of its own.'
  const where = elsewhere ? ` on ${holder.host}` : ''
  return new JournalError('JOURNAL_LOCKED', `${folder} is in use by process ${holder.pid}${where}. ${advice}`)
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false
    throw error
  }
}

/** Moves the stale lock away; where another took it meanwhile, what was moved is put back. */
function removeStale(path: string, staleText: string): void {
  const aside = `${path}.stale.${process.pid}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return
    throw error
  }
  if (readIfThere(aside) !== staleText) linked(aside, path)
  rmSync(aside, { force: true })
}

function releaseLock(path: string, own: string): void {
  if (readIfThere(path) === own) rmSync(path, { force: true })
}

function mayRun(holder: LockHolder): boolean {
  if (holder.host !== hostname()) return true
  if (!isAlive(holder.pid)) return false
  const started = startTime(holder.pid)
  return started === '' || holder.started === '' || started === holder.started
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it runs, under another user.
    return (error as { code?: string }).code === 'EPERM'
  }
}

function thisProcess(): LockHolder {
  return { host: hostname(), pid: process.pid, started: startTime(process.pid) }
}

/** When a process began, in the kernel's own words (boot id and clock ticks since boot); empty where it does not say. */
function startTime(pid: number): string {
  const stat = readIfThere(`/proc/${pid}/stat`)
  if (stat === undefined) return ''
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  return `${(readIfThere('/proc/sys/kernel/random/boot_id') ?? '').trim()}:${ticks}`
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    const value = JSON.parse(text) as Partial<LockHolder> | null
    if (typeof value?.pid !== 'number' || typeof value.host !== 'string') return undefined
    return { host: value.host, pid: value.pid, started: typeof value.started === 'string' ? value.started : '' }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as { code?: string }).code
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}
