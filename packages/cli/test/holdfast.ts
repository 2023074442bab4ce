import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

/** The command as it is installed: built, run by Node as a process of its own. */
const BIN = fileURLToPath(new URL('../bin/holdfast.js', import.meta.url))
const EXAMPLES = new URL('../../../examples/', import.meta.url)

export type Result = { readonly code: number | null; readonly out: string; readonly err: string }

export type CallOptions = {
  readonly cwd?: string
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A process and, once it has ended, what it said. */
export type Running = { readonly child: ChildProcess; readonly done: Promise<Result>; readonly heard: () => string }

export function start(args: readonly string[], options: CallOptions = {}): Running {
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env
  const child = spawn(process.execPath, [BIN, ...args], { cwd: options.cwd, env: { ...env, ...options.env } })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  // Who ends early does not read to the end of what it is given.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  const done = new Promise<Result>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
  })
  return { child, done, heard: () => err }
}

export function holdfast(args: readonly string[], options: CallOptions = {}): Promise<Result> {
  return start(args, options).done
}

/** Runs a configuration to its end without page and SQL view. */
export function runToEnd(folder: string, ...more: readonly string[]): Promise<Result> {
  return holdfast(['run', 'desk.yaml', '--until-end', '--no-serve', '--no-sql', '--json', ...more], { cwd: folder })
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A folder that goes away with the file of tests. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-'))
  folders.push(folder)
  return folder
}

export type DeskOptions = {
  readonly from?: string
  readonly to?: string
  /** Changes of the text, each of which must find its place. */
  readonly edits?: readonly (readonly [string | RegExp, string])[]
}

/** The example desk on a window of the built-in crash: `desk.yaml` in a folder of its own, the journal in `journal` there. */
export function desk(options: DeskOptions = {}): string {
  const { from = '2026-02-05T10:00:00Z', to = '2026-02-06T06:00:00Z', edits = [] } = options
  const folder = scratch()
  writeDesk(folder, [
    ['builtin: february-2026', `builtin: february-2026\n    from: ${from}\n    to: ${to}`],
    ['path: .holdfast/february-2026', 'path: journal'],
    ...edits,
  ])
  return folder
}

function writeDesk(folder: string, edits: readonly (readonly [string | RegExp, string])[]): void {
  let text = readFileSync(new URL('february-2026.yaml', EXAMPLES), 'utf8')
  for (const [from, to] of edits) {
    const changed = text.replace(from, () => to)
    if (changed === text) throw new Error(`the example holds no ${from}`)
    text = changed
  }
  writeFileSync(join(folder, 'desk.yaml'), text)
}

export function json<T = Record<string, unknown>>({ out }: Result): T {
  return JSON.parse(out) as T
}

/** `line:column` of a text in a file, both from 1. */
export function placeOf(folder: string, text: string): string {
  const lines = readFileSync(join(folder, 'desk.yaml'), 'utf8').split('\n')
  const line = lines.findIndex((one) => one.includes(text))
  if (line < 0) throw new Error(`desk.yaml holds no ${text}`)
  return `${line + 1}:${lines[line]!.indexOf(text) + 1}`
}
