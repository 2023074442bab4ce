import { okx } from './dialects/okx.js'
import { describeVenue } from './venueContract.js'

describeVenue(okx)
