import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const NAME = 'at-rest.json'

/** Notes that the house was stopped in order: nobody is to take over for it. */
export function noteRest(journalFolder: string, time: number): void {
  writeFileSync(join(journalFolder, NAME), `${JSON.stringify({ time })}\n`)
}

/** From here on silence is a fault. */
export function endRest(journalFolder: string): void {
  rmSync(join(journalFolder, NAME), { force: true })
}

/** True where the house rests: it was stopped in order, or never ran there. */
export function isAtRest(journalFolder: string): boolean {
  return existsSync(join(journalFolder, NAME)) || !existsSync(join(journalFolder, 'head.json'))
}
