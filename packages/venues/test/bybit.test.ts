import { bybit } from './dialects/bybit.js'
import { describeVenue } from './venueContract.js'

describeVenue(bybit)
