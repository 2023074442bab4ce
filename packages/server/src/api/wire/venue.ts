import { DISTANCE_BINS, HEALTH_BINS, type VenueAccount, type VenueStep } from '@holdfast/simulator'
import { z } from 'zod'
import type { VenueView } from '../ports.js'
import { iso, isoTime, known, named, optional, type Wire } from './common.js'

const usd = z.number().meta({ description: 'USD' })
const count = z.number().int().min(0)

export const venueStepSchema = named(
  'VenueStep',
  'One step of the venue. Counts and losses are of this step, not since the start.',
  z.object({
    step: count,
    time: isoTime,
    prices: z.record(z.string(), usd).meta({ description: 'Marks by market; one that was never marked is not there' }),
    notices: count,
    calls: count,
    liquidations: count,
    tranches: count,
    auctions: count,
    deleveraged: count,
    refused: count.meta({ description: 'Events that were refused' }),
    fundDrawn: usd,
    deleveragedLoss: usd,
    socialisedLoss: usd,
    unabsorbedLoss: usd,
    fund: usd,
    openInterest: usd,
    open: count.meta({ description: 'Accounts with a position' }),
    faults: z.array(z.string()).meta({ description: 'What the books are wrong by; empty is what it must be' }),
  }),
)

export const venueAccountSchema = named(
  'VenueAccount',
  'An account of the venue near or beyond its limit, with the reasons in words.',
  z.object({
    account: z.string(),
    band: z.string(),
    equity: optional(usd.meta({ description: 'Absent, as the margins, where the margin is not known' })),
    initialMargin: optional(usd),
    maintenanceMargin: optional(usd),
    ratio: optional(z.number().meta({ description: 'Maintenance over equity; absent where equity is not above 0' })),
    distance: optional(z.number().meta({ description: 'Move of all prices, signed share, that liquidates it' })),
    positions: z.array(z.object({ market: z.string(), size: z.number(), notional: usd })),
    explain: z.array(z.string()),
  }),
)

export const venueSchema = named(
  'Venue',
  'The venue as it stands. Bins: upper bounds, the last count is of what lies beyond them.',
  z.object({
    name: z.string(),
    state: z.enum(['running', 'finished', 'stopped']),
    steps: count,
    accounts: count,
    latest: venueStepSchema,
    total: z.object({
      calls: count,
      liquidations: count,
      tranches: count,
      auctions: count,
      deleveraged: count,
      refused: count.meta({ description: 'Events that were refused' }),
      deleveragedLoss: usd,
      socialisedLoss: usd,
      unabsorbedLoss: usd.meta({ description: 'Losses that nobody was left to carry' }),
      fundFirst: usd,
      fundLowest: usd,
      faults: count.meta({ description: 'Steps after which the books were wrong' }),
    }),
    healthBins: z.array(z.number()).meta({ description: 'Maintenance over equity' }),
    health: z.array(count),
    distanceBins: z.array(z.number()).meta({ description: 'Move of all prices together, as a share' }),
    fall: z.array(count).meta({ description: 'Accounts that a fall liquidates' }),
    rise: z.array(count).meta({ description: 'Accounts that a rise liquidates' }),
    worst: z.array(venueAccountSchema),
    adlQueues: z
      .array(
        z.object({
          market: z.string(),
          side: z.enum(['long', 'short']).meta({ description: 'The side that is asked' }),
          accounts: z.array(z.string()).meta({ description: 'The first of them, in order' }),
          length: count,
        }),
      )
      .meta({ description: 'Who would be deleveraged first, published before it happens' }),
    events: z.array(z.object({ time: isoTime, account: optional(z.string()), text: z.string() })),
  }),
)

export const venueHistorySchema = z.object({ items: z.array(venueStepSchema) })

export type VenueStepWire = Wire<z.infer<typeof venueStepSchema>>
export type VenueAccountWire = Wire<z.infer<typeof venueAccountSchema>>
export type VenueWire = Wire<z.infer<typeof venueSchema>>

export function venueStepWire(step: VenueStep): VenueStepWire {
  return { ...step, time: iso(step.time) }
}

function accountWire(account: VenueAccount): VenueAccountWire {
  const { ratio, distance, equity, initialMargin, maintenanceMargin, ...rest } = account
  return {
    ...rest,
    ...known('equity', equity),
    ...known('initialMargin', initialMargin),
    ...known('maintenanceMargin', maintenanceMargin),
    ...known('ratio', ratio),
    ...known('distance', distance),
  }
}

export function venueWire(view: VenueView): VenueWire {
  const { name, book, state, steps, accounts, latest, total, events } = view
  return {
    name,
    state,
    steps,
    accounts,
    latest: venueStepWire(latest),
    total,
    healthBins: HEALTH_BINS,
    health: book.health,
    distanceBins: DISTANCE_BINS,
    fall: book.fall,
    rise: book.rise,
    worst: book.worst.map(accountWire),
    adlQueues: book.adlQueues,
    events: events.map(({ time, account, text }) => ({ time: iso(time), ...known('account', account), text })),
  }
}
