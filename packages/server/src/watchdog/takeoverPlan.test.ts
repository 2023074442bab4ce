import type { QuoteObservation } from '@holdfast/engine'
import type { InstrumentKey } from '@holdfast/quant'
import type { ListedInstrument, Statement } from '@holdfast/venues'
import { describe, expect, it } from 'vitest'
import { planTakeover, type TakeoverSettings, targetsOf } from './takeoverPlan.js'

const PERPETUAL = 'deribit:BTC/USD:BTC'
const OTHER = 'deribit:ETH/USD:ETH'

const settings = (mode: TakeoverSettings['mode'], reduceShare = 0.5): TakeoverSettings => ({
  mode,
  reduceShare,
  maxSlippage: 0.01,
})
const holding = (...positions: readonly (readonly [InstrumentKey, string])[]): Statement => ({
  time: 0,
  balances: {},
  positions: positions.map(([instrument, size]) => ({ instrument, size })),
})
const quotes = (bid?: number, ask?: number): ReadonlyMap<InstrumentKey, QuoteObservation> =>
  new Map([
    [
      PERPETUAL,
      {
        kind: 'quote',
        instrument: PERPETUAL,
        ...(bid === undefined ? {} : { bid }),
        ...(ask === undefined ? {} : { ask }),
      },
    ],
  ])
const steps = { native: 'BTC-PERPETUAL', priceStep: '0.5', sizeStep: '10', smallestSize: '10' }
const listed = new Map([[PERPETUAL, steps as unknown as ListedInstrument]])

function plan(statement: Statement, mode: TakeoverSettings['mode'], from = quotes(90_000, 90_010), cause = 'one') {
  const wish = settings(mode)
  return planTakeover(statement, targetsOf(statement, wish), from, listed, wish, cause)
}

describe('planTakeover', () => {
  it('behavior: a long is sold at the bid less the slippage, a short bought at the ask plus it, reduce-only', () => {
    expect(plan(holding([PERPETUAL, '1000']), 'flatten').orders).toMatchObject([
      { instrument: PERPETUAL, size: '-1000', limitPrice: '89100', reduceOnly: true, terms: 'fill-or-lapse' },
    ])
    // 90,010 · 1.01 = 90,910.1, cut to the step towards the better side.
    expect(plan(holding([PERPETUAL, '-1000']), 'flatten').orders).toMatchObject([
      { size: '1000', limitPrice: '90910', reduceOnly: true },
    ])
  })

  it('behavior: reduce closes its share and stops at the targets of its first look; cancel closes nothing', () => {
    expect(plan(holding([PERPETUAL, '1000']), 'reduce').orders).toMatchObject([{ size: '-500' }])
    const wish = settings('reduce')
    const targets = targetsOf(holding([PERPETUAL, '1000']), wish)
    const later = planTakeover(holding([PERPETUAL, '500']), targets, quotes(90_000, 90_010), listed, wish, 'two')
    expect(later).toEqual({ orders: [], open: [] })
    expect(plan(holding([PERPETUAL, '1000']), 'cancel')).toEqual({ orders: [], open: [] })
  })

  it('behavior: what cannot be closed is told, with why', () => {
    expect(plan(holding([PERPETUAL, '1000']), 'flatten', quotes(undefined, 90_010)).open).toEqual([
      { what: `1000 of ${PERPETUAL}`, why: 'no bid to close it at' },
    ])
    expect(plan(holding([PERPETUAL, '1000']), 'flatten', quotes(Number.NaN, 1)).open).toHaveLength(1)
    expect(plan(holding([OTHER, '1000']), 'flatten').open).toHaveLength(1)
    expect(plan(holding(['nonsense' as InstrumentKey, '1'], [PERPETUAL, 'x']), 'flatten').open).toEqual([
      { what: '1 of nonsense', why: 'it cannot be read' },
      { what: `x of ${PERPETUAL}`, why: 'it cannot be read' },
    ])
    const small = plan(holding([PERPETUAL, '5']), 'flatten')
    expect(small.orders).toEqual([])
    expect(small.open[0]?.why).toContain('below the smallest')
  })

  it('behavior: the same attempt makes the same id, another one another, and none is of the form of a decision', () => {
    const idOf = (cause: string) =>
      plan(holding([PERPETUAL, '1000']), 'flatten', undefined, cause).orders.map(({ clientId }) => clientId)
    expect(idOf('one')).toEqual(idOf('one'))
    expect(idOf('one')).not.toEqual(idOf('two'))
    expect(idOf('one')[0]).toMatch(/^wd[0-9a-f]{30}$/)
  })

  it('behavior: coins are collateral and stay', () => {
    expect(plan(holding(['deribit:BTC/USDC' as InstrumentKey, '3']), 'flatten')).toEqual({ orders: [], open: [] })
  })
})
