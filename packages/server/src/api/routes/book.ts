import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { pageOf, pageQuery, paginate } from '../page.js'
import { Problem } from '../problem.js'
import { accountSchema, accountWire, portfolioSchema, portfolioWire } from '../wire/assessment.js'
import { positionSchema, positionsWire } from '../wire/position.js'
import { currentAssessment, type RouteContext } from './context.js'

const listQuery = z.strictObject(pageQuery)
const positionsQuery = z.strictObject({
  ...pageQuery,
  account: z.string().optional(),
  portfolio: z.string().optional(),
})

/** Accounts, portfolios and what they hold. */
export function bookRoutes(app: FastifyInstance, context: RouteContext): void {
  app.get<{ Querystring: z.output<typeof listQuery> }>(
    '/v1/accounts',
    {
      schema: { summary: 'Every account', querystring: listQuery, response: { 200: pageOf(accountSchema) } },
    },
    (request) => {
      const assessment = currentAssessment(context)
      const page = paginate(assessment.accounts, (account) => account.account, request.query)
      return { ...page, items: page.items.map((account) => accountWire(account, assessment.time)) }
    },
  )

  app.get<{ Params: { id: string } }>(
    '/v1/accounts/:id',
    {
      schema: {
        summary: 'One account with its positions',
        params: z.object({ id: z.string() }),
        response: { 200: z.object({ account: accountSchema, positions: z.array(positionSchema) }) },
      },
    },
    (request) => {
      const assessment = currentAssessment(context)
      const account = assessment.accounts.find((entry) => entry.account === request.params.id)
      if (account === undefined) throw new Problem('NOT_FOUND', `there is no account "${request.params.id}"`)
      return {
        account: accountWire(account, assessment.time),
        positions: positionsWire(account, context.model.market),
      }
    },
  )

  app.get<{ Querystring: z.output<typeof listQuery> }>(
    '/v1/portfolios',
    { schema: { summary: 'Every portfolio', querystring: listQuery, response: { 200: pageOf(portfolioSchema) } } },
    (request) => {
      const assessment = currentAssessment(context)
      const page = paginate(assessment.portfolios, (portfolio) => portfolio.portfolio, request.query)
      return { ...page, items: page.items.map((portfolio) => portfolioWire(portfolio, assessment.time)) }
    },
  )

  app.get<{ Querystring: z.output<typeof positionsQuery> }>(
    '/v1/positions',
    {
      schema: {
        summary: 'Positions of every account, or of one account or portfolio',
        querystring: positionsQuery,
        response: { 200: pageOf(positionSchema) },
      },
    },
    (request) => {
      const { account, portfolio } = request.query
      const positions = currentAssessment(context)
        .accounts.filter((entry) => account === undefined || entry.account === account)
        .filter((entry) => portfolio === undefined || entry.portfolio === portfolio)
        .flatMap((entry) => positionsWire(entry, context.model.market))
      return paginate(positions, (position) => `${position.account} ${position.instrument}`, request.query)
    },
  )
}
