import { hyperliquid } from './dialects/hyperliquid.js'
import { describeVenue } from './venueContract.js'

describeVenue(hyperliquid)
