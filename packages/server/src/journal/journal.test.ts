import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JournalRecord, Turn } from '@holdfast/engine'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type JournalFiles, nodeFiles } from './files.js'
import { openJournal } from './open.js'
import { type JournalFault, walkJournal } from './read.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-journal-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const SMALL = { segmentBytes: 2048 }

function record(sequence: number, padding = 0): JournalRecord {
  const turn: Turn = {
    sequence,
    time: sequence * 1000,
    events: [],
    decisions: [],
    flags: padding > 0 ? [{ code: 'x', subject: 'padding', detail: '.'.repeat(padding) }] : [],
    assessmentDigest: 'a',
    stateDigest: 'b',
  }
  return { kind: 'turn', turn }
}

async function written(count: number, options = SMALL) {
  const journal = await openJournal(folder, options)
  for (let i = journal.recordCount; i < count; i++) await journal.append(record(i))
  const head = journal.head()!
  await journal.close()
  return head
}

function faults(expected?: { hash: string }): readonly JournalFault[] {
  return [...walkJournal(nodeFiles(folder), expected)].flatMap((step) => (step.kind === 'fault' ? [step.fault] : []))
}

const kinds = () => faults().map((fault) => fault.kind)
const segments = () => readdirSync(folder).filter((name) => name.startsWith('segment'))
const segmentPath = (index: number) => join(folder, segments()[index]!)

/** Bytes of the journal's files, to put back after a test has spoiled them. */
function snapshot() {
  const saved = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const)
  return () => {
    for (const name of readdirSync(folder)) rmSync(join(folder, name))
    for (const [name, bytes] of saved) writeFileSync(join(folder, name), bytes)
  }
}

describe('writing', () => {
  test('behavior: what is appended is read back, over several segments and sessions', async () => {
    await written(5)
    await written(40)
    const journal = await openJournal(folder, SMALL)
    expect([...journal.records()].map(({ record }) => record)).toEqual(Array.from({ length: 40 }, (_, i) => record(i)))
    expect(journal.recovered).toEqual([])
    await journal.close()
    expect(segments().length).toBeGreaterThan(3)
    expect(faults()).toEqual([])
  })

  test('behavior: the same records give the same bytes, however they were grouped and in how many sessions', async () => {
    const head = await written(30)
    const bytes = segments().map((_, i) => readFileSync(segmentPath(i)))
    rmSync(folder, { recursive: true })
    const journal = await openJournal(folder, SMALL)
    const heads = await Promise.all(Array.from({ length: 12 }, (_, i) => journal.append(record(i))))
    expect(heads.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 12 }, (_, i) => i))
    await journal.close()
    expect(await written(30)).toEqual(head)
    expect(segments().map((_, i) => readFileSync(segmentPath(i)))).toEqual(bytes)
  })

  test('behavior: a record larger than a segment gets a segment of its own', async () => {
    const journal = await openJournal(folder, SMALL)
    for (const [i, padding] of [0, 10_000, 0, 1900].entries()) await journal.append(record(i, padding))
    await journal.close()
    const again = await openJournal(folder, SMALL)
    expect([...again.records()].map(({ record }) => record)).toEqual([
      record(0),
      record(1, 10_000),
      record(2),
      record(3, 1900),
    ])
    await again.close()
  })

  test('behavior: an append resolves only after the sync that covers it, and appends share syncs', async () => {
    const log: string[] = []
    const journal = await openJournal(folder, { files: watched(nodeFiles(folder), log) })
    await journal.append(record(0))
    log.length = 0
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        await journal.append(record(i + 1))
        log.push(`acknowledged ${i + 1}`)
      }),
    )
    expect(log.slice(0, 4)).toEqual(['write', 'sync', 'head', 'acknowledged 1'])
    expect(log.filter((entry) => entry === 'sync').length).toBeLessThan(5)
    await journal.close()
  })
})

describe('failure', () => {
  test('error: after a failed sync nothing is acknowledged, then or later', async () => {
    const fault = { at: 'none' as 'none' | 'write' | 'sync', code: 'EIO' }
    const journal = await openJournal(folder, { files: faulty(nodeFiles(folder), fault) })
    await journal.append(record(0))
    fault.at = 'sync'
    const both = await Promise.allSettled([journal.append(record(1)), journal.append(record(2))])
    for (const outcome of both)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'JOURNAL_FAILED' } })
    fault.at = 'none'
    await expect(journal.append(record(3))).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
    expect(journal.head()?.sequence).toBe(0)
    await journal.close()
    const again = await openJournal(folder)
    expect(again.recordCount).toBeGreaterThanOrEqual(1)
    await again.append(record(again.recordCount))
    await again.close()
    expect(faults()).toEqual([])
  })

  test('error: a full disk stops with a state of its own, and the journal goes on once there is room', async () => {
    const fault = { at: 'none' as 'none' | 'write' | 'sync', code: 'ENOSPC' }
    const journal = await openJournal(folder, { ...SMALL, files: faulty(nodeFiles(folder), fault) })
    await journal.append(record(0))
    fault.at = 'write'
    await expect(journal.append(record(1))).rejects.toMatchObject({ code: 'JOURNAL_DISK_FULL' })
    await journal.close()
    expect((await written(6)).sequence).toBe(5)
  })

  test('error: a folder in use is refused, and free again after close', async () => {
    const journal = await openJournal(folder)
    await expect(openJournal(folder)).rejects.toMatchObject({ code: 'JOURNAL_LOCKED', message: /process \d+/ })
    await journal.close()
    await (await openJournal(folder)).close()
  })

  test('behavior: the lock of a process that is no more is taken over, even where its id came round again', async () => {
    const { hostname } = await import('node:os')
    for (const holder of [
      { host: hostname(), pid: 2 ** 22 + 1, started: 'x' },
      { host: hostname(), pid: process.pid, started: 'another boot:1' },
    ]) {
      writeFileSync(join(folder, 'lock'), JSON.stringify(holder))
      await (await openJournal(folder)).close()
    }
    writeFileSync(join(folder, 'lock'), JSON.stringify({ host: 'elsewhere', pid: 1, started: '' }))
    await expect(openJournal(folder)).rejects.toMatchObject({ code: 'JOURNAL_LOCKED', message: /elsewhere/ })
  })
})

describe('recovery', () => {
  test('behavior: cut at any byte behind the acknowledged records, it goes on to the same head', async () => {
    const whole = await written(6)
    const all = readFileSync(segmentPath(0))
    const anchorAt = (count: number) => anchors[count]!
    const anchors: Buffer[] = []
    rmSync(folder, { recursive: true })
    for (let count = 1; count <= 6; count++) {
      await written(count)
      anchors[count] = readFileSync(join(folder, 'head.json'))
    }
    const ends = frameEnds(all)
    for (let cut = ends[2]!; cut < ends[5]!; cut++) {
      const torn = Buffer.alloc(all.length)
      all.copy(torn, 0, 0, cut)
      writeFileSync(segmentPath(0), torn)
      writeFileSync(join(folder, 'head.json'), anchorAt(3))
      const journal = await openJournal(folder, SMALL)
      expect(journal.recordCount).toBeGreaterThanOrEqual(3)
      for (let i = journal.recordCount; i < 6; i++) await journal.append(record(i))
      expect(journal.head(), `cut at ${cut}`).toEqual(whole)
      await journal.close()
      expect(readFileSync(segmentPath(0)).equals(all)).toBe(true)
    }
  })

  test('error: a cut into acknowledged records is refused and changes nothing', async () => {
    await written(6)
    const ends = frameEnds(readFileSync(segmentPath(0)))
    const restore = snapshot()
    for (let cut = 0; cut < ends[5]!; cut += 7) {
      truncateSync(segmentPath(0), cut)
      await expect(openJournal(folder, SMALL), `cut at ${cut}`).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' })
      expect(readFileSync(segmentPath(0)).length).toBe(cut)
      restore()
    }
  })

  test('behavior: a file cut short behind its records gets its length back', async () => {
    const head = await written(3)
    const ends = frameEnds(readFileSync(segmentPath(0)))
    truncateSync(segmentPath(0), ends[2]! + 5)
    expect(kinds()).toEqual(['truncated-tail'])
    const journal = await openJournal(folder, SMALL)
    expect(journal.head()).toEqual(head)
    await journal.close()
    expect(faults()).toEqual([])
  })
})

describe('telling faults apart', () => {
  test('behavior: every flipped bit of a journal is told, with its record and byte', async () => {
    await written(3, { segmentBytes: 1024 })
    const path = segmentPath(0)
    const bytes = readFileSync(path)
    for (let offset = 0; offset < bytes.length; offset++) {
      const bit = (offset * 5) % 8
      bytes[offset]! ^= 1 << bit
      writeFileSync(path, bytes)
      bytes[offset]! ^= 1 << bit
      const found = faults()
      if (offset < 64) expect(found[0], `byte ${offset}`).toMatchObject({ kind: 'damaged-segment-header' })
      else expect(found, `byte ${offset}`).toMatchObject([{ kind: 'flipped-bit', offset, bit }])
    }
    writeFileSync(path, bytes)
    expect(faults()).toEqual([])
  })

  test('behavior: a journal cut at any byte, or at a record’s boundary, is told as truncated', async () => {
    await written(6)
    const bytes = readFileSync(segmentPath(0))
    const ends = frameEnds(bytes)
    const restore = snapshot()
    for (const cut of [...ends.slice(0, 5), ...Array.from({ length: 60 }, (_, i) => i * 13)]) {
      truncateSync(segmentPath(0), cut)
      expect(kinds()[0], `cut at ${cut}`).toBe('truncated-tail')
      restore()
      const zeroed = Buffer.from(bytes)
      zeroed.fill(0, Math.max(cut, 64))
      writeFileSync(segmentPath(0), zeroed)
      expect(kinds().at(-1), `zeroed from ${cut}`).toBe('truncated-tail')
      restore()
    }
  })

  test('behavior: without the anchor in the folder, one from elsewhere still tells a truncated tail', async () => {
    const head = await written(6)
    const bytes = readFileSync(segmentPath(0))
    rmSync(join(folder, 'head.json'))
    expect(faults({ hash: head.hash })).toEqual([])
    bytes.fill(0, frameEnds(bytes)[4]!)
    writeFileSync(segmentPath(0), bytes)
    expect(faults()).toEqual([])
    expect(faults({ hash: head.hash })).toMatchObject([{ kind: 'head-mismatch', sequence: 4, expectedHash: head.hash }])
  })

  test('behavior: dropped records, missing, swapped and foreign segments are each told', async () => {
    await written(40)
    const restore = snapshot()
    const names = segments().map((name) => join(folder, name))

    const bytes = readFileSync(names[1]!)
    const ends = frameEnds(bytes)
    writeFileSync(
      names[1]!,
      Buffer.concat([bytes.subarray(0, ends[0]), bytes.subarray(ends[1]), Buffer.alloc(ends[1]! - ends[0]!)]),
    )
    expect(faults()).toMatchObject([{ kind: 'dropped-records', segment: segments()[1], offset: ends[0] }])
    restore()

    rmSync(names[1]!)
    expect(kinds()).toEqual(['missing-segment'])
    restore()

    const [second, third] = [readFileSync(names[1]!), readFileSync(names[2]!)]
    writeFileSync(names[1]!, third)
    writeFileSync(names[2]!, second)
    expect(kinds().slice(0, 2)).toEqual(['misplaced-segment', 'misplaced-segment'])
    restore()

    rmSync(names.at(-1)!)
    expect(kinds()).toEqual(['truncated-tail'])
    restore()

    writeFileSync(join(folder, 'head.json'), 'nonsense')
    expect(kinds()).toEqual(['head-unreadable'])
  })
})

/** Where each record of a segment ends. */
function frameEnds(bytes: Buffer): number[] {
  const ends: number[] = []
  for (let at = 64; bytes.length >= at + 48 && bytes.readUInt32LE(at) > 0; ) {
    at += 48 + Math.ceil(bytes.readUInt32LE(at) / 8) * 8
    ends.push(at)
  }
  return ends
}

function watched(files: JournalFiles, log: string[]): JournalFiles {
  return {
    ...files,
    open(name) {
      const file = files.open(name)
      return {
        ...file,
        write: (chunks, position) => file.write(chunks, position).then(() => void log.push('write')),
        sync: () => file.sync().then(() => void log.push('sync')),
        writeNow(bytes, position) {
          log.push('head')
          file.writeNow(bytes, position)
        },
      }
    },
  }
}

function faulty(files: JournalFiles, fault: { at: 'none' | 'write' | 'sync'; code: string }): JournalFiles {
  const check = (operation: 'write' | 'sync') => {
    if (fault.at === operation) throw Object.assign(new Error(`${fault.code}: injected`), { code: fault.code })
  }
  return {
    ...files,
    open(name) {
      const file = files.open(name)
      return {
        ...file,
        async write(chunks, position) {
          check('write')
          await file.write(chunks, position)
        },
        async sync() {
          check('sync')
          await file.sync()
        },
      }
    },
  }
}
