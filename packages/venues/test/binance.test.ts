import { binance } from './dialects/binance.js'
import { describeVenue } from './venueContract.js'

describeVenue(binance)
