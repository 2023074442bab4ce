import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { VenuePort } from '../ports.js'
import { Problem } from '../problem.js'
import { venueHistorySchema, venueSchema, venueStepWire, venueWire } from '../wire/venue.js'

/** The operators' view of a venue that runs here; there are no such routes where none does. */
export function venueRoutes(app: FastifyInstance, venue: VenuePort | undefined): void {
  if (venue === undefined) return
  app.get(
    '/v1/venue',
    {
      schema: {
        summary:
          'The venue as it stands: health, distances, totals, the worst accounts with reasons, what happened last',
        response: { 200: venueSchema },
      },
    },
    () => {
      const view = venue.view()
      if (view === undefined) throw new Problem('NOT_READY', 'the venue has not finished its first step')
      return venueWire(view)
    },
  )
  app.get<{ Querystring: { from: number } }>(
    '/v1/venue/history',
    {
      schema: {
        summary: 'Steps of the venue, oldest first',
        querystring: z.object({
          from: z.coerce.number().int().min(0).default(0).meta({ description: 'The first step to answer' }),
        }),
        response: { 200: venueHistorySchema },
      },
    },
    ({ query }) => ({ items: venue.steps().slice(query.from).map(venueStepWire) }),
  )
}
