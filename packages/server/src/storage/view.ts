import { eq, sql } from 'drizzle-orm'
import type { PgDatabase, PgQueryResultHKT, PgTable } from 'drizzle-orm/pg-core'
import type { OpenedJournal } from '../journal/open.js'
import type { Observer } from '../run/ports.js'
import type { Database } from './database.js'
import { addTurn, emptyRows, type ViewRows } from './rows.js'
import {
  alerts,
  assessments,
  CREATE_STATEMENTS,
  decisions,
  flags,
  inputs,
  turns,
  VIEW_VERSION,
  viewState,
} from './schema.js'

export type SqlView = {
  /** To be given to the loop: it follows the journal turn by turn, and skips what it has already. */
  readonly observer: Observer
  /** Sequence of the last turn in the tables; 0 for none. */
  sequence(): number
  /** Writes what waits. */
  flush(): Promise<void>
}

/** Turns that wait for one transaction. */
const TURNS_PER_WRITE = 200

/** Rows of one statement: PostgreSQL takes at most 65,535 parameters. */
const ROWS_PER_INSERT = 1000

/**
 * The SQL view of a journal: tables for queries and reports. It is never the truth: it is written behind the journal, in
 * groups. Dropping it loses nothing. An embedded view that does not fit the journal is emptied, and the loop fills it
 * again; on a server it may be another desk's, so it is left alone.
 *
 * @throws {OtherJournalError} where the tables of a server hold turns of another journal.
 */
export async function openSqlView(database: Database, journal: Pick<OpenedJournal, 'records'>): Promise<SqlView> {
  const { db, place, shared } = database
  let state = await prepare(db)
  if (!fits(state, journal)) {
    if (shared) throw new OtherJournalError(place)
    await dropSqlView(database)
    state = await prepare(db)
  }
  let { sequence } = state
  let rows = emptyRows()
  const qualities = new Map<string, string>()

  async function flush(): Promise<void> {
    const last = rows.turns.at(-1)
    if (last === undefined) return
    const batch = rows
    rows = emptyRows()
    await db.transaction(async (transaction) => {
      await insertAll(transaction, batch)
      const followed = { version: VIEW_VERSION, sequence: last.sequence, head: last.head }
      await transaction.update(viewState).set(followed).where(eq(viewState.id, 1))
    })
    sequence = last.sequence
  }

  return {
    sequence: () => sequence,
    flush,
    observer: {
      name: 'sql',
      async turn(turn, view, context) {
        if (turn.sequence <= sequence) {
          for (const input of view.assessment.inputs) qualities.set(input.name, input.quality)
          return
        }
        addTurn(rows, turn, view, context.head, qualities)
        if (rows.turns.length >= TURNS_PER_WRITE) await flush()
      },
      close: flush,
    },
  }
}

/** Whether the view follows this journal: the record at which it stands has the hash that it had. */
function fits(state: { sequence: number; head: string }, journal: Pick<OpenedJournal, 'records'>): boolean {
  if (state.sequence === 0) return true
  for (const { head } of journal.records()) if (head.sequence === state.sequence) return head.hash === state.head
  return false
}

/** Empties the view: the next run of the loop builds it again from the journal. */
export async function dropSqlView(database: Database): Promise<void> {
  await database.db.execute(sql.raw('drop schema if exists holdfast cascade'))
}

/** The tables hold turns of a journal other than the one at hand. */
export class OtherJournalError extends Error {
  override readonly name = 'OtherJournalError'
  constructor(place: string) {
    super(
      `the schema “holdfast” in ${place} was built from another journal. Give this run a database of its own, or drop that schema: it is built again from the journal.`,
    )
  }
}

type Transaction = Pick<PgDatabase<PgQueryResultHKT>, 'insert'>

async function prepare(db: Database['db']): Promise<{ sequence: number; head: string }> {
  for (const statement of CREATE_STATEMENTS) await db.execute(sql.raw(statement))
  const [state] = await db.select().from(viewState)
  if (state?.version === VIEW_VERSION) return { sequence: state.sequence, head: state.head }
  if (state !== undefined) {
    await db.execute(sql.raw('drop schema holdfast cascade'))
    for (const statement of CREATE_STATEMENTS) await db.execute(sql.raw(statement))
  }
  await db.insert(viewState).values({ id: 1, version: VIEW_VERSION, sequence: 0, head: '' })
  return { sequence: 0, head: '' }
}

async function insertAll(transaction: Transaction, rows: ViewRows): Promise<void> {
  await insertRows(transaction, turns, rows.turns)
  await insertRows(transaction, decisions, rows.decisions)
  await insertRows(transaction, alerts, rows.alerts)
  await insertRows(transaction, assessments, rows.assessments)
  await insertRows(transaction, inputs, rows.inputs)
  await insertRows(transaction, flags, rows.flags)
}

async function insertRows<Table extends PgTable>(
  transaction: Transaction,
  table: Table,
  rows: readonly Table['$inferInsert'][],
): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
    await transaction.insert(table).values(rows.slice(from, from + ROWS_PER_INSERT))
  }
}
