import { fileURLToPath } from 'node:url'

/** Scenarios that come with the package, by the name that a configuration uses (`builtin: february-2026`). */
export const BUILT_IN_SCENARIOS: Readonly<Record<string, string>> = {
  'february-2026': dataFile('february-2026.jsonl'),
}

/** The same place seen from `src` and from `dist`. */
function dataFile(name: string): string {
  return fileURLToPath(new URL(`../../src/scenario/data/${name}`, import.meta.url))
}
