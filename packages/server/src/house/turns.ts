import { decodeRecord, payloadText, type Turn } from '@holdfast/engine'
import { nodeFiles } from '../journal/files.js'
import { walkJournal } from '../journal/read.js'

/** Turns of a journal from `from` on, oldest first, at most `limit`. Reads what is whole, also while another writes. */
export function readTurns(folder: string, from: number, limit: number): readonly Turn[] {
  const turns: Turn[] = []
  for (const step of walkJournal(nodeFiles(folder))) {
    if (step.kind === 'fault') break
    if (step.frame.sequence < from) continue
    const record = decodeRecord(payloadText(step.frame.payload))
    if (record.kind === 'turn') turns.push(record.turn)
    if (turns.length >= limit) break
  }
  return turns
}
