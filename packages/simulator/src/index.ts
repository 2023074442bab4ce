export * from './clearing/index.js'
export { BUILT_IN_SCENARIOS } from './scenario/builtIn.js'
export { readScenario, scenarioJsonSchema } from './scenario/format.js'
export { openSource, type SourceConfiguration, sourceExtent } from './scenario/openSource.js'
