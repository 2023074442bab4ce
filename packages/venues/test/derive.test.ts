import { derive } from './dialects/derive.js'
import { describeVenue } from './venueContract.js'

describeVenue(derive)
