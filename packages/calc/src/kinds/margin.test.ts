import { marginModelNames } from '@holdfast/engine'
import { describe, expect, test } from 'vitest'
import { answerLine, answerRequest } from '../answer.js'
import { requestSchema } from '../kind.js'
import { margin } from './margin.js'

const request = {
  id: 1,
  model: 'cross',
  account: {
    balances: { USDC: 20_000 },
    positions: [{ instrument: 'paper:BTC/USDC:USDC', size: -1, entryPrice: 90_000 }],
  },
  market: {
    time: '2026-01-29T08:00:00Z',
    underlyings: { BTC: { index: 89_000 } },
    assets: { USDC: { price: 1 } },
    instruments: [{ instrument: 'paper:BTC/USDC:USDC', mark: 89_000 }],
  },
}

describe('margin', () => {
  test('behavior: requirements are at least 0, excess is signed and the parts are named', () => {
    const answer = answerRequest(margin, request)
    expect(answer).toMatchObject({ id: 1, equity: 21_000, markToMarket: 1_000, parameters: { version: '2026-11' } })
    expect(answer.excessInitial).toBe((answer.equity as number) - (answer.initialMargin as number))
    expect(answer.parts).toMatchObject({ 'equity.collateral.USDC': 20_000, 'equity.positions': 1_000 })
  })

  test('behavior: a request says in full what it holds, and JSON Schema describes it', () => {
    const schema = JSON.stringify(requestSchema(margin))
    for (const name of marginModelNames) expect(schema).toContain(`"${name}"`)
    for (const field of ['isolatedMargin', 'deriveSvi', 'longOpenInterest', 'efficiencyMode'])
      expect(schema).toContain(field)
  })

  test.each([
    [{ ...request, model: 'corss' }, 'INVALID_INPUT', '/model'],
    [{ ...request, parameters: { rules: { tilt: 1 } } }, 'INVALID_INPUT', '/parameters/rules/tilt'],
    [{ ...request, parameters: { collateral: { pegged: [7] } } }, 'INVALID_INPUT', '/parameters/collateral/pegged/0'],
    [
      { ...request, market: { ...request.market, instruments: [0, 1].map(() => request.market.instruments[0]) } },
      'INVALID_INPUT',
      '/market/instruments/1',
    ],
    [
      {
        ...request,
        market: {
          ...request.market,
          underlyings: { BTC: { index: 89_000, expiries: [{ expiry: 0, forward: 1 }, { expiry: 0 }] } },
        },
      },
      'INVALID_INPUT',
      '/market/underlyings/BTC/expiries/1',
    ],
    [
      { ...request, parameters: { rules: { longOptionHaircut: 3 } } },
      'INVALID_INPUT',
      '/parameters/rules/longOptionHaircut',
    ],
    [{ ...request, market: { ...request.market, instruments: [] } }, 'MISSING_INPUT', '/market'],
    [
      { ...request, model: 'deribit-standard', account: { positions: [{ instrument: 'deribit:BTC/USDC', size: 1 }] } },
      'UNSUPPORTED',
      '/account',
    ],
    [
      { ...request, account: { balances: {}, positions: [{ instrument: 'BTC-PERP', size: 1 }] } },
      'INVALID_INPUT',
      '/account/positions/0/instrument',
    ],
    [{ ...request, account: { balanses: {} } }, 'INVALID_INPUT', '/account/balanses'],
  ])('error: request %# is refused with %s at %s', (bad, code, path) => {
    expect(answerRequest(margin, bad).error).toMatchObject({ code, path })
  })

  test('error: what was probably meant is a field of its own, and what was given is told', () => {
    const error = (over: object) => answerRequest(margin, { ...request, ...over }).error
    expect(error({ model: 'corss' })).toMatchObject({ suggestion: 'cross' })
    const typo = { rules: { longOptionHaircutt: 0.1 } }
    expect(error({ parameters: typo })).toMatchObject({
      path: '/parameters/rules/longOptionHaircutt',
      suggestion: 'longOptionHaircut',
    })
    expect(error({ parameters: { rules: { longOptionHaircut: 3 } } })?.message).toContain('given: 3')
  })

  test('behavior: the same line gives the same text', () => {
    const line = JSON.stringify(request)
    expect(answerLine(margin, line).text).toBe(answerLine(margin, line).text)
  })
})
