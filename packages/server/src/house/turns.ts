import { decodeRecord, payloadText, type Turn } from '@holdfast/engine'
import { nodeFiles } from '../journal/files.js'
import { walkJournal } from '../journal/read.js'

/** Turns of a journal, oldest first. Reads what is whole, also while another process writes. */
export function* recordedTurns(folder: string): Generator<Turn> {
  for (const step of walkJournal(nodeFiles(folder))) {
    if (step.kind === 'fault') return
    const record = decodeRecord(payloadText(step.frame.payload))
    if (record.kind === 'turn') yield record.turn
  }
}

/** Turns from `from` on, oldest first, at most `limit`. */
export function readTurns(folder: string, from: number, limit: number): readonly Turn[] {
  const turns: Turn[] = []
  for (const turn of recordedTurns(folder)) {
    if (turn.sequence >= from) turns.push(turn)
    if (turns.length >= limit) break
  }
  return turns
}
