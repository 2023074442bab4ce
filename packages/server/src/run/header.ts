import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import {
  compileConfiguration,
  createEngine,
  type Engine,
  type HeaderRecord,
  JOURNAL_FORMAT,
  type Rulebook,
  renderDiagnostics,
} from '@holdfast/engine'
import { JournalError } from '../journal/errors.js'
import { nodeSha256 } from '../journal/read.js'

/**
 * The header with which a journal begins.
 *
 * @param text - the configuration file as it was read.
 * @param file - its name; the folder is left out.
 */
export function headerFor(text: string, file: string, rulebook: Rulebook, engineVersion: string): HeaderRecord {
  return {
    kind: 'header',
    format: JOURNAL_FORMAT,
    engineVersion,
    configurationFile: basename(file),
    configuration: text,
    configurationHash: createHash('sha256').update(text).digest('hex'),
    rulebookHash: rulebook.hash,
  }
}

/** An engine for a run, with this machine's fastest SHA-256. */
export function engineOf(rulebook: Rulebook): Engine {
  return createEngine(rulebook, { sha256: nodeSha256 })
}

/**
 * An engine for what a journal's header says: what `verify` replays with, from the journal alone.
 *
 * @throws {JournalError} `JOURNAL_CONFIGURATION` where this version cannot compile that configuration, or compiles it to
 * another rulebook.
 */
export function engineFor(header: HeaderRecord): Engine {
  const compiled = compileConfiguration(header.configuration, header.configurationFile)
  if (!compiled.ok) {
    const why = renderDiagnostics(compiled.diagnostics)
    throw new JournalError('JOURNAL_CONFIGURATION', `this version does not take the recorded configuration:\n${why}`)
  }
  const { rulebook } = compiled
  if (rulebook.hash !== header.rulebookHash) {
    throw new JournalError(
      'JOURNAL_CONFIGURATION',
      `this version compiles the recorded configuration to rulebook ${rulebook.hash}, not ${header.rulebookHash}: it decides by other rules or parameters.`,
    )
  }
  return engineOf(rulebook)
}
