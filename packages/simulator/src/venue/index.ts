export {
  DISTANCE_BINS,
  HEALTH_BINS,
  type VenueAccount,
  type VenueBook,
  type VenueStep,
} from './gauge.js'
export {
  type BuiltInVenue,
  builtInVenue,
  VENUE_ACCOUNTS,
  VENUE_SEED,
  type VenueEvent,
  type VenueTurn,
} from './venue.js'
