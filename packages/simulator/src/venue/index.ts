export { eventVenue } from './eventFile.js'
export {
  type AdlQueue,
  DISTANCE_BINS,
  HEALTH_BINS,
  type VenueAccount,
  type VenueBook,
  type VenueStep,
} from './gauge.js'
export { type PathStep, scenarioPath, type VenuePath } from './path.js'
export type { Venue, VenueEvent, VenueTurn } from './turn.js'
export { builtInVenue, type CrowdSettings, VENUE_ACCOUNTS, VENUE_SEED } from './venue.js'
