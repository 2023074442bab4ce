import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toyEngine } from '../../test/toyEngine.js'
import { openJournal } from '../journal/open.js'
import { verifyJournal } from '../journal/verify.js'

const TURNS = 60
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
let folder: string
let script: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-kill-'))
  const alias = Object.fromEntries(
    ['quant', 'engine', 'venues'].map((name) => [`@holdfast/${name}`, here(`../../../${name}/src/index.ts`)]),
  )
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias },
    ssr: { noExternal: true },
    build: { ssr: here('../../test/killed.ts'), outDir: folder, emptyOutDir: false, minify: false, target: 'node20' },
  })
  script = join(folder, 'killed.js')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Ended = { readonly acknowledged: readonly number[]; readonly killed: boolean; readonly errors: string }

function watch(child: ChildProcess): Promise<Ended> {
  let output = ''
  let errors = ''
  child.stdout!.on('data', (data) => {
    output += data
  })
  child.stderr!.on('data', (data) => {
    errors += data
  })
  return new Promise((resolve) => {
    child.on('close', (_code, signal) => {
      const lines = output.split('\n').slice(0, -1)
      resolve({ acknowledged: lines.map(Number), killed: signal === 'SIGKILL', errors })
    })
  })
}

function start(path: string, ...more: readonly string[]): ChildProcess {
  return spawn(process.execPath, [script, path, String(TURNS), ...more], { stdio: ['ignore', 'pipe', 'pipe'] })
}

const headOf = (path: string) => JSON.parse(readFileSync(join(path, 'head.json'), 'latin1'))
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('a process that is killed', () => {
  test('behavior: at any byte, it loses no acknowledged turn, repeats none, and ends with the same head', async () => {
    const whole = join(folder, 'whole')
    expect(await watch(start(whole))).toMatchObject({ killed: false, errors: '', acknowledged: range(1, TURNS) })
    const total = 22_000
    // Some at record boundaries, some in headers, some amid text, some in a new segment.
    for (let i = 0; i < 14; i++) {
      const path = join(folder, `killed-${i}`)
      const atByte = 64 + Math.floor(((i * 7919) % 14) * (total / 14)) + i
      const killed = await watch(start(path, String(atByte)))
      expect(killed, `byte ${atByte}`).toMatchObject({ killed: true, errors: '' })
      const again = await watch(start(path))
      expect(again, `byte ${atByte}`).toMatchObject({ killed: false, errors: '', acknowledged: range(1, TURNS) })
      expect(headOf(path), `byte ${atByte}`).toEqual(headOf(whole))
      const report = verifyJournal(path, { engineFor: () => toyEngine() })
      expect(report).toMatchObject({ ok: true, turns: TURNS, replayedTurns: TURNS })
    }
  })

  test('behavior: killed from outside again and again, it still ends with the same head', async () => {
    const path = join(folder, 'again')
    let kills = 0
    for (let round = 0; round < 20; round++) {
      const child = start(path)
      const ended = watch(child)
      let seen = 0
      child.stdout!.on('data', (data) => {
        seen += String(data).split('\n').length - 1
        // Each round gets a little further before the kill.
        if (seen > 4 + round * 5) child.kill('SIGKILL')
      })
      const { killed, errors } = await ended
      expect(errors).toBe('')
      if (!killed) break
      kills += 1
    }
    expect(kills).toBeGreaterThan(0)
    expect(await watch(start(path))).toMatchObject({ acknowledged: range(1, TURNS) })
    expect(headOf(path)).toEqual(headOf(join(folder, 'whole')))
  })

  test('error: a second process is refused while the first runs', async () => {
    const path = join(folder, 'shared')
    const journal = await openJournal(path)
    const second = await watch(start(path))
    await journal.close()
    expect(second.errors).toContain(`in use by process ${process.pid}`)
    expect(second.acknowledged).toEqual([])
  })
})
