import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agrees, type Fence, fencesOf } from './fences.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const command = join(root, 'packages/cli/bin/holdfast.js')
const built = existsSync(join(root, 'packages/cli/dist/main.js'))
if (!built) console.warn('examples: the workspace is not built (npm run build); skipped')

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
].filter((name) => existsSync(join(root, name)))
const fences = new Map(
  pages
    .map((name) => [name, fencesOf(name, readFileSync(join(root, name), 'utf8'))] as const)
    .filter(([, of]) => of.length > 0),
)
const programs = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.mjs'))

let bin = ''
beforeAll(() => {
  bin = mkdtempSync(join(tmpdir(), 'holdfast-bin-'))
  const shims = { holdfast: `exec "${process.execPath}" "${command}" "$@"`, npx: 'exec "$@"' }
  for (const [name, body] of Object.entries(shims)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`)
    chmodSync(join(bin, name), 0o755)
  }
})
afterAll(() => rmSync(bin, { recursive: true, force: true }))

function run(program: string, args: readonly string[], cwd: string) {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, NO_COLOR: '1', TZ: 'UTC' }
  return spawnSync(program, args, { cwd, env, encoding: 'utf8', timeout: 60_000 })
}

describe.skipIf(!built)('examples', () => {
  it.each(programs)('behavior: %s prints what stands beside it', async (name) => {
    const { stdout, stderr, status } = run(process.execPath, [join(root, 'examples', name)], root)
    expect(status, stderr).toBe(0)
    await expect(stdout).toMatchFileSnapshot(join(root, 'examples', name.replace('.mjs', '.out.txt')))
  })

  it('behavior: the command answers a file of requests as stated beside it', () => {
    const requests = join(root, 'examples/requests')
    const { stdout, status } = run(
      process.execPath,
      [command, 'calc', 'margin', '--in', join(requests, 'margin.jsonl')],
      root,
    )
    expect(status).toBe(1)
    expect(stdout).toBe(readFileSync(join(requests, 'margin.answers.jsonl'), 'utf8'))
  })
})

describe.skipIf(!built)('documentation', () => {
  it('behavior: pages hold blocks to run', () => {
    expect(fences.size).toBeGreaterThanOrEqual(3)
  })

  // The blocks of one page run one after the other in one folder, as a reader would.
  it.each([...fences])('behavior: what %s shows is what happens', (_page, blocks) => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-docs-'))
    try {
      symlinkSync(join(root, 'examples'), join(folder, 'examples'))
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
      for (const block of blocks) expectAsStated(block, folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('behavior: every link of a page leads to a file', () => {
    const dead = pages.flatMap((name) => {
      const folder = new URL(`file://${join(root, name)}`)
      const links = [...readFileSync(join(root, name), 'utf8').matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)]
      return links
        .map(([, target]) => target!)
        .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(new URL(target, folder)))
        .map((target) => `${name}: ${target}`)
    })
    expect(dead).toEqual([])
  })

  it('behavior: llms.txt and the front page of the docs name every page', () => {
    const named = ['docs/llms.txt', 'docs/README.md'].map((name) => readFileSync(join(root, name), 'utf8'))
    const listed = pages.filter((name) => name.startsWith('docs/') && name !== 'docs/README.md')
    for (const text of named) expect(listed.filter((name) => !text.includes(name.slice('docs/'.length)))).toEqual([])
  })
})

function expectAsStated({ page, line, language, code, exitCode, output }: Fence, folder: string): void {
  const where = `${page}:${line}`
  const file = join(folder, 'block.mjs')
  if (language === 'js') writeFileSync(file, code)
  const result =
    language === 'js' ? run(process.execPath, [file], folder) : run('bash', ['-euo', 'pipefail', '-c', code], folder)
  expect(result.status, `${where}\n${result.stdout}${result.stderr}`).toBe(exitCode)
  if (output === undefined) return
  expect(agrees(output, result.stdout), `${where} states\n${output}\nand prints\n${result.stdout}`).toBe(true)
}
