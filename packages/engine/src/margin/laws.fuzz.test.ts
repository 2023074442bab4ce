import type { Instrument } from '@holdfast/quant'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type MarginMarketData, readMarginMarket } from './data.js'
import type { MarginAccount, MarginOutcome, MarginPosition } from './model.js'
import { marginModel } from './registry.js'

const NOW = Date.UTC(2026, 0, 29)
const DAY = 86_400_000
const EXPIRIES = [7, 29, 120].map((days) => NOW + days * DAY)
const STRIKES = { BTC: [60_000, 80_000, 90_000, 110_000], ETH: [1_500, 2_500, 3_000, 4_000] }
const SPOT = { BTC: 89_000, ETH: 3_000 }
type Coin = keyof typeof SPOT
const COINS: readonly Coin[] = ['BTC', 'ETH']

const linear = (underlying: Coin) => ({
  venue: 'derive',
  underlying,
  quote: 'USDC',
  settle: 'USDC',
  payoff: 'linear' as const,
})
const instruments: readonly Instrument[] = COINS.flatMap((coin): Instrument[] => [
  { kind: 'perpetual', ...linear(coin) },
  ...EXPIRIES.flatMap((expiry) =>
    STRIKES[coin].flatMap((strike): Instrument[] => [
      { kind: 'option', ...linear(coin), expiry, strike, right: 'call' },
      { kind: 'option', ...linear(coin), expiry, strike, right: 'put' },
    ]),
  ),
])

const marketData: MarginMarketData = {
  time: NOW,
  underlyings: Object.fromEntries(
    COINS.map((coin) => [
      coin,
      {
        index: SPOT[coin],
        confidence: 0.9,
        depth: 1e12,
        expiries: EXPIRIES.map((expiry, i) => ({
          expiry,
          forward: SPOT[coin] * (1 + 0.01 * i),
          rate: 0.04,
          vol: 0.5 + 0.05 * i,
        })),
      },
    ]),
  ),
  assets: { USDC: { price: 1 } },
  // Marks of options are near enough to their model values for the laws to be about margin, not about marks.
  instruments: instruments.map((instrument) => ({
    instrument,
    mark: instrument.kind === 'option' ? optionMark(instrument) : SPOT[instrument.underlying as Coin] * 1.001,
  })),
} as MarginMarketData

function optionMark(option: Instrument & { kind: 'option' }): number {
  const spot = SPOT[option.underlying as Coin]
  const intrinsic = Math.max(0, option.right === 'call' ? spot - option.strike : option.strike - spot)
  return intrinsic + 0.03 * spot
}

const market = readMarginMarket(marketData)

const position = fc.record({
  instrument: fc.constantFrom(...instruments),
  size: fc.integer({ min: -40, max: 40 }).map((n) => n / 4),
})
const entered = position.map(
  ({ instrument, size }): MarginPosition => ({
    instrument,
    size,
    ...(instrument.kind === 'perpetual' ? { entryPrice: SPOT[instrument.underlying as Coin] } : {}),
  }),
)
const positions = fc.array(entered, { minLength: 1, maxLength: 8 })
const cash = fc.integer({ min: -100_000, max: 1_000_000 })
const account = (held: readonly MarginPosition[], usdc: number): MarginAccount => ({
  id: 'a',
  balances: { USDC: usdc },
  positions: held,
})

/** Models and the laws that they keep; what is not listed for a model is declared in its docs. */
const MODELS: readonly {
  readonly name: string
  readonly overrides?: Record<string, unknown>
  readonly oneUnderlying?: boolean
  readonly perpetualsOnly?: boolean
  readonly splits: boolean
}[] = [
  {
    name: 'cross',
    overrides: {
      rules: { rates: { named: { BTC: { futureRatePerMillionUsd: 0 }, ETH: { futureRatePerMillionUsd: 0 } } } },
    },
    splits: true,
  },
  { name: 'portfolio', splits: true },
  { name: 'hybrid', splits: false },
  { name: 'derive-standard', splits: false },
  { name: 'derive-pm1', oneUnderlying: true, splits: false },
  { name: 'derive-pm2', oneUnderlying: true, splits: false },
  {
    name: 'deribit-standard',
    overrides: { futures: { named: { BTC: { perCoin: 0 }, ETH: { perCoin: 0 } } } },
    splits: true,
  },
  { name: 'isolated', splits: false },
  // The dampener forgives every account the same dollars, so that two halves are forgiven twice.
  { name: 'deribit-portfolio', splits: false },
  { name: 'cme-span', splits: false },
  { name: 'dydx-v4', perpetualsOnly: true, splits: true },
  { name: 'hyperliquid', perpetualsOnly: true, splits: true },
  // Ratios grow with the size, and the cap on gains is per account.
  { name: 'drift-v2', perpetualsOnly: true, splits: false },
  { name: 'synthetix-v3', perpetualsOnly: true, splits: false },
]

const ofModel = ({ oneUnderlying, perpetualsOnly }: (typeof MODELS)[number]) =>
  positions.map((held) =>
    held.filter(
      ({ instrument }) =>
        (oneUnderlying !== true || instrument.underlying === 'BTC') &&
        (perpetualsOnly !== true || instrument.kind === 'perpetual'),
    ),
  )

function sound(outcome: MarginOutcome): MarginOutcome & { ok: true } {
  if (!outcome.ok) throw new Error(outcome.missing.join(', '))
  return outcome
}

/** Rounding of sums of some hundred terms of this size, in double precision. */
const close = (figure: number) => 1e-9 * (1 + Math.abs(figure)) + 1e-6
const parameters = { seed: 20260129, numRuns: 120 }

describe.each(MODELS)('laws of $name', (row) => {
  const model = marginModel(row.name, row.overrides)
  const evaluate = (held: readonly MarginPosition[], usdc = 0) => sound(model.evaluate(account(held, usdc), market))

  test('behavior: maintenance is at most initial, and both are at least 0', () => {
    fc.assert(
      fc.property(ofModel(row), cash, (held, usdc) => {
        const { initialMargin, maintenanceMargin } = evaluate(held, usdc)
        expect(maintenanceMargin).toBeGreaterThanOrEqual(0)
        expect(maintenanceMargin).toBeLessThanOrEqual(initialMargin + close(initialMargin))
      }),
      parameters,
    )
  })

  test('behavior: the parts add up', () => {
    fc.assert(
      fc.property(ofModel(row), cash, (held, usdc) => {
        const { parts, equity, initialMargin, maintenanceMargin, excessInitial, excessMaintenance } = evaluate(
          held,
          usdc,
        )
        const sum = (prefix: string) =>
          Object.entries(parts)
            .filter(([name]) => name.startsWith(`${prefix}.`))
            .reduce((all, [, value]) => all + value, 0)
        expect(Math.abs(sum('equity') - equity)).toBeLessThanOrEqual(close(equity))
        expect(Math.abs(sum('initial') - initialMargin)).toBeLessThanOrEqual(close(initialMargin))
        expect(Math.abs(sum('maintenance') - maintenanceMargin)).toBeLessThanOrEqual(close(maintenanceMargin))
        expect(excessInitial).toBe(equity - initialMargin)
        expect(excessMaintenance).toBe(equity - maintenanceMargin)
      }),
      parameters,
    )
  })

  test('behavior: excess is value at mark plus cash less the requirement', () => {
    fc.assert(
      fc.property(ofModel(row), cash, (held, usdc) => {
        const { markToMarket, initialMargin, maintenanceMargin, excessInitial, excessMaintenance } = evaluate(
          held,
          usdc,
        )
        const tolerance = close(markToMarket) + close(usdc)
        expect(Math.abs(excessInitial - (markToMarket + usdc - initialMargin))).toBeLessThanOrEqual(tolerance)
        expect(Math.abs(excessMaintenance - (markToMarket + usdc - maintenanceMargin))).toBeLessThanOrEqual(tolerance)
      }),
      parameters,
    )
  })

  test('behavior: cash c moves both excesses by c', () => {
    fc.assert(
      fc.property(ofModel(row), cash, fc.integer({ min: 1, max: 100_000 }), (held, usdc, more) => {
        const before = evaluate(held, usdc)
        const after = evaluate(held, usdc + more)
        expect(Math.abs(after.excessInitial - before.excessInitial - more)).toBeLessThanOrEqual(close(before.equity))
        expect(Math.abs(after.excessMaintenance - before.excessMaintenance - more)).toBeLessThanOrEqual(
          close(before.equity),
        )
      }),
      parameters,
    )
  })

  test('behavior: the order of positions does not matter', () => {
    fc.assert(
      fc.property(ofModel(row), (held) => {
        const forwards = evaluate(held)
        const backwards = evaluate([...held].reverse())
        expect(Math.abs(forwards.initialMargin - backwards.initialMargin)).toBeLessThanOrEqual(
          close(forwards.initialMargin),
        )
        expect(Math.abs(forwards.equity - backwards.equity)).toBeLessThanOrEqual(close(forwards.equity))
      }),
      parameters,
    )
  })

  test('behavior: twice the positions never need less', () => {
    fc.assert(
      fc.property(ofModel(row), (held) => {
        const once = evaluate(held)
        const twice = evaluate(held.map((one) => ({ ...one, size: one.size * 2 })))
        expect(twice.initialMargin).toBeGreaterThanOrEqual(once.initialMargin - close(once.initialMargin))
        expect(twice.maintenanceMargin).toBeGreaterThanOrEqual(once.maintenanceMargin - close(once.maintenanceMargin))
      }),
      parameters,
    )
  })

  if (row.splits)
    test('behavior: splitting an account never lowers the total', () => {
      fc.assert(
        fc.property(ofModel(row), ofModel(row), (one, other) => {
          const together = evaluate([...one, ...other])
          const a = evaluate(one)
          const b = evaluate(other)
          expect(together.initialMargin).toBeLessThanOrEqual(
            a.initialMargin + b.initialMargin + close(together.initialMargin),
          )
          expect(together.maintenanceMargin).toBeLessThanOrEqual(
            a.maintenanceMargin + b.maintenanceMargin + close(together.maintenanceMargin),
          )
        }),
        parameters,
      )
    })

  if (['portfolio', 'derive-pm1', 'derive-pm2', 'deribit-portfolio', 'cme-span'].includes(row.name))
    test('behavior: positions that cancel leave no scenario loss', () => {
      fc.assert(
        fc.property(ofModel(row), (held) => {
          const both = [...held, ...held.map((one) => ({ ...one, size: -one.size }))]
          const { parts, scenarios } = evaluate(both)
          for (const { pnl } of scenarios!) expect(Math.abs(pnl)).toBeLessThanOrEqual(1e-4)
          const loss =
            parts['initial.worstScenario'] ??
            parts['initial.scenarioLoss'] ??
            parts['initial.worstLoss'] ??
            parts['initial.scanRisk'] ??
            0
          expect(Math.abs(loss)).toBeLessThanOrEqual(1e-4)
        }),
        parameters,
      )
    })
})

describe('scenarios of portfolio', () => {
  test('behavior: their order does not matter', () => {
    const shipped = marginModel('portfolio')
    const scenarios = [...(shipped.parameters.values.scenarios as unknown[])].reverse()
    const turned = marginModel('portfolio', { scenarios })
    fc.assert(
      fc.property(positions, (held) => {
        const a = sound(shipped.evaluate(account(held, 0), market))
        const b = sound(turned.evaluate(account(held, 0), market))
        expect(b.initialMargin).toBe(a.initialMargin)
      }),
      parameters,
    )
  })
})
