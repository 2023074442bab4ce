// Proves the house's one rule: imports go only downwards. The manifests and the project references must both say so; that
// sources import nothing beyond their manifest is the linter's part (noUndeclaredDependencies).
import { readFileSync } from 'node:fs'

const below = {
  quant: [],
  engine: ['quant'],
  calc: ['quant', 'engine'],
  venues: ['quant', 'engine'],
  simulator: ['quant', 'engine', 'venues'],
  server: ['quant', 'engine', 'calc', 'venues', 'simulator'],
  dashboard: ['quant'],
  cli: ['quant', 'engine', 'calc', 'venues', 'simulator', 'server'],
}
/** The core may use nothing that needs a machine: each of its outside dependencies is pure and is named here. */
const pure = ['@marcbachmann/cel-js', '@noble/hashes', 'yalps', 'yaml', 'zod']

const read = (path) => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'))
const faults = []
for (const [name, allowed] of Object.entries(below)) {
  const { dependencies = {} } = read(`packages/${name}/package.json`)
  for (const [dependency, version] of Object.entries(dependencies)) {
    if (!/^\d/.test(version)) faults.push(`packages/${name}: ${dependency} is not pinned to one version (${version})`)
    const [, room] = /^@holdfast\/(.+)$/.exec(dependency) ?? []
    if (room !== undefined && !allowed.includes(room)) faults.push(`packages/${name} must not depend on ${dependency}`)
    if (room === undefined && ['quant', 'engine', 'calc'].includes(name) && !pure.includes(dependency))
      faults.push(`packages/${name} is core; ${dependency} is not on its list`)
  }
  for (const { path } of read(`packages/${name}/tsconfig.json`).references ?? []) {
    const room = path.replace('../', '')
    if (!allowed.includes(room)) faults.push(`packages/${name}/tsconfig.json must not reference ${path}`)
  }
}
for (const fault of faults) console.error(fault)
console.log(faults.length === 0 ? 'boundaries: imports go only downwards' : `boundaries: ${faults.length} broken`)
process.exitCode = faults.length === 0 ? 0 : 1
