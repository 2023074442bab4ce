import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { black76Price } from '../pricing/black76.js'
import { type ScenarioItem, type Shock, scenarioPnl } from './revalue.js'
import { bookPnl, gridScenarios, scenarioTable, worstScenario } from './table.js'

const inverse: ScenarioItem = {
  kind: 'option',
  underlying: 'BTC',
  payoff: 'inverse',
  right: 'put',
  strike: 60_000,
  years: 0.1,
  forward: 70_700,
  impliedVol: 0.6,
  index: 70_000,
}
const shock = (spotMove: number, change = 0, rest: Partial<Shock> = {}): Shock => ({
  spotMove,
  vol: { kind: 'relative', change },
  ...rest,
})

describe('scenarioPnl', () => {
  test('behavior: an inverse option is valued in coin at the shocked forward and paid at the shocked index', () => {
    const before = (black76Price('put', 70_700, 60_000, 0.1, 0.6, 1) / 70_700) * 70_000
    const after = (black76Price('put', 56_560, 60_000, 0.1, 0.9, 1) / 56_560) * 56_000
    expect(scenarioPnl(inverse, shock(-0.2, 0.5))).toBeCloseTo(after - before, 8)
  })

  test('behavior: futures, perpetuals and spot', () => {
    const future = { kind: 'future', underlying: 'BTC', price: 50_000, index: 50_000 } as const
    expect(scenarioPnl({ ...future, payoff: 'linear' }, shock(-0.1))).toBe(-5_000)
    // One USD of inverse future: (1/50,000 − 1/45,000) coin × 45,000.
    expect(scenarioPnl({ ...future, payoff: 'inverse' }, shock(-0.1))).toBeCloseTo(
      (1 / 50_000 - 1 / 45_000) * 45_000,
      15,
    )
    expect(scenarioPnl({ kind: 'spot', underlying: 'BTC', price: 50_000 }, shock(0.1))).toBe(5_000)
  })

  test('behavior: coins hedged by as many USD of inverse perpetual are worth the same in every scenario', () => {
    const items: ScenarioItem[] = [
      { kind: 'spot', underlying: 'BTC', price: 50_000 },
      { kind: 'perpetual', underlying: 'BTC', payoff: 'inverse', price: 50_000, index: 50_000 },
    ]
    const scenarios = gridScenarios([-0.5, -0.1, 0.3], [0])
    const pnl = bookPnl(scenarioTable(items, scenarios), [2, -100_000])
    for (const value of pnl) expect(Math.abs(value)).toBeLessThan(1e-9)
  })

  test('behavior: time passes', () => {
    const aged = scenarioPnl({ ...inverse, payoff: 'linear', strike: 80_000 }, shock(0, 0, { yearsPassed: 0.2 }))
    expect(aged).toBeCloseTo(9_300 - black76Price('put', 70_700, 80_000, 0.1, 0.6, 1), 8)
  })

  test('behavior: a smile that slides with the forward changes the vol of a strike, sticky strikes do not', () => {
    const smile = (k: number) => 0.6 - 0.2 * k
    const item = { ...inverse, smile } as ScenarioItem
    const sticky = scenarioPnl(item, shock(-0.1, 0, { stickiness: 'sticky-strike' }))
    const sliding = scenarioPnl(item, shock(-0.1, 0, { stickiness: 'sticky-moneyness' }))
    const delta = scenarioPnl(item, shock(-0.1, 0, { stickiness: 'sticky-delta' }))
    expect(sliding).toBeLessThan(sticky)
    expect(delta).toBe(sliding)
  })

  test('behavior: nothing moves, nothing is made or lost, whatever sticks', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('sticky-strike' as const, 'sticky-moneyness' as const, 'sticky-delta' as const),
        fc.double({ min: 20_000, max: 200_000, noNaN: true }),
        (stickiness, strike) => {
          const item = { ...inverse, strike, smile: (k: number) => 0.5 + 0.1 * k * k } as ScenarioItem
          // The smile's misfit to the mark's vol is added back: one rounding of each.
          expect(Math.abs(scenarioPnl(item, shock(0, 0, { stickiness })))).toBeLessThan(1e-8)
        },
      ),
      { seed: 20260206 },
    )
  })

  test('error: a spot move of −100 % is refused', () => {
    expect(() => scenarioPnl(inverse, shock(-1))).toThrow('spotMove must be a relative move > −1, got -1')
    expect(() => scenarioPnl(inverse, shock(Number.NaN))).toThrow('spotMove')
  })
})

describe('scenarioTable', () => {
  test('behavior: names, order and the worst', () => {
    const scenarios = gridScenarios([-0.125, 0], [0, 0.3])
    expect(scenarios.map((scenario) => scenario.name)).toEqual([
      'spot −12.5 %, vol 0 %',
      'spot −12.5 %, vol +30 %',
      'spot 0 %, vol 0 %',
      'spot 0 %, vol +30 %',
    ])
    const pnl = bookPnl(scenarioTable([inverse], scenarios), [-10])
    expect(pnl[2]).toBeCloseTo(0, 10)
    expect(worstScenario(scenarios, pnl)!.name).toBe('spot −12.5 %, vol +30 %')
  })

  test('behavior: an underlying may have a move of its own', () => {
    const scenarios = [{ name: 'beta', shock: shock(-0.1), byUnderlying: { ETH: shock(-0.15) } }]
    const spot = (underlying: string): ScenarioItem => ({ kind: 'spot', underlying, price: 100 })
    const table = scenarioTable([spot('BTC'), spot('ETH')], scenarios)
    expect([...table.pnl]).toEqual([-10, -15])
  })
})
