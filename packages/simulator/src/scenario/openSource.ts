import { type FileSourceConfiguration, openFileSource, resolvePath, type Source, SourceError } from '@holdfast/venues'
import { BUILT_IN_SCENARIOS } from './builtIn.js'
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
  const { path, builtin } = configuration
  if (builtin !== undefined) {
    const file = BUILT_IN_SCENARIOS[builtin]
    if (file !== undefined) return openScenario(configuration, file)
    throw new SourceError('SOURCE_CONFIGURATION', `there is no built-in scenario “${builtin}”`, {
      hint: `There is: ${Object.keys(BUILT_IN_SCENARIOS).join(', ')}.`,
    })
  }
  if (path === undefined) throw new SourceError('SOURCE_CONFIGURATION', 'a scenario needs “path” or “builtin”')
  return openScenario(configuration, await resolvePath(path, options.baseDir))
}
