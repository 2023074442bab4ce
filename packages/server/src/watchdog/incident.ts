import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { type ControlEvent, canonicalJson, type KillMode, killNote } from '@holdfast/engine'

/** What a watchdog did and what it could not do, account by account, by the word of the venues. */
export type Incident = {
  readonly id: string
  /** Epoch milliseconds. */
  readonly time: number
  readonly desk: string
  readonly reason: string
  readonly mode: KillMode
  readonly accounts: readonly IncidentAccount[]
}

export type IncidentAccount = {
  readonly account: string
  readonly connection: string
  /** `confirmed`: the venue showed the state that the mode asks for, after everything was done. */
  readonly state: 'confirmed' | 'incomplete'
  readonly done: readonly string[]
  readonly open: readonly { readonly what: string; readonly why: string }[]
}

const FOLDER = 'incidents'
const WRITTEN = /^watchdog-\d+-[0-9a-f]{8}\.json$/

/** Writes an incident for good, or writes it anew: it is on disk, whole, when this returns. */
export function writeIncident(journalFolder: string, incident: Incident): string {
  const folder = join(journalFolder, FOLDER)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `watchdog-${incident.time}-${incident.id.slice(0, 8)}.json`)
  const hash = hashOf(incident)
  const fd = openSync(`${path}.new`, 'w', 0o600)
  try {
    writeSync(fd, `${JSON.stringify({ ...incident, hash }, undefined, 2)}\n`)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(`${path}.new`, path)
  return path
}

/** The incidents that no run has taken in yet, oldest first. A file that was changed is told as such, and counts. */
export function openIncidents(journalFolder: string): readonly { readonly path: string; readonly note: string }[] {
  const folder = join(journalFolder, FOLDER)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => WRITTEN.test(name))
    .sort()
    .map((name) => ({ path: join(folder, name), note: noteOf(join(folder, name), name) }))
}

/** A run has latched it. */
export function closeIncident(path: string): void {
  if (existsSync(path)) renameSync(path, `${path}.taken`)
}

/** A watchdog's word to the engine: everything is held back until a person resumes. */
export function killOf(note: string, time: number): ControlEvent {
  const at = { source: 'watchdog', sourceTime: time, receivedTime: time }
  return { kind: 'control', command: 'kill', actor: 'watchdog', target: 'all', note, ...at }
}

function noteOf(path: string, name: string): string {
  try {
    const { hash, ...incident } = JSON.parse(readFileSync(path, 'utf8')) as Incident & { readonly hash: string }
    const whole = hash === hashOf(incident)
    const { mode, accounts } = incident
    const undone = accounts.filter(({ state }) => state === 'incomplete').map(({ account }) => account)
    const rest =
      accounts.length === 0
        ? 'it did not get to say what it did'
        : undone.length === 0
          ? 'confirmed by the venues'
          : `not complete for ${undone.join(', ')}`
    const reason = `watchdog took over: ${incident.reason}; ${rest} (${name}${whole ? '' : ', its hash does not fit'})`
    return killNote({ mode, drill: false, reason })
  } catch (error) {
    return killNote({ mode: 'cancel', drill: false, reason: `watchdog took over; ${name} cannot be read: ${error}` })
  }
}

function hashOf(incident: Incident): string {
  return createHash('sha256').update(canonicalJson(incident)).digest('hex')
}
