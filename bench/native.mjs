// Native peers: built once with the machine's compiler, run as a child that answers requests on its pipes.
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const cache = join(here, '../node_modules/.cache/holdfast-bench')

/** Why a peer cannot be had on this machine: reported in its place. */
export class PeerUnavailable extends Error {}

function compiler(candidates) {
  for (const name of candidates) {
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' })
      return name
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
    }
  }
  throw new PeerUnavailable(`no compiler (${candidates.join(', ')}); apt-get install gcc g++`)
}

/**
 * Compiles bench/peers/`source` and gives the path of the program. The cache is keyed by source, flags and compiler.
 *
 * @throws {PeerUnavailable} where there is no compiler or it fails.
 */
export function build(source, flags) {
  const path = join(here, 'peers', source)
  const cc = compiler(source.endsWith('.cpp') ? ['g++', 'clang++'] : ['gcc', 'clang'])
  const key = createHash('sha256')
    .update(readFileSync(path))
    .update(JSON.stringify([cc, flags]))
    .digest('hex')
  const program = join(cache, key.slice(0, 24))
  if (existsSync(program)) return program
  mkdirSync(cache, { recursive: true })
  try {
    execFileSync(cc, ['-O3', '-march=native', '-o', program, path, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] })
  } catch (error) {
    const first =
      String(error.stderr)
        .split('\n')
        .find((line) => line.includes('error')) ?? error.message
    throw new PeerUnavailable(`${source} does not compile: ${first.trim()}`)
  }
  return program
}

/** Starts a program; `send` writes a request, `ask` also waits for its answer of so many bytes. */
export function start(program) {
  const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] })
  let held = []
  let size = 0
  let waiting
  const settle = () => {
    if (waiting === undefined || size < waiting.bytes) return
    const all = Buffer.concat(held)
    const { bytes, resolve } = waiting
    held = [all.subarray(bytes)]
    size = all.length - bytes
    waiting = undefined
    resolve(all.subarray(0, bytes))
  }
  child.stdout.on('data', (chunk) => {
    held.push(chunk)
    size += chunk.length
    settle()
  })
  child.on('exit', (code) => waiting?.reject(new Error(`${program} ended with status ${code}`)))
  const send = (kind, counts, columns = []) => {
    const head = BigUint64Array.of(BigInt(kind.charCodeAt(0)), ...[0, 1, 2].map((i) => BigInt(counts[i] ?? 0)))
    child.stdin.write(Buffer.from(head.buffer))
    for (const column of columns) {
      child.stdin.write(Buffer.from(column.buffer, column.byteOffset, column.byteLength))
    }
  }
  return {
    send,
    /** Nanoseconds of CPU for one repeat, and the numbers. */
    ask: async (kind, repeats, numbers) => {
      const bytes = 8 * (1 + numbers)
      const answer = await new Promise((resolve, reject) => {
        waiting = { bytes, resolve, reject }
        send(kind, [0, 0, repeats])
        settle()
      })
      const values = new Float64Array(numbers + 1)
      Buffer.from(values.buffer).set(answer)
      return { nanoseconds: values[0], values: values.subarray(1) }
    },
    close: () => child.stdin.end(),
  }
}
