// npm run bench [-- GROUP|ID-PREFIX …] [--json]. Each file of bench/groups exports `benchmarks`, a list of
// {id, run: () => Promise<result>}, or `run` for a whole group whose ids begin with the file's name; see measure.mjs for a
// result.
import { readdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const { values: options, positionals: wanted } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
})

const folder = join(dirname(fileURLToPath(import.meta.url)), 'groups')
const benchmarks = []
for (const file of readdirSync(folder).sort()) {
  if (!file.endsWith('.mjs')) continue
  const group = await import(pathToFileURL(join(folder, file)).href)
  benchmarks.push(...(group.benchmarks ?? [{ id: `${file.slice(0, -'.mjs'.length)}/`, run: group.run }]))
}
const isWanted = (id) => wanted.length === 0 || wanted.some((name) => id.startsWith(name))
/** A group that runs as a whole is also chosen by the name of one of its results. */
const mayHold = (id) => id.endsWith('/') && wanted.some((name) => name.startsWith(id))
const chosen = benchmarks.filter(({ id }) => isWanted(id) || mayHold(id))
if (chosen.length === 0) {
  const groups = [...new Set(benchmarks.map(({ id }) => id.split('/')[0]))].join(', ')
  console.error(`no benchmark is called ${wanted.join(', ')}; groups: ${groups}`)
  process.exit(2)
}

const results = []
for (const [i, { id, run }] of chosen.entries()) {
  console.error(`[${i + 1}/${chosen.length}] ${id}`)
  const found = await run()
  for (const result of [found].flat()) {
    if (!isWanted(result.id)) continue
    results.push(result)
    if (!options.json) console.log(line(result))
  }
}
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  platform: process.platform,
  arch: process.arch,
}
if (options.json) console.log(JSON.stringify({ machine, node: process.version, results }, null, 2))

function line({ id, what, median, unit, peer, ratio }) {
  const own = `${id}\n    ${what}\n    ${figure(median)} ${unit}`
  if (peer === undefined) return own
  if (peer.unavailable !== undefined) return `${own}; ${peer.name}: not measured, ${peer.unavailable}`
  return `${own}; ${peer.name}: ${figure(peer.median)} ${unit}; ratio ${figure(ratio)}`
}

function figure(x) {
  return x >= 100 ? x.toFixed(0) : x.toPrecision(3)
}
