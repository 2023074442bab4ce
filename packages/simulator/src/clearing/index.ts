export type { ClearingCounts } from './checker.js'
export { type ClearingRun, runClearing } from './run.js'
