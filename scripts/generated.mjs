// Writes the files that are made from the code (JSON Schemas, the kernel, reference pages, answers of examples), or with --check proves that
// those in the tree are what the code makes now.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const check = process.argv.includes('--check')
const { calcKinds, requestSchema } = await import('@holdfast/calc')
const { clearingEventJsonSchema, configurationSchema, venueSchema } = await import('@holdfast/engine')
const { exampleAnswers } = await import('./reference/answers.mjs')
const { referencePages } = await import('./reference/index.mjs')

/** Path → text. */
const made = new Map()
for (const kind of calcKinds.values())
  made.set(`schemas/calc/${kind.name}.schema.json`, `${JSON.stringify(requestSchema(kind), null, 2)}\n`)
made.set('schemas/configuration.schema.json', `${JSON.stringify(configurationSchema(), null, 2)}\n`)
made.set('schemas/venue.schema.json', `${JSON.stringify(venueSchema(), null, 2)}\n`)
made.set('schemas/clearing-event.schema.json', `${JSON.stringify(clearingEventJsonSchema(), null, 2)}\n`)
for (const [path, text] of [...(await referencePages()), ...exampleAnswers()]) made.set(path, text)

const stale = []
for (const [path, text] of made) {
  const file = `${root}/${path}`
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
  stale.push(path)
  if (check) continue
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
for (const path of stale) console.log(check ? `stale: ${path}` : `wrote ${path}`)

const kernel = spawnSync(process.execPath, [`${root}/scripts/buildKernel.mjs`, ...(check ? ['--check'] : [])], {
  stdio: 'inherit',
})
const failed = (check && stale.length > 0) || kernel.status !== 0
console.log(failed ? 'generated: run `node scripts/generated.mjs` and commit what it writes' : 'generated: fresh')
process.exitCode = failed ? 1 : 0
