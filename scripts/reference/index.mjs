// The pages of docs/reference that are made from the code, one noun a module.
import * as actionMatrix from './actionMatrix.mjs'
import * as calculations from './calculations.mjs'
import * as configuration from './configuration.mjs'
import * as diagnostics from './diagnostics.mjs'
import * as flags from './flags.mjs'
import * as marginModels from './marginModels.mjs'
import * as measures from './measures.mjs'
import * as metrics from './metrics.mjs'
import * as problems from './problems.mjs'
import * as verbs from './verbs.mjs'

const pages = [
  actionMatrix,
  calculations,
  configuration,
  diagnostics,
  flags,
  marginModels,
  measures,
  metrics,
  problems,
  verbs,
]

/** Path → text of every page. */
export async function referencePages() {
  return new Map(await Promise.all(pages.map(async ({ path, text }) => [path, await text()])))
}
