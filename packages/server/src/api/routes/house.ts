import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { pageQuery } from '../page.js'
import { Problem } from '../problem.js'
import { inputSchema, inputWire } from '../wire/assessment.js'
import { iso } from '../wire/common.js'
import {
  historySchema,
  journalHeadSchema,
  journalHeadWire,
  marketSchema,
  marketWire,
  statusSchema,
  statusWire,
  turnSchema,
  turnWire,
} from '../wire/house.js'
import { currentAssessment, type RouteContext } from './context.js'

const turnsQuery = z.strictObject({ from: z.coerce.number().int().min(1).optional(), limit: pageQuery.limit })

const time = z.union([z.iso.datetime().transform((text) => Date.parse(text)), z.coerce.number().int().min(0)])

const historyQuery = z.strictObject({
  series: z.string().meta({ description: 'names, separated by commas' }).optional(),
  from: time.optional(),
  to: time.optional(),
  points: z.coerce.number().int().min(2).max(4096).default(1000),
})

/** What runs, what the market is believed to be, and how it went. */
export function houseRoutes(app: FastifyInstance, context: RouteContext): void {
  const { ports, model } = context

  app.get('/v1/status', { schema: { summary: 'What runs and how far it is', response: { 200: statusSchema } } }, () =>
    statusWire(ports, model),
  )

  app.get(
    '/v1/journal/head',
    { schema: { summary: 'The latest record of the journal', response: { 200: journalHeadSchema } } },
    () => {
      const head = model.head()
      if (head === undefined) throw new Problem('NOT_READY', 'the journal has no record yet')
      return journalHeadWire(head)
    },
  )

  app.get<{ Querystring: z.output<typeof turnsQuery> }>(
    '/v1/turns',
    {
      schema: {
        summary: 'Turns from a sequence on, oldest first; the latest ones where `from` is not given',
        querystring: turnsQuery,
        response: { 200: z.object({ items: z.array(turnSchema), nextFrom: z.exactOptional(z.number()) }) },
      },
    },
    async (request) => {
      const { limit } = request.query
      const head = model.head()?.sequence ?? 0
      const from = request.query.from ?? Math.max(1, head - limit + 1)
      const turns = await ports.readTurns(from, limit)
      const last = turns.at(-1)?.sequence
      const more = last !== undefined && last < head
      return { items: turns.map(turnWire), ...(more ? { nextFrom: last + 1 } : {}) }
    },
  )

  app.get(
    '/v1/inputs',
    {
      schema: {
        summary: 'Quality and age of every input',
        response: { 200: z.object({ time: z.string(), items: z.array(inputSchema) }) },
      },
    },
    () => {
      const assessment = currentAssessment(context)
      return { time: iso(assessment.time), items: assessment.inputs.map(inputWire) }
    },
  )

  app.get<{ Params: { underlying: string } }>(
    '/v1/market/:underlying',
    {
      schema: {
        summary: 'Index, forwards and volatility slices of an underlying',
        params: z.object({ underlying: z.string() }),
        response: { 200: marketSchema },
      },
    },
    (request) => {
      const { underlying } = request.params
      const picture = model.market.picture(underlying)
      if (picture === undefined) {
        throw new Problem(
          'NOT_FOUND',
          `nothing was observed of "${underlying}"; known: ${model.market.underlyings().join(', ')}`,
        )
      }
      return marketWire(picture, currentAssessment(context))
    },
  )

  app.get<{ Querystring: z.output<typeof historyQuery> }>(
    '/v1/history',
    {
      schema: {
        summary: 'Series in time for charts; without `series`, the names that there are',
        querystring: historyQuery,
        response: { 200: z.object({ names: z.array(z.string()), items: z.array(historySchema) }) },
      },
    },
    (request) => {
      const { series, from = 0, to = Number.MAX_SAFE_INTEGER, points } = request.query
      const wanted = series === undefined ? [] : series.split(',')
      const items = wanted.map((name) => {
        const found = model.history.series(name, from, to, points)
        if (found === undefined) throw new Problem('NOT_FOUND', `there is no series "${name}"`)
        return { name, points: found.map((point) => ({ ...point, time: iso(point.time) })) }
      })
      return { names: model.history.names(), items }
    },
  )
}
