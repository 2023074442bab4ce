import { describe, expect, it } from 'vitest'
import { retryDelay } from '../src/api/stream.js'
import type { Alert, Decision, Series, Status } from '../src/api/types.js'
import { alignSeries, axisTime, marksOf, nearestMark, rebase } from '../src/chart/timeline.js'
import { EMPTY_HOUSE, freshness, mergeNewest, STALE_AFTER_MS, takeNotification } from '../src/state/house.js'
import { commandOf, OTHER_KEYS, SECTIONS } from '../src/view/shortcuts.js'

describe('freshness', () => {
  const live = { ...EMPTY_HOUSE, connection: { kind: 'live' } as const, heardAt: 1000 }
  const running = { state: 'running' } as Status

  it('behavior: silence while the run goes on is stale and doubtful; after its end it is not', () => {
    expect(freshness({ ...live, status: running }, 1500)).toMatchObject({ word: 'live', doubtful: false })
    const silent = 1001 + STALE_AFTER_MS
    expect(freshness({ ...live, status: running }, silent)).toMatchObject({ word: 'stale', doubtful: true })
    const finished = { ...running, state: 'finished' } as Status
    expect(freshness({ ...live, status: finished }, silent)).toMatchObject({ word: 'finished', doubtful: false })
    const failed = { ...running, state: 'failed', fault: 'disk full' } as Status
    expect(freshness({ ...live, status: failed }, 1500)).toMatchObject({
      word: 'failed',
      detail: 'disk full',
      doubtful: true,
    })
  })

  it('behavior: a lost server says why, how old the page is and when it tries again', () => {
    const lost = { ...live, connection: { kind: 'lost', reason: 'slow client', retryAt: 9000 } as const }
    expect(freshness(lost, 5000)).toEqual({
      word: 'lost',
      detail: 'slow client; heard 4 s ago; next try in 4 s',
      doubtful: true,
    })
  })

  it('limits: tries come fast at first and never rarer than fifteen seconds', () => {
    expect([0, 1, 2, 5, 50].map(retryDelay)).toEqual([500, 1000, 2000, 15_000, 15_000])
  })
})

describe('notifications', () => {
  const decision = (id: string, sequence: number) => ({ id, sequence }) as Decision

  it('behavior: newer decisions come in front; one that is known is replaced where it stands', () => {
    const merged = mergeNewest(
      [decision('b', 2), decision('a', 1)],
      [decision('a', 7), decision('c', 3), decision('d', 4)],
    )
    expect(merged.map(({ id, sequence }) => `${id}${sequence}`)).toEqual(['d4', 'c3', 'b2', 'a7'])
  })

  it('behavior: an account replaces its own positions and nobody else’s', () => {
    const position = (account: string, instrument: string) => ({ account, instrument }) as never
    const before = { ...EMPTY_HOUSE, positions: [position('a', 'x'), position('b', 'y')] }
    const after = takeNotification(before, 'accounts.a', { account: { account: 'a' }, positions: [position('a', 'z')] })
    expect(after.positions.map(({ account, instrument }) => account + instrument)).toEqual(['by', 'az'])
    expect(takeNotification(before, 'unheard.of', {})).toBe(before)
  })
})

describe('timeline', () => {
  const series = (name: string, ...points: readonly (readonly [string, number])[]): Series => ({
    name,
    points: points.map(([time, last]) => ({ time: `2026-02-0${time}T00:00:00.000Z`, last, low: last, high: last })),
  })

  it('behavior: series share an axis, with gaps where one has no point', () => {
    const columns = alignSeries(
      [series('a', ['1', 10], ['3', 30]), series('b', ['2', 5], ['3', 6])],
      ({ last }) => last,
    )
    expect(columns.values).toEqual([
      [10, null, 30],
      [null, 5, 6],
    ])
    const [a, b] = rebase(columns).values
    expect(a).toEqual([0, null, 2])
    expect(b?.[2]).toBeCloseTo(0.2, 12)
  })

  it('behavior: an alert that is also a decision is marked once; the nearest mark within reach is found', () => {
    const decision = {
      id: 'x',
      time: '2026-02-01T00:00:00.000Z',
      outcome: 'planned',
      action: { kind: 'alert', tier: 'critical', state: 'firing', summary: '', labels: {} },
    } as unknown as Decision
    const old = { id: 'y', startsAt: '2026-01-31T00:00:00.000Z', tier: 'warning' } as Alert
    const marks = marksOf([decision], [{ ...old, id: 'x' }, old])
    expect(marks.map(({ id, kind }) => `${id} ${kind}`)).toEqual(['y warning', 'x critical'])
    const at = Date.parse(decision.time) / 1000
    expect(nearestMark(marks, at + 50, 60)?.id).toBe('x')
    expect(nearestMark(marks, at + 500, 60)).toBeUndefined()
  })

  it('behavior: ticks tell days where days begin, else the time', () => {
    const at = Date.parse('2026-02-03T06:00:00.000Z') / 1000
    expect(axisTime(at, 21_600)).toBe('06:00')
    expect(axisTime(at - 21_600, 21_600)).toBe('3 Feb')
    expect(axisTime(at, 86_400)).toBe('3 Feb')
  })
})

describe('keys', () => {
  it('behavior: every listed key does something, none while typing or with a modifier', () => {
    for (const { key } of [...SECTIONS, ...OTHER_KEYS]) {
      if (key === 'Esc') continue
      expect(commandOf(key, false, false)).toBeDefined()
      expect(commandOf(key, true, false)).toBeUndefined()
      expect(commandOf(key, false, true)).toBeUndefined()
    }
    expect(new Set(SECTIONS.map(({ key }) => key)).size).toBe(SECTIONS.length)
  })
})
