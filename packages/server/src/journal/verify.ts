import { configurationKind, decodeRecord, type Engine, type HeaderRecord, RecordError } from '@holdfast/engine'
import { compareTurns, type TurnDifference } from '../run/replay.js'
import { type ClearingReplay, clearingReplay } from '../venue/journal.js'
import { describeFault } from './describe.js'
import { type JournalFiles, nodeFiles } from './files.js'
import type { JournalHead } from './head.js'
import { type JournalFault, latin1, walkJournal } from './read.js'

export type VerifyOptions = {
  /** A fresh engine for the configuration that the journal was begun with; throws where that cannot be compiled. */
  readonly engineFor: (header: HeaderRecord) => Engine
  /** Hash of the last record, kept elsewhere: proves that nothing was cut off and nothing rewritten. */
  readonly head?: string
  readonly files?: JournalFiles
  /** Called after each turn, for a progress line. */
  readonly progress?: (turns: number) => void
}

export type VerifyReport = {
  /** Nothing wrong, and the replay gave the same bytes. */
  readonly ok: boolean
  readonly folder: string
  readonly records: number
  readonly turns: number
  readonly head?: JournalHead
  /** Whether something outside the records says where they end: `head.json`, or the head that was handed in. */
  readonly anchored: boolean
  readonly faults: readonly JournalFault[]
  readonly header?: HeaderRecord
  /** How far the replay went: it stops at the first turn that differs, or before the first record that is not whole. */
  readonly replayedTurns: number
  readonly difference?: TurnDifference
  /** Why there was no replay, where there was none. */
  readonly replayFault?: string
  /** All of the above in words, a line each. */
  readonly messages: readonly string[]
}

/**
 * Proves a journal: reads every byte, follows the hash chain, and replays the inputs through the rulebook that the
 * journal itself carries. Changes nothing.
 */
export function verifyJournal(folder: string, options: VerifyOptions): VerifyReport {
  const files = options.files ?? nodeFiles(folder)
  const walk = walkJournal(files, options.head === undefined ? {} : { hash: options.head })
  const replay = createReplay(options)
  const faults: JournalFault[] = []
  let records = 0
  for (let step = walk.next(); ; step = walk.next()) {
    if (step.done === true) {
      const { head, anchor } = step.value
      const anchored = anchor !== undefined || options.head !== undefined
      return withMessages({
        folder,
        records,
        anchored,
        faults,
        ...(head === undefined ? {} : { head }),
        ...replay.result(),
      })
    }
    if (step.value.kind === 'fault') {
      faults.push(step.value.fault)
      replay.stop(step.value.fault.kind)
    } else {
      records += 1
      replay.record(step.value.frame.sequence, latin1(step.value.frame.payload))
    }
  }
}

type Replay = Pick<VerifyReport, 'header' | 'turns' | 'replayedTurns' | 'difference' | 'replayFault'>

function createReplay({ engineFor, progress }: VerifyOptions) {
  let engine: Engine | undefined
  let clearing: ClearingReplay | undefined
  let header: HeaderRecord | undefined
  let difference: TurnDifference | undefined
  let replayFault: string | undefined
  let turns = 0
  let replayedTurns = 0

  function begin(recorded: HeaderRecord): void {
    header = recorded
    try {
      const kind = configurationKind(recorded.configuration, recorded.configurationFile)
      if (kind === 'venue') clearing = clearingReplay(recorded)
      else engine = engineFor(recorded)
    } catch (error) {
      replayFault = `the recorded configuration cannot be compiled: ${error instanceof Error ? error.message : error}`
    }
  }

  return {
    record(sequence: number, text: string): void {
      const record = readRecord(text)
      if (typeof record === 'string') {
        replayFault ??= `record ${sequence}: ${record}`
        engine = undefined
        clearing = undefined
        return
      }
      if (record.kind === 'header') {
        begin(record)
        return
      }
      turns += 1
      if (difference !== undefined || replayFault !== undefined) return
      if (record.kind === 'clearing') {
        if (clearing === undefined) return
        difference = clearing.step(record)
      } else {
        if (engine === undefined) return
        difference = compareTurns(record.turn, engine.step(record.turn.events, record.turn.time))
      }
      replayedTurns += 1
      progress?.(replayedTurns)
    },
    /** Behind a record that is not whole, the engine's state is not known. */
    stop(kind: JournalFault['kind']): void {
      if (HARMLESS.has(kind)) return
      replayFault ??= `the replay stops behind turn ${replayedTurns}: what follows is not whole`
    },
    result: (): Replay => ({
      turns,
      replayedTurns,
      ...(header === undefined ? {} : { header }),
      ...(difference === undefined ? {} : { difference }),
      ...(replayFault === undefined ? {} : { replayFault }),
    }),
  }
}

/** Faults behind which nothing is replayed anyway. */
const HARMLESS: ReadonlySet<JournalFault['kind']> = new Set([
  'torn-record',
  'truncated-tail',
  'head-mismatch',
  'head-unreadable',
])

function readRecord(text: string) {
  try {
    return decodeRecord(text)
  } catch (error) {
    if (error instanceof RecordError) return error.message
    throw error
  }
}

function withMessages(report: Omit<VerifyReport, 'ok' | 'messages'>): VerifyReport {
  const { faults, difference, replayFault, head, anchored, records, replayedTurns } = report
  const messages = faults.map(describeFault)
  if (records === 0) messages.push('no records: this is no journal, or an empty one')
  if (difference !== undefined) messages.push(describeDifference(difference))
  if (replayFault !== undefined) messages.push(replayFault)
  const broken = faults.some(({ kind }) => kind !== 'torn-record') || difference !== undefined
  const ok = !broken && replayFault === undefined && records > 0
  if (ok) messages.push(`${records} records, ${replayedTurns} turns replayed to the same bytes, head ${head?.hash}`)
  if (!anchored && records > 0) {
    messages.push('no head.json and no --head: that nothing was cut off at the end cannot be proven')
  }
  return { ok, ...report, messages }
}

const SHOWN_MAX = 200

function describeDifference({ sequence, time, part, recorded, replayed }: TurnDifference): string {
  const at = firstDifference(recorded, replayed)
  const excerpt = (text: string) => {
    const from = Math.max(0, at - 40)
    return `${from > 0 ? '…' : ''}${text.slice(from, from + SHOWN_MAX)}${text.length > from + SHOWN_MAX ? '…' : ''}`
  }
  return `turn ${sequence} (${new Date(time).toISOString()}) is the first that differs, in its ${part}: recorded ${excerpt(recorded)}, replayed ${excerpt(replayed)}`
}

function firstDifference(a: string, b: string): number {
  let i = 0
  while (i < a.length && a[i] === b[i]) i++
  return i
}
