import { describe, expect, it } from 'vitest'
import type { MarketEvent, Observation } from '../event.js'
import { applyMarketEvent, createMarketState, DEFAULT_GUARD, marketDigest, marketView, permits } from './index.js'

const T0 = 1_770_000_000_000
const index = (price: number): Observation => ({ kind: 'index', underlying: 'BTC', price })
const quote = (key: string, fields: object): Observation => ({ kind: 'quote', instrument: key, ...fields })
const event = (
  source: string,
  sourceTime: number,
  observations: readonly Observation[],
  receivedTime = sourceTime,
): MarketEvent => ({ kind: 'market', source, sourceTime, receivedTime, observations })

const at = (now: number, ...events: readonly MarketEvent[]) => {
  const state = createMarketState(DEFAULT_GUARD)
  const flags = events.flatMap((one) => applyMarketEvent(state, one))
  return { state, flags, view: marketView(state, now) }
}
const OPTION = 'deribit:BTC/USD:BTC-260227-80000-P'

describe('the oracle guard', () => {
  it('[UN1] a feed that fell silent while another moves blocks new risk', () => {
    const silent = event('a', T0, [index(80_000)])
    const moving = event('b', T0 + 90_000, [index(77_000)])
    const belief = at(T0 + 90_000, silent, moving).view.index('BTC')
    expect(belief).toMatchObject({ source: 'b', value: 77_000, quality: 'suspect' })
    expect(belief.reasons[0]).toContain('a, silent for 90.0 s, says 80000')
    expect(permits('open', belief.quality)).toBe('refused')
    expect(permits('reduce', belief.quality)).toBe('named')
    expect(permits('cancel', belief.quality)).toBe('allowed')
  })

  it('[UN1] the only feed falling silent is stale, and is itself what may be told', () => {
    const { view } = at(T0 + 61_000, event('a', T0, [index(80_000)]))
    expect(view.index('BTC')).toMatchObject({ quality: 'stale', ageMs: 61_000 })
    expect(permits('alert', 'stale')).toBe('refused')
    expect(permits('report-input', 'stale')).toBe('allowed')
  })

  it('[UN2] messages that arrive with a frozen source time are stale', () => {
    const chatty = Array.from({ length: 120 }, (_, i) => event('a', T0, [index(80_000)], T0 + i * 1000))
    const belief = at(T0 + 119_000, ...chatty).view.index('BTC')
    expect(belief.quality).toBe('stale')
    expect(belief.reasons[0]).toContain('frozen clock: 119 messages since')
  })

  it('[UN2] a counter that stands still is a repeated message, whatever its time', () => {
    const stuck = Array.from({ length: 120 }, (_, i) => ({
      ...event('a', T0 + i * 1000, [index(80_000)]),
      sequence: 7,
    }))
    expect(at(T0 + 119_000, ...stuck).view.index('BTC').quality).toBe('stale')
  })

  it('[UN3] a quiet option book with heartbeats is not stale', () => {
    const hour = 3_600_000
    const book = event('deribit', T0, [quote(OPTION, { bid: 0.02, ask: 0.021, mark: 0.0205 })])
    const beats = Array.from({ length: 60 }, (_, i) => event('deribit', T0 + (i + 1) * 60_000, []))
    expect(at(T0 + hour, book, ...beats).view.quote(OPTION).quality).toBe('live')
    expect(at(T0 + hour, book).view.quote(OPTION).quality).toBe('stale')
  })

  it('behavior: a heartbeat whose own clock is frozen vouches for nothing', () => {
    const book = event('deribit', T0, [quote(OPTION, { mark: 0.0205 })])
    const beats = Array.from({ length: 60 }, (_, i) => event('deribit', T0, [], T0 + (i + 1) * 60_000))
    expect(at(T0 + 3_600_000, book, ...beats).view.quote(OPTION).quality).toBe('stale')
  })

  it('behavior: of two fresh sources that differ both are suspect, a third decides', () => {
    const a = event('a', T0, [index(80_000)])
    const b = event('b', T0, [index(90_000)])
    const c = event('c', T0, [index(90_100)])
    expect(at(T0, a, b).view.index('BTC').quality).toBe('suspect')
    expect(at(T0, a, b, c).view.index('BTC')).toMatchObject({ quality: 'live', value: 90_000 })
  })

  it('behavior: a jump against the time-weighted average is suspect until the average follows', () => {
    const before = Array.from({ length: 10 }, (_, i) => event('a', T0 + i * 60_000, [index(80_000)]))
    const jumped = event('a', T0 + 600_000, [index(95_000)])
    const later = Array.from({ length: 10 }, (_, i) => event('a', T0 + 660_000 + i * 60_000, [index(95_000)]))
    const belief = at(T0 + 600_000, ...before, jumped).view.index('BTC')
    expect(belief.quality).toBe('suspect')
    expect(belief.reasons[0]).toContain('jumped 18.75 %')
    expect(at(T0 + 1_200_000, ...before, jumped, ...later).view.index('BTC').quality).toBe('live')
  })

  it('behavior: a wide confidence is suspect', () => {
    const wide: Observation = { kind: 'index', underlying: 'BTC', price: 80_000, confidence: 1_000 }
    expect(at(T0, event('a', T0, [wide])).view.index('BTC')).toMatchObject({ quality: 'suspect', confidence: 1_000 })
  })

  it('behavior: crossed, one-sided and outlying quotes are suspect, each by name', () => {
    const reasons = (fields: object) => at(T0, event('d', T0, [quote(OPTION, fields)])).view.quote(OPTION).reasons
    expect(reasons({ bid: 0.022, ask: 0.021 })).toEqual(['crossed: bid 0.022 above ask 0.021'])
    expect(reasons({ bid: 0.02, mark: 0.0205 })).toEqual(['no ask'])
    expect(reasons({ bid: 0.02, ask: 0.021, mark: 0.03 })).toEqual(['mark 0.03 above ask 0.021'])
    expect(reasons({ bid: 0.02, ask: 0.021, mark: 0.0205 })).toEqual([])
    expect(reasons({})).toEqual(['the ticker carries no price'])
  })

  it('behavior: clocks that go back or run ahead are named, and make nothing younger', () => {
    const back = at(T0 + 1000, event('a', T0, [index(80_000)]), event('a', T0 - 5000, [index(70_000)], T0 + 1000))
    expect(back.flags.map(({ code }) => code)).toEqual(['clock-backwards', 'older'])
    expect(back.view.index('BTC').value).toBe(80_000)
    const ahead = at(T0, event('a', T0 + 86_400_000, [index(80_000)], T0))
    expect(ahead.flags.map(({ code }) => code)).toEqual(['clock-ahead'])
    expect(ahead.view.index('BTC')).toMatchObject({ quality: 'suspect', sourceTime: T0 })
    const received = at(T0, event('a', T0, [index(80_000)]), event('b', T0 - 1, [], T0 - 1))
    expect(received.flags.map(({ code }) => code)).toEqual(['received-time-backwards'])
    expect(received.state.time).toBe(T0)
  })

  it('behavior: a price that is none is left aside and named, and what was believed stays', () => {
    for (const bad of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) {
      const { flags, view } = at(T0, event('a', T0, [index(80_000)]), event('a', T0 + 1, [index(bad)], T0 + 1))
      expect(flags.map(({ code }) => code)).toEqual(['not-a-price'])
      expect(view.index('BTC').value).toBe(80_000)
    }
  })

  it('behavior: what nobody spoke of is unknown, never 0', () => {
    const { view } = at(T0)
    expect(view.index('BTC')).toEqual({
      name: 'index:BTC',
      source: '',
      quality: 'unknown',
      reasons: ['no source has said anything'],
    })
    expect(view.asset('USDC')).toMatchObject({ value: 1, source: 'par' })
    expect(view.asset('SOL').quality).toBe('unknown')
  })

  it('behavior: a guard that judges everything stale raises its own alarm', () => {
    const events = [event('a', T0, [index(80_000)]), event('b', T0, [{ kind: 'asset', asset: 'USDC', price: 1 }])]
    expect(at(T0, ...events).view.guard.alarm).toBe(false)
    const { guard } = at(T0 + 3_600_000, ...events).view
    expect(guard).toMatchObject({ alarm: true, judged: 2, stale: 2 })
    expect(guard.reasons[0]).toContain('all 2 figures are judged stale')
  })

  it('error: a view does not outlive the state it was taken of', () => {
    const { state, view } = at(T0, event('a', T0, [index(80_000)]))
    applyMarketEvent(state, event('a', T0 + 1, [index(80_001)], T0 + 1))
    expect(() => view.index('BTC')).toThrow('outdated')
  })

  it('behavior: the digest tells states apart and does not depend on how instruments came in', () => {
    const quotes = [80_000, 81_000, 82_000].map((strike) =>
      quote(`deribit:BTC/USD:BTC-260227-${strike}-P`, { mark: strike / 1e7 }),
    )
    const digest = (observations: readonly Observation[]) => marketDigest(at(T0, event('a', T0, observations)).state)
    expect(digest(quotes)).toBe(digest([...quotes].reverse()))
    expect(digest(quotes)).not.toBe(digest(quotes.slice(1)))
    expect(digest([index(1)])).not.toBe(digest([index(2)]))
  })
})
