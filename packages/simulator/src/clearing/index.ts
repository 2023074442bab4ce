export type { ClearingCounts } from './checker.js'
export { type CompareMarginSettings, compareMargin, type MarginComparison } from './compareMargin.js'
export { type ClearingRun, runClearing } from './run.js'
export { runVenue, type VenueRecord, type VenueRun, type VenueSettings } from './venue.js'
