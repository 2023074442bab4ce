import { closeSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Decision, EngineView, HeaderRecord, Rulebook, Turn } from '@holdfast/engine'
import type { Source } from '@holdfast/venues'
import { createHistory } from '../api/history.js'
import { createMarketMemory } from '../api/marketMemory.js'
import type { RunOutcome } from '../run/loop.js'
import type { Observer } from '../run/ports.js'
import { reportPage } from './html/page.js'
import type { Fired } from './leadTime.js'
import { alertLines, assessmentLines, decisionLines } from './lines.js'
import { type ReportSummary, summarise } from './summary.js'
import { createTally } from './tally.js'
import { createTwin } from './twin.js'

export type Report = {
  /** To be given to the loop. It must see the run from its first turn on; a resumed run shows it the earlier ones too. */
  readonly observer: Observer
  /** Writes the files, once the loop is done. */
  finish(outcome: RunOutcome): ReportPaths
}

export type ReportPaths = { readonly folder: string; readonly summary: ReportSummary; readonly html: string }

export type ReportOptions = {
  /** Created where it is missing; files of an earlier report in it are replaced. */
  readonly folder: string
  readonly name: string
  readonly header: HeaderRecord
  readonly sources: readonly Source[]
  /** What the reader must know of the run: models, defaults, estimates. A sentence each. */
  readonly assumptions?: readonly string[]
  /** The run is compared with itself without what these rules did; absent: it is not. */
  readonly twin?: { readonly rulebook: Rulebook; readonly answers: readonly string[] }
}

/** Decisions that the page may mark; beyond, they stand in `decisions.jsonl` alone. */
const DECISIONS_KEPT_MAX = 5000

const HISTORY_POINTS_MAX = 4096

/**
 * Collects a run into `report.json`, `report.html`, `decisions.jsonl`, `assessments.jsonl` and `alerts.jsonl`. The same
 * turns give the same bytes.
 */
export function createReport(options: ReportOptions): Report {
  const { folder, name, header, sources, assumptions = [] } = options
  mkdirSync(folder, { recursive: true })
  const lines = {
    decisions: lineFile(folder, 'decisions.jsonl'),
    assessments: lineFile(folder, 'assessments.jsonl'),
    alerts: lineFile(folder, 'alerts.jsonl'),
  }
  const tally = createTally()
  const history = createHistory(HISTORY_POINTS_MAX)
  const market = createMarketMemory()
  const decisions: Decision[] = []
  const fired: Fired[] = []
  /** Places in `fired` of the alerts that stand, by what they are about. */
  const firing = new Map<string, number>()
  let resolved = 0
  const twin = options.twin === undefined ? undefined : createTwin(options.twin.rulebook, options.twin.answers)

  function observe(turn: Turn, view: EngineView): void {
    market.observe(turn.events)
    history.observe(turn.time, view.assessment, market)
    tally.observe(turn, view)
    twin?.observe(turn)
    lines.decisions.write(decisionLines(turn))
    lines.assessments.write(assessmentLines(turn, view.assessment))
    lines.alerts.write(alertLines(turn))
    for (const decision of turn.decisions) {
      if (decisions.length < DECISIONS_KEPT_MAX) decisions.push(decision)
      if (decision.action.kind !== 'alert') continue
      const subject = `${decision.rule} ${JSON.stringify(decision.scope)}`
      const standing = firing.get(subject)
      if (standing !== undefined) fired[standing] = { ...fired[standing]!, until: turn.time }
      firing.delete(subject)
      if (decision.action.state === 'resolved') resolved += 1
      else firing.set(subject, fired.push({ decision, sequence: turn.sequence }) - 1)
    }
  }

  return {
    observer: { name: 'report', turn: observe },
    finish(outcome) {
      for (const file of Object.values(lines)) file.close()
      const summary = summarise({
        name,
        header,
        outcome,
        tally: tally.result(),
        sources: sources.map((source) => source.metadata()),
        fired,
        resolved,
        assumptions,
        ...(twin === undefined ? {} : { twin: twin.summary() }),
      })
      replaceFile(join(folder, 'report.json'), `${JSON.stringify(summary, null, 2)}\n`)
      const html = join(folder, 'report.html')
      replaceFile(html, reportPage(summary, history, decisions))
      return { folder, summary, html }
    },
  }
}

const BUFFER_CHARACTERS = 1 << 20

/** A file of lines, written in large pieces. It gets its name when it is whole. */
function lineFile(folder: string, name: string) {
  const draft = join(folder, `${name}.part`)
  const fd = openSync(draft, 'w')
  let buffer = ''
  const flush = () => {
    writeFileSync(fd, buffer)
    buffer = ''
  }
  return {
    write(lines: readonly string[]): void {
      for (const line of lines) buffer += line
      if (buffer.length > BUFFER_CHARACTERS) flush()
    },
    close(): void {
      flush()
      closeSync(fd)
      renameSync(draft, join(folder, name))
    },
  }
}

function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.part`, text)
  renameSync(`${path}.part`, path)
}
