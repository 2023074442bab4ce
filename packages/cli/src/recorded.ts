import { existsSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import {
  compileConfiguration,
  decodeRecord,
  type Engine,
  payloadText,
  type Rulebook,
  renderDiagnostics,
  type Turn,
} from '@holdfast/engine'
import { engineOf, nodeFiles, recordedTurns, walkJournal } from '@holdfast/server'
import { loadConfiguration } from './command/check.js'
import { CommandError, EXIT } from './exit.js'

/** What a journal says of a run, whether it still goes on or has ended: nothing is written, no lock is taken. */
export type Recorded = {
  readonly rulebook: Rulebook
  readonly turns: () => Generator<Turn>
  readonly replay: () => Engine
}

/**
 * @param place - a journal's folder, or a configuration whose journal is meant.
 */
export function openRecorded(place: string): Recorded {
  const folder = journalFolder(place)
  const header = firstRecord(folder)
  const compiled = compileConfiguration(header.configuration, header.configurationFile)
  if (!compiled.ok) throw new CommandError(renderDiagnostics(compiled.diagnostics), EXIT.corrupt)
  const { rulebook } = compiled
  return {
    rulebook,
    turns: () => recordedTurns(folder),
    replay() {
      const engine = engineOf(rulebook)
      for (const turn of recordedTurns(folder)) engine.step(turn.events, turn.time)
      return engine
    },
  }
}

function journalFolder(place: string): string {
  if (!existsSync(place)) throw new CommandError(`there is no ${place}: give a configuration or a journal's folder`)
  if (statSync(place).isDirectory()) return place
  const { configuration } = loadConfiguration(place)
  const { path } = configuration.journal
  const folder = isAbsolute(path) ? path : join(dirname(resolve(place)), path)
  if (!existsSync(folder)) throw new CommandError(`${place} has not been run: there is no journal at ${folder}`)
  return folder
}

function firstRecord(folder: string) {
  const first = walkJournal(nodeFiles(folder)).next()
  if (first.done === true || first.value.kind === 'fault') {
    throw new CommandError(
      `${folder}: no journal, or its beginning is damaged; \`holdfast verify\` says more`,
      EXIT.corrupt,
    )
  }
  const record = decodeRecord(payloadText(first.value.frame.payload))
  if (record.kind !== 'header') throw new CommandError(`${folder}: the first record is no header`, EXIT.corrupt)
  return record
}
