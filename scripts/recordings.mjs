// Where recorded data and worked examples lie, for tests and benchmarks. Neither is part of the project: each is looked for
// where HOLDFAST_DATA or HOLDFAST_VECTORS points, and else in the folders beside the project.
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

function find(given, folder, mark) {
  if (given !== undefined) return resolve(root, given)
  const beside = dirname(resolve(root))
  const home = readdirSync(beside)
    .sort()
    .find((name) => existsSync(join(beside, name, folder, mark)))
  // Where there is none, a path that does not exist: the tests that need it say so and are skipped.
  return join(beside, home ?? 'absent', folder)
}

/** The folder of recorded data: `deribit_options`, `prices` and others lie in it. */
export const RECORDED_DATA = find(process.env.HOLDFAST_DATA, 'data', 'deribit_options')

/** The folder of worked examples of margin and liquidation. */
export const WORKED_EXAMPLES = find(process.env.HOLDFAST_VECTORS, 'vectors', 'README.md')
