import { describe, expect, it } from 'vitest'
import { NO_ROUNDS, type Round, type RoundsMemory, rememberVol, settleRound, volRank, whyClose } from './round.js'

const MINUTE = 60_000
const DAY = 86_400_000
const round: Round = {
  number: 1,
  strategy: 'covered-call',
  openedAt: 0,
  phase: 'opening',
  actedAt: 0,
  expiry: 20 * DAY,
  legs: [{ instrument: 'c', size: -5 }],
  credit: 0.01,
  lossMax: 1000,
  why: ['because'],
}
const memory = (change: Partial<Round> = {}): RoundsMemory => ({
  ...NO_ROUNDS,
  count: 1,
  open: { ...round, ...change },
})
const held = (size: number) => () => size

describe('settleRound', () => {
  it('behavior: opens once its orders are filled; with what was filled once the wait is over', () => {
    expect(settleRound(memory(), held(-5), MINUTE, 15 * MINUTE).open?.phase).toBe('open')
    expect(settleRound(memory(), held(-3), MINUTE, 15 * MINUTE).open?.phase).toBe('opening')
    const partly = settleRound(memory(), held(-3), 15 * MINUTE, 15 * MINUTE).open
    expect(partly).toMatchObject({ phase: 'open', legs: [{ instrument: 'c', size: -3 }] })
  })

  it('behavior: ends as not filled, expired, closed as it was meant, or closed by others', () => {
    const endOf = (before: RoundsMemory, now: number) =>
      settleRound(before, held(0), now, 15 * MINUTE).done[0]?.end.kind
    expect(endOf(memory(), 15 * MINUTE)).toBe('not-filled')
    expect(endOf(memory({ phase: 'open' }), 20 * DAY)).toBe('expired')
    expect(endOf(memory({ phase: 'open' }), 2 * DAY)).toBe('closed')
    expect(endOf(memory({ phase: 'closing', closing: { kind: 'profit', why: '' } }), 2 * DAY)).toBe('profit')
  })

  it('behavior: a closing that was not filled is tried again', () => {
    const closing = memory({ phase: 'closing', closing: { kind: 'profit', why: '' }, actedAt: DAY })
    expect(settleRound(closing, held(-5), DAY + MINUTE, 15 * MINUTE)).toBe(closing)
    expect(settleRound(closing, held(-5), DAY + 15 * MINUTE, 15 * MINUTE).open).toMatchObject({ phase: 'open' })
  })

  it('behavior: a condor is over once nothing is short, though a wing is left', () => {
    const legs = ['a', 'b', 'c', 'd'].map((instrument, i) => ({ instrument, size: i < 2 ? 1 : -1 }))
    const closing = memory({ strategy: 'iron-condor', phase: 'closing', legs, closing: { kind: 'profit', why: '' } })
    const left = (instrument: string) => (instrument === 'a' ? 1 : 0)
    expect(settleRound(closing, left, DAY, 15 * MINUTE).done[0]?.end.kind).toBe('profit')
  })

  it('error: unknown holdings change nothing', () => {
    const before = memory()
    expect(settleRound(before, undefined, 30 * DAY, MINUTE)).toBe(before)
  })
})

describe('whyClose', () => {
  const open: Round = { ...round, phase: 'open' }
  const terms = { timeLeft: 2 * DAY, profit: 0.6, inTheMoney: true, delta: 0.45, loss: 2 }
  it.each([
    ['defended', { delta: 0.45 }, DAY],
    ['defended', { cost: 0.0301 }, DAY],
    ['in-the-money', { inTheMoney: true }, DAY],
    ['profit', { cost: 0.004 }, DAY],
    ['time', {}, 18 * DAY],
    [undefined, { cost: 0.0041, delta: 0.44, inTheMoney: false }, 17.9 * DAY],
    [undefined, { cost: Number.NaN, delta: Number.NaN }, DAY],
  ] as const)('behavior: %s on %j', (kind, view, now) => {
    expect(whyClose(open, terms, view, now)?.kind).toBe(kind)
  })

  it('behavior: a condor that is short more than its wing is closed whatever else', () => {
    const legs = [2, 1, -2, -2].map((size, i) => ({ instrument: `${i}`, size }))
    expect(whyClose({ ...open, strategy: 'iron-condor', legs }, { inTheMoney: false }, {}, 0)?.kind).toBe('unbalanced')
  })
})

describe('volRank', () => {
  it('behavior: one vol a day, the last of it; a rank from twenty days on', () => {
    let rounds = NO_ROUNDS
    for (let hour = 0; hour < 24 * 20; hour++) rounds = rememberVol(rounds, (400 + hour) / 1000, (hour * DAY) / 24)
    expect(rounds.vols).toHaveLength(20)
    expect(rounds.vols[0]).toEqual([0, 0.423])
    expect(volRank(rounds, 0.423)).toBe(0)
    expect(volRank(rounds, 2)).toBe(1)
    expect(volRank({ ...rounds, vols: rounds.vols.slice(1) }, 0.5)).toBeUndefined()
    expect(rememberVol(rounds, Number.NaN, DAY)).toBe(rounds)
  })
})
