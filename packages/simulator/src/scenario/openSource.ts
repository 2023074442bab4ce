import { type FileSourceConfiguration, openFileSource, resolvePath, type Source, SourceError } from '@holdfast/venues'
import { BUILT_IN_SCENARIOS } from './builtIn.js'
import { readScenario } from './format.js'
import { openScenario, type ScenarioConfiguration } from './scenarioSource.js'

export type SourceConfiguration =
  | FileSourceConfiguration
  | (ScenarioConfiguration & { readonly path?: string; readonly builtin?: string })

/**
 * Opens any source that a configuration can name.
 *
 * @param options - `baseDir`: the folder of the configuration; relative paths are relative to it.
 * @throws {SourceError} where the source does not exist or holds another format than its kind says.
 */
export async function openSource(
  configuration: SourceConfiguration,
  options: { readonly baseDir: string },
): Promise<Source> {
  if (configuration.kind !== 'scenario') return openFileSource(configuration, options)
  return openScenario(configuration, await scenarioFile(configuration, options.baseDir))
}

type Extent = { readonly from: number; readonly to: number }

/**
 * Own times of the first and last data that a source will bring, epoch milliseconds, where they can be had without reading
 * it all: a scenario is small enough to look through, of other files only the bounds of the configuration are known.
 */
export async function sourceExtent(
  configuration: SourceConfiguration,
  options: { readonly baseDir: string },
): Promise<Extent | undefined> {
  const { from, to } = configuration
  if (from !== undefined && to !== undefined) return { from, to }
  if (configuration.kind !== 'scenario') return undefined
  const times: number[] = []
  for await (const line of readScenario(await scenarioFile(configuration, options.baseDir))) {
    if (line.kind === 'snapshot') times.push(line.snapshot.time)
  }
  const [first] = times
  const last = times.at(-1)
  if (first === undefined || last === undefined) return undefined
  return { from: Math.max(first, from ?? first), to: Math.min(last, to ?? last) }
}

async function scenarioFile(
  { path, builtin }: Extract<SourceConfiguration, { kind: 'scenario' }>,
  baseDir: string,
): Promise<string> {
  if (builtin !== undefined) {
    const file = BUILT_IN_SCENARIOS[builtin]
    if (file !== undefined) return file
    throw new SourceError('SOURCE_CONFIGURATION', `there is no built-in scenario “${builtin}”`, {
      hint: `There is: ${Object.keys(BUILT_IN_SCENARIOS).join(', ')}.`,
    })
  }
  if (path === undefined) throw new SourceError('SOURCE_CONFIGURATION', 'a scenario needs “path” or “builtin”')
  return resolvePath(path, baseDir)
}
