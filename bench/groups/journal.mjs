// Appending to the journal against a raw fdatasync of the same bytes, in interleaved rounds of the same run.
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openJournal } from '@holdfast/server'
import { median } from '../measure.mjs'

const EVENTS_PER_RECORD = 512
const EVENT_BYTES = 128
const RECORD_BYTES = EVENTS_PER_RECORD * EVENT_BYTES
const COMMITS = 200
const SEGMENT_BYTES = 64 << 20

/** Records on their way at a time: they share a sync. The loop itself keeps up to 64 turns in flight. */
const IN_FLIGHT = 16

/** @returns {Promise<readonly object[]>} results as `npm run bench -- --json` prints them. */
export async function run({ rounds = 7 } = {}) {
  const folder = mkdtempSync(join(process.env.HOLDFAST_BENCH_FOLDER ?? tmpdir(), 'holdfast-bench-'))
  try {
    const journal = await openJournal(join(folder, 'journal'), { segmentBytes: SEGMENT_BYTES })
    const probe = openProbe(join(folder, 'probe'))
    const payload = `{"kind":"turn","turn":"${'x'.repeat(RECORD_BYTES - 80)}"}`
    await appendAll(journal, payload)
    probe.commitAll()
    const ours = []
    const raw = []
    const ratios = []
    for (let round = 0; round < rounds; round++) {
      const [first, second] = round % 2 === 0 ? ['ours', 'raw'] : ['raw', 'ours']
      const times = {}
      for (const which of [first, second]) {
        const start = performance.now()
        if (which === 'ours') await appendAll(journal, payload)
        else probe.commitAll()
        times[which] = (performance.now() - start) / COMMITS
      }
      ours.push(times.ours)
      raw.push(times.raw)
      ratios.push(times.ours / times.raw)
    }
    probe.close()
    await journal.close()
    return [
      {
        id: 'journal/append-vs-fdatasync',
        what: `one durable record of ${EVENTS_PER_RECORD} events of ${EVENT_BYTES} B: framed, checksummed, hashed, synced (goal: ratio ≤ 1.18, that is 0.85 of the probe's rate)`,
        median: median(ours),
        unit: 'ms',
        runs: rounds,
        peer: { name: 'write + fdatasync of the same bytes, preallocated and zeroed', median: median(raw) },
        ratio: median(ratios),
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function appendAll(journal, payload) {
  const waiting = []
  for (let i = 0; i < COMMITS; i++) {
    waiting.push(journal.appendText(payload))
    if (waiting.length >= IN_FLIGHT) await waiting.shift()
  }
  await Promise.all(waiting)
}

function openProbe(path) {
  const bytes = Buffer.alloc(RECORD_BYTES, 120)
  const fd = openSync(path, 'w')
  const size = COMMITS * RECORD_BYTES
  writeSync(fd, Buffer.alloc(size))
  fdatasyncSync(fd)
  return {
    commitAll() {
      for (let i = 0; i < COMMITS; i++) {
        writeSync(fd, bytes, 0, bytes.length, i * RECORD_BYTES)
        fdatasyncSync(fd)
      }
    },
    close: () => closeSync(fd),
  }
}
