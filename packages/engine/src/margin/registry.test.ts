import { parseInstrumentKey } from '@holdfast/quant'
import { describe, expect, test } from 'vitest'
import type { MarginAccount, MarginMarket } from './model.js'
import { marginModel, marginModelNames, marginParameterSchema } from './registry.js'

const LENDING = ['aave-v3', 'euler-v2', 'maker']
const keys = [
  'derive:BTC/USDC:USDC',
  'derive:BTC/USDC:USDC-260227-100000-C',
  'deribit:BTC/USD:BTC-260227',
  'deribit:BTC/USDC',
]

/** A market that answers every question with one value. */
const marketOf = (value: number | undefined): MarginMarket => ({
  time: Date.UTC(2026, 0, 29),
  index: () => value,
  assetPrice: () => value,
  forward: () => value,
  impliedVol: () => value,
  mark: () => value,
  confidence: () => value ?? 1,
  figure: () => value,
  quality: () => 'live',
})

const holding = (key: string): MarginAccount => ({
  id: 'a',
  balances: {},
  positions: [{ instrument: parseInstrumentKey(key)!, size: -1, entryPrice: 1 }],
})

describe.each(marginModelNames)('%s', (name) => {
  test('behavior: every shipped set is sound, dated, sourced and hashed', () => {
    const schema = marginParameterSchema(name)
    const sets = schema['x-holdfast-sets'] as { version: string; asOf: string; source: string }[]
    expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' })
    const hashes = sets.map(({ version, asOf, source }) => {
      const { parameters } = marginModel(name, { version })
      expect(parameters).toMatchObject({ model: name, version, asOf, source })
      expect(parameters.asOf).toMatch(/^\d{4}-\d\d-\d\d$/)
      expect(parameters.hash).toMatch(/^[0-9a-f]{64}$/)
      return parameters.hash
    })
    expect(new Set(hashes).size).toBe(sets.length)
  })

  test('error: a parameter that does not exist is refused', () => {
    expect(() => marginModel(name, { noSuchParameter: 1 })).toThrowError(
      expect.objectContaining({ code: 'INVALID_MARGIN_PARAMETER', model: name }),
    )
  })

  test.each([undefined, Number.NaN, Number.POSITIVE_INFINITY, -1])(
    'error: with prices of %s nothing held is safe',
    (value) => {
      for (const key of keys) {
        const outcome = marginModel(name).evaluate(holding(key), marketOf(value))
        expect(outcome.ok, `${key}: ${JSON.stringify(outcome)}`).toBe(false)
      }
      const borrower: MarginAccount = { id: 'b', balances: { WETH: 1 }, debts: { USDC: 1 }, positions: [] }
      if (LENDING.includes(name)) expect(marginModel(name).evaluate(borrower, marketOf(value)).ok).toBe(false)
    },
  )

  test('error: a size that is not a number is not safe', () => {
    for (const key of keys) {
      const [position] = holding(key).positions
      const account = { id: 'a', balances: {}, positions: [{ ...position!, size: Number.NaN }] }
      expect(marginModel(name).evaluate(account, marketOf(1)).ok, key).toBe(false)
    }
  })

  test('limits: an account that holds nothing needs nothing', () => {
    const outcome = marginModel(name).evaluate({ id: 'a', balances: {}, positions: [] }, marketOf(1))
    expect(outcome).toMatchObject({ ok: true, equity: 0, initialMargin: 0, maintenanceMargin: 0 })
  })
})

test('behavior: the names are the promised ones', () => {
  expect([...marginModelNames].sort()).toEqual([
    'aave-v3',
    'cme-span',
    'cross',
    'deribit-portfolio',
    'deribit-standard',
    'derive-pm1',
    'derive-pm2',
    'derive-standard',
    'drift-v2',
    'dydx-v4',
    'euler-v2',
    'gmx-v2',
    'hybrid',
    'hyperliquid',
    'isolated',
    'maker',
    'portfolio',
    'synthetix-v3',
  ])
})
