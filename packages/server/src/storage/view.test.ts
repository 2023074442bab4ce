import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { POSTGRES_MISSING, startPostgres, type TestServer } from '../../test/postgres.js'
import { TOY_HEADER, toyEngine, walkSource } from '../../test/toyEngine.js'
import { openJournal } from '../journal/open.js'
import { systemClock } from '../run/clock.js'
import { runLoop } from '../run/loop.js'
import type { Observer } from '../run/ports.js'
import { type Database, openDatabase } from './database.js'
import { dropSqlView, openSqlView } from './view.js'

const postgres: TestServer | undefined = await startPostgres()
if (postgres === undefined) process.stderr.write(`SQL view on a server: skipped, ${POSTGRES_MISSING}\n`)
afterAll(() => postgres?.stop())

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-sql-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const TURNS = 450

async function run(database: Database, { stopAt, name = 'journal' }: { stopAt?: number; name?: string } = {}) {
  const journal = await openJournal(join(folder, name), { segmentBytes: 1 << 18 })
  const view = await openSqlView(database, journal).catch(async (error) => {
    await journal.close()
    throw error
  })
  const controller = new AbortController()
  const stopper: Observer = {
    name: 'stop',
    turn({ sequence }) {
      if (sequence === stopAt) controller.abort()
    },
  }
  const outcome = await runLoop({
    engine: toyEngine(),
    header: { ...TOY_HEADER, configuration: name },
    sources: [walkSource('walk', TURNS, 1000)],
    journal,
    clock: systemClock,
    speed: 'max',
    signal: controller.signal,
    observers: [view.observer, stopper],
  }).done
  return { view, outcome }
}

async function query(database: Database, text: string): Promise<readonly unknown[]> {
  return ((await database.db.execute<Record<string, unknown>>(sql.raw(text))) as unknown as { rows: unknown[] }).rows
}

/** Everything in the tables, in order. */
async function dump(database: Database) {
  const tables = ['view_state', 'turns', 'decisions', 'alerts', 'assessments', 'inputs', 'flags']
  const all = await Promise.all(
    tables.map(async (table) => [table, await query(database, `select * from holdfast.${table} order by 1, 2, 3`)]),
  )
  return JSON.parse(JSON.stringify(Object.fromEntries(all)))
}

describe.each([
  ['PGlite', async () => openDatabase({ kind: 'memory' }), false],
  ['PostgreSQL', async () => openDatabase({ kind: 'server', url: postgres!.url }), postgres === undefined],
])('SQL view on %s', (_place, open, skipped) => {
  let database: Database
  beforeAll(async () => {
    if (!skipped) database = await open()
  })
  beforeEach(async () => {
    if (!skipped) await dropSqlView(database)
  })
  afterAll(() => database?.close())

  test.skipIf(skipped)('behavior: it follows the journal, and its numbers are those of the turns', async () => {
    const { view, outcome } = await run(database)
    expect(view.sequence()).toBe(TURNS)
    expect(await query(database, 'select count(*)::int as n, min(time) as first from holdfast.turns')).toEqual([
      { n: TURNS, first: expect.anything() },
    ])
    const [last] = await query(database, 'select head from holdfast.turns order by sequence desc limit 1')
    expect(last).toEqual({ head: outcome.head.hash })
    const [joined] = await query(
      database,
      "select count(*)::int as n from holdfast.decisions d join holdfast.alerts a using (id) where d.body->>'rule' = a.rule",
    )
    expect(joined).toEqual({ n: (await dump(database)).decisions.length })
  })

  test.skipIf(skipped)('behavior: stopped and resumed, or dropped and built again, it holds the same', async () => {
    await run(database)
    const whole = await dump(database)
    await dropSqlView(database)
    await run(database)
    expect(await dump(database)).toEqual(whole)
    rmSync(join(folder, 'journal'), { recursive: true })
    await dropSqlView(database)
    for (const stopAt of [10, 300]) await run(database, { stopAt })
    expect((await run(database)).view.sequence()).toBe(TURNS)
    expect(await dump(database)).toEqual(whole)
  })

  test.skipIf(skipped)(
    'behavior: where it was built from another journal, it is built again, or refused on a server',
    async () => {
      await run(database, { stopAt: 20, name: 'other' })
      const second = run(database)
      if (database.shared) await expect(second).rejects.toThrow('built from another journal')
      else expect((await second).view.sequence()).toBe(TURNS)
    },
  )
})

test('behavior: PGlite keeps the view in the journal’s folder', async () => {
  const database = await openDatabase({ kind: 'embedded', folder })
  await run(database, { stopAt: 5 })
  await database.close()
  const again = await openDatabase({ kind: 'embedded', folder })
  expect(await query(again, 'select count(*)::int as n from holdfast.turns')).toEqual([{ n: expect.any(Number) }])
  await again.close()
})
