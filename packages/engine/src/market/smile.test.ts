import { describe, expect, it } from 'vitest'
import { DAY, instant, instrumentOf, sliceOf, T0 } from '../../test/desk.js'
import type { MarketEvent } from '../event.js'
import { applyMarketEvent, createMarketState, DEFAULT_GUARD, marginMarket, marketView, movedMarket } from './index.js'

const FEB = Date.UTC(2026, 1, 27, 8)
const MAR = Date.UTC(2026, 2, 27, 8)
const JUN = Date.UTC(2026, 5, 26, 8)
const YEAR = 365 * DAY

function viewAt(now: number, ...events: readonly MarketEvent[]) {
  const state = createMarketState(DEFAULT_GUARD)
  for (const event of events) applyMarketEvent(state, event)
  return marketView(state, now)
}

describe('smiles', () => {
  it('behavior: between two expiries total variance is linear in time at one log-moneyness', () => {
    const view = viewAt(T0, instant(T0, { BTC: 89_000 }, [FEB, JUN]))
    const variance = (expiry: number, k: number) => {
      const vol = view.smile('BTC', expiry).impliedVol!(k)
      return (vol * vol * (expiry - T0)) / YEAR
    }
    const share = (MAR - FEB) / (JUN - FEB)
    for (const k of [-0.3, 0, 0.2]) {
      const low = variance(FEB, k)
      expect(variance(MAR, k)).toBeCloseTo(low + share * (variance(JUN, k) - low), 14)
    }
    expect(view.smile('BTC', MAR)).toMatchObject({ origin: 'interpolated', quality: 'live' })
    expect(view.smile('BTC', MAR).reasons[0]).toContain('between 2026-02-27 and 2026-06-26')
  })

  it('behavior: beyond the last expiry the vols of the nearest hold; with none the surface is unknown', () => {
    const view = viewAt(T0, instant(T0, { BTC: 89_000 }, [FEB]))
    expect(view.smile('BTC', JUN).impliedVol!(0.1)).toBe(view.smile('BTC', FEB).impliedVol!(0.1))
    expect(view.smile('ETH', FEB)).toMatchObject({ quality: 'unknown' })
    expect(view.smile('ETH', FEB).impliedVol).toBeUndefined()
    expect(view.smile('BTC', T0 - DAY).reasons).toEqual(['the expiry has passed'])
  })

  it('behavior: a slice keeps its vols as time passes, and ages', () => {
    const made = viewAt(T0, instant(T0, { BTC: 89_000 }, [FEB])).smile('BTC', FEB)
    const later = viewAt(T0 + DAY, instant(T0, { BTC: 89_000 }, [FEB])).smile('BTC', FEB)
    expect(later.impliedVol!(-0.2)).toBe(made.impliedVol!(-0.2))
    expect([made.quality, later.quality]).toEqual(['live', 'stale'])
  })

  it('behavior: a chain’s marks are fitted, anew when they change, and stand in for a slice that went stale', () => {
    const strikes = [70, 80, 85, 90, 95, 100, 120]
    const chain = (time: number, vol: number): MarketEvent => ({
      kind: 'market',
      source: 'chain',
      sourceTime: time,
      receivedTime: time,
      observations: strikes.map((strike) => ({
        kind: 'quote',
        instrument: `deribit:BTC/USD:BTC-260227-${strike}000-C`,
        mark: 0.01,
        markVol: vol,
        forward: 89_000,
      })),
    })
    const atTheMoney = (...events: readonly MarketEvent[]) => {
      const { receivedTime } = events[events.length - 1]!
      const smile = viewAt(receivedTime, ...events).smile('BTC', FEB)
      return [smile.origin, Number(smile.impliedVol!(0).toFixed(3))]
    }
    expect(atTheMoney(chain(T0, 0.5))).toEqual(['fit', 0.5])
    expect(atTheMoney(chain(T0, 0.5), chain(T0 + 1000, 0.7))).toEqual(['fit', 0.7])
    const slice: MarketEvent = { ...chain(T0, 1), source: 'slices', observations: [sliceOf('BTC', FEB, T0)] }
    expect(atTheMoney(slice, chain(T0, 0.5))[0]).toBe('slice')
    expect(atTheMoney(slice, chain(T0 + DAY, 0.5))).toEqual(['fit', 0.5])
  })

  it('error: a slice that is none is named and left aside', () => {
    const state = createMarketState(DEFAULT_GUARD)
    const bad: MarketEvent = {
      ...instant(T0, { BTC: 89_000 }, []),
      observations: [{ kind: 'slice', underlying: 'BTC', expiry: FEB, svi: [-1, 0.1, 0, 0, 0.1] }],
    }
    expect(applyMarketEvent(state, bad).map(({ code }) => code)).toEqual(['not-a-surface'])
    expect(marketView(state, T0).smile('BTC', FEB).quality).toBe('unknown')
  })
})

describe('the market that margin models ask', () => {
  const option = instrumentOf('deribit:BTC/USD:BTC-260227-80000-P')
  const perpetual = instrumentOf('deribit:BTC/USD:BTC')
  const view = viewAt(T0, instant(T0, { BTC: 89_000 }, [FEB]))
  const market = marginMarket(view, 0.01)

  it('behavior: it moves prices by one share, keeps vols with their strikes, and prices options anew', () => {
    const moved = movedMarket(market, { spot: () => -0.1, vol: 0.5 })
    expect(moved.index('BTC')).toBeCloseTo(80_100, 9)
    expect(moved.assetPrice('BTC')).toBeCloseTo(80_100, 9)
    expect(moved.assetPrice('USDC')).toBe(1)
    expect(moved.mark(perpetual)).toBeCloseTo(80_100, 9)
    expect(moved.forward('BTC', FEB)).toBeCloseTo(market.forward('BTC', FEB)! * 0.9, 9)
    expect(moved.impliedVol('BTC', FEB, 80_000)).toBe(market.impliedVol('BTC', FEB, 80_000)! * 1.5)
    expect(moved.mark(option)!).toBeGreaterThan(market.mark(option)!)
    const still = movedMarket(market, { spot: () => 0, vol: 0 })
    expect(still.mark(option)).toBe(market.mark(option))
  })

  it('behavior: what is not known is undefined', () => {
    expect(market.index('ETH')).toBeUndefined()
    expect(market.mark(instrumentOf('deribit:ETH/USD:ETH'))).toBeUndefined()
    expect(movedMarket(market, { spot: () => -0.1, vol: 0 }).index('ETH')).toBeUndefined()
  })

  it('behavior: confidence falls from 1 to 0 where the feed’s half-width reaches what is tolerated', () => {
    const confidence = (width: number) => {
      const event: MarketEvent = {
        ...instant(T0, {}, []),
        observations: [{ kind: 'index', underlying: 'BTC', price: 80_000, confidence: width }],
      }
      return marginMarket(viewAt(T0, event), 0.01).confidence('BTC')
    }
    expect([0, 200, 800, 4000].map(confidence)).toEqual([1, 0.75, 0, 0])
    expect(market.confidence('BTC')).toBe(1)
  })
})
