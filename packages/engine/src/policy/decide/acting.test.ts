import { describe, expect, it } from 'vitest'
import { acts, at, connectedRulebook, createActingDesk, PERPETUAL } from '../../../test/actingDesk.js'
import { marketOf, rulebookWith } from '../../../test/policyDesk.js'
import type { OrderAction } from '../../order/index.js'
import { draftOf } from '../draft.js'
import { EMPTY_RULE_STATE } from '../state.js'
import { haltOver } from './halts.js'
import { killNote, readKillNote } from './kills.js'

const SECOND = 1000
const MINUTE = 60 * SECOND

const hedge = (stage: string, more = '') => `
  - id: hold-delta
    scope: { underlying: BTC }
    when: abs(delta_net) > 3
    rearm: { when: abs(delta_net) < 1, after: 5 min }
    stage: ${stage}
    cooldown: 10 s
${more}
    do: { hedge-delta: { target: 0 BTC, with: "${PERPETUAL}", account: main, maxSlippage: 20 bps } }
`

const LONG_PERPETUAL = {
  instrument: PERPETUAL,
  size: 100_000,
  sizeUnit: 'USD',
  priceUnit: 'USD',
  quality: 'live' as const,
}

function liveDesk(more = '') {
  const desk = createActingDesk(connectedRulebook(hedge('live', more)))
  desk.connect(0)
  return desk
}

describe('orders under way', () => {
  it('behavior: an account that is not reconciled opens nothing, and says what it waits for', () => {
    const desk = createActingDesk(connectedRulebook(hedge('live')))
    desk.news(at(0, { kind: 'session', account: 'main', state: 'connected' }))
    const [denied] = desk.turn(1, { delta: 4 })
    expect(denied).toMatchObject({ outcome: 'denied' })
    expect(denied?.reasons[0]).toContain('no complete statement since the line was opened')
    desk.connect(2)
    expect(acts(desk.turn(3, { delta: 4 }))).toEqual([`sent -320000 ${PERPETUAL}`])
  })

  it('behavior: one order at a time in an instrument of an account', () => {
    const desk = createActingDesk(
      connectedRulebook(`${hedge('live')}${hedge('live').replace('hold-delta', 'hold-delta-too')}`),
    )
    desk.connect(0)
    expect(acts(desk.turn(1, { delta: 4 }))).toHaveLength(1)
    expect(acts(desk.turn(2, { delta: 4 }))).toEqual([])
  })

  it('[UN4] an order whose fate is unknown is not sent again; its fills settle it', () => {
    const desk = liveDesk()
    const [order] = desk.turn(1, { delta: 4 })
    desk.order(order!.id, 'unresolved', '0', { reason: 'no answer within 5 s' })
    expect(acts(desk.turn(2 * MINUTE, { delta: 4 }))).toEqual([])
    desk.order(order!.id, 'filled', '-320000')
    expect(desk.view().orders[0]).toMatchObject({ status: 'filled', filled: '-320000' })
  })

  it('behavior: an unresolved order blocks more risk in its bucket, never a reduction', () => {
    const other = 'deribit:BTC/USD:BTC-260327'
    const rules = `${hedge('live')}
  - id: trim
    scope: account
    when: margin_ratio > 0.5
    rearm: { when: margin_ratio < 0.4 }
    stage: live
    do: { reduce: { share: 50 %, instruments: ["${other}"] } }
`
    const desk = createActingDesk(connectedRulebook(rules))
    desk.connect(0)
    const [order] = desk.turn(1, { delta: 4 })
    desk.order(order!.id, 'unresolved')
    const held = { ...LONG_PERPETUAL, instrument: other }
    const decisions = desk.turn(20 * SECOND, { delta: 4, marginRatio: 0.6, positions: [held] })
    expect(acts(decisions)).toEqual([`sent -50000 ${other}`])
  })

  it('[UN6] after 60 % of an order the need is what is left, judged anew after the cool-down', () => {
    const desk = liveDesk()
    const [order] = desk.turn(1, { delta: 4 })
    desk.order(order!.id, 'cancelled', '-192000')
    expect(acts(desk.turn(2, { delta: 1.6 }))).toEqual([])
    expect(acts(desk.turn(15 * SECOND, { delta: 3.5 }))).toEqual([`sent -280000 ${PERPETUAL}`])
  })

  it('[UN5] two orders under one client id are seen, and count together', () => {
    const desk = liveDesk()
    const [order] = desk.turn(1, { delta: 4 })
    desk.order(order!.id, 'open', '-1000', { venueOrderId: 'a' })
    const flags = desk.order(order!.id, 'open', '-2000', { venueOrderId: 'b' })
    expect(flags.map(({ code }) => code)).toEqual(['duplicate-order'])
    expect(desk.view().orders[0]).toMatchObject({ status: 'open', filled: '-3000' })
    desk.order(order!.id, 'cancelled', '-1000', { venueOrderId: 'a' })
    expect(desk.view().orders[0]?.status).toBe('open')
    desk.order(order!.id, 'cancelled', '-2000', { venueOrderId: 'b' })
    expect(desk.view().orders[0]?.status).toBe('cancelled')
  })

  it('[UN12] a venue that takes makers only is waited for, and told', () => {
    const desk = liveDesk()
    desk.news(at(1, { kind: 'venue-state', venue: 'deribit', state: 'post-only', detail: 'after an upgrade' }))
    const decisions = desk.turn(2, { delta: 4 })
    expect(decisions[0]).toMatchObject({
      outcome: 'denied',
      reasons: ['deribit is post-only: after an upgrade', expect.anything(), expect.anything()],
    })
    desk.news(at(3, { kind: 'venue-state', venue: 'deribit', state: 'open' }))
    expect(acts(desk.turn(4, { delta: 4 }))).toEqual([`sent -320000 ${PERPETUAL}`])
  })

  it('behavior: an order of ours that the venue does not list is of unknown fate; one that is not ours is over', () => {
    const desk = liveDesk()
    const [order] = desk.turn(1, { delta: 4 })
    desk.order(order!.id, 'open')
    desk.news(
      at(2, {
        kind: 'order',
        account: 'main',
        venueOrderId: 'x',
        instrument: PERPETUAL,
        size: '10',
        filled: '0',
        status: 'open',
      }),
    )
    desk.news(at(3, { kind: 'open-orders', account: 'main', orders: [] }))
    expect(desk.view().orders.map(({ status }) => status)).toEqual(['unresolved', 'cancelled'])
  })

  it('behavior: a lost line makes orders on their way unresolved', () => {
    const desk = liveDesk()
    desk.turn(1, { delta: 4 })
    desk.news(at(2, { kind: 'session', account: 'main', state: 'lost' }))
    expect(desk.view().orders[0]?.status).toBe('unresolved')
    expect(desk.view().accounts[0]?.reconciled).toBe(false)
  })

  it('[UN8] a position that vanished from the statement waits for a person, and nothing opens until then', () => {
    const desk = liveDesk()
    const statement = at(1, { kind: 'account', account: 'main', complete: true, positions: [] })
    desk.vanish(statement)
    expect(desk.turn(2, { delta: 4 })[0]?.reasons[0]).toContain('not adopted')
    const adopted = desk.turn(3, { delta: 4 }, [desk.control('adopt', 'main', 'closed by hand')])
    expect(adopted[0]).toMatchObject({ action: { kind: 'adopt', by: 'ops' }, outcome: 'done' })
    expect(acts(adopted)).toEqual([`sent -320000 ${PERPETUAL}`])
  })
})

describe('the ladder', () => {
  it('behavior: approve asks a person, once; confirmed, it is sent', () => {
    const desk = createActingDesk(connectedRulebook(hedge('approve')))
    desk.connect(0)
    const [pending] = desk.turn(1, { delta: 4 })
    expect(pending?.outcome).toBe('pending')
    expect(acts(desk.turn(2, { delta: 4 }))).toEqual([])
    expect(acts(desk.turn(3, { delta: 4 }, [desk.control('approve', pending!.id)]))).toEqual([
      `sent -320000 ${PERPETUAL}`,
    ])
    expect(acts(desk.turn(4, { delta: 4 }, [desk.control('approve', pending!.id)]))).toEqual([])
  })

  it('behavior: above a limit two different people confirm', () => {
    const desk = createActingDesk(
      connectedRulebook(hedge('approve', '    approval: { within: 15 min, fourEyesAbove: 2 BTC }')),
    )
    desk.connect(0)
    const [pending] = desk.turn(1, { delta: 4 })
    const approve = (actor: string) => desk.control('approve', pending!.id, undefined, actor)
    expect(acts(desk.turn(2, { delta: 4 }, [approve('ann'), approve('ann')]))).toEqual([])
    expect(acts(desk.turn(3, { delta: 4 }, [approve('ben')]))).toEqual([`sent -320000 ${PERPETUAL}`])
  })

  it('behavior: what nobody confirms lapses, what somebody refuses is over, what was halted meanwhile is denied', () => {
    for (const [expected, until, words] of [
      ['expired', 16 * MINUTE, [] as const],
      ['expired', 2, ['reject'] as const],
      ['denied', 2, ['kill', 'approve'] as const],
    ] as const) {
      const desk = createActingDesk(connectedRulebook(hedge('approve')))
      desk.connect(0)
      const [pending] = desk.turn(1, { delta: 4 })
      const controls = words.map((word) => desk.control(word, word === 'kill' ? 'all' : pending!.id))
      const decisions = desk.turn(until, { delta: 4 }, controls)
      expect(decisions.map(({ outcome }) => outcome)).toContain(expected)
      expect(acts(decisions).filter((act) => act.startsWith('sent -'))).toEqual([])
    }
  })

  it('behavior: up by the record, one step at a time; down at once', () => {
    const promotion = '    promotion: { after: 1 h, decisions: 1, denied: 50 % }'
    const desk = createActingDesk(rulebookWith(hedge('shadow', promotion)))
    const stage = (time: number, to: string) =>
      desk.turn(time, { delta: 0 }, [desk.control('stage', 'hold-delta', to)])[0]
    desk.turn(0, { delta: 4 })
    expect(stage(MINUTE, 'paper')).toMatchObject({ outcome: 'denied' })
    expect(stage(61 * MINUTE, 'live')?.reasons[0]).toContain('one step at a time')
    expect(stage(62 * MINUTE, 'paper')).toMatchObject({ outcome: 'done', action: { from: 'shadow', to: 'paper' } })
    expect(stage(63 * MINUTE, 'plan')).toMatchObject({ outcome: 'done' })
  })

  it('behavior: paper on a connected account is refused, live on one without a connection too', () => {
    const paper = createActingDesk(connectedRulebook(hedge('paper')))
    paper.connect(0)
    expect(paper.turn(1, { delta: 4 })[0]).toMatchObject({ outcome: 'denied' })
    const live = createActingDesk(rulebookWith(hedge('live')))
    expect(live.turn(1, { delta: 4 })[0]?.reasons[0]).toContain('has no connection')
  })
})

describe('the kill switch', () => {
  it('behavior: withdraws, closes, and is confirmed only by what the venue says afterwards', () => {
    const desk = liveDesk()
    const [order] = desk.turn(1, { delta: 4 })
    desk.order(order!.id, 'open')
    const note = killNote({ mode: 'flatten', drill: false, reason: 'exchange hacked' })
    const thrown = desk.turn(2, { positions: [LONG_PERPETUAL] }, [desk.control('kill', 'all', note)])
    // The open order stands in the way of closing in its instrument: it is withdrawn first.
    expect(acts(thrown)).toEqual(['sent cancel all', 'kill working'])
    desk.order(order!.id, 'cancelled')
    const closing = desk.turn(3, { positions: [LONG_PERPETUAL] })
    expect(acts(closing)).toEqual([`sent -100000 ${PERPETUAL}`])
    desk.order(closing[0]!.id, 'filled', '-100000')
    expect(acts(desk.turn(4, { positions: [] }))).toEqual([])
    desk.news(at(5, { kind: 'account', account: 'main', complete: true, positions: [] }))
    desk.news(at(5, { kind: 'open-orders', account: 'main', orders: [] }))
    expect(acts(desk.turn(6, { positions: [] }))).toEqual(['kill confirmed'])
    expect(acts(desk.turn(7, { delta: 4 }))).toEqual([])
  })

  it('[UN18] what could not be done is told, with why', () => {
    const desk = liveDesk()
    const note = killNote({ mode: 'flatten', drill: false, reason: 'test' })
    const noQuote = marketOf({})
    desk.turn(1, { positions: [LONG_PERPETUAL] }, [desk.control('kill', 'all', note)], noQuote)
    const late = desk.turn(2 * MINUTE, { positions: [LONG_PERPETUAL] }, [], noQuote)
    const report = late.find(({ action }) => action.kind === 'kill-report')
    expect(report?.action).toMatchObject({ state: 'incomplete' })
    expect(JSON.stringify(report?.action)).toContain('no price to close')
    expect(late.some(({ action }) => action.kind === 'alert' && action.tier === 'critical')).toBe(true)
  })

  it('behavior: a kill of a portfolio or an underlying holds every order it covers, whatever scope its rule has', () => {
    const rule = `
  - id: hold-delta
    scope: { underlying: BTC }
    when: abs(delta_net) > 3
    rearm: { when: abs(delta_net) < 1 }
    stage: approve
    do: { hedge-delta: { target: 0 BTC, with: "${PERPETUAL}", account: main } }
`
    for (const [scope, expected] of [
      ['portfolio:desk', 'denied'],
      ['underlying:desk/BTC', 'denied'],
      ['underlying:desk/ETH', 'pending'],
      ['portfolio:other', 'pending'],
    ] as const) {
      const desk = createActingDesk(connectedRulebook(rule))
      desk.connect(0)
      desk.turn(1, {}, [desk.control('kill', scope)])
      expect([scope, desk.turn(2, { delta: 4 })[0]?.outcome]).toEqual([scope, expected])
    }
    // Also an order of a rule that watches accounts, such as one that sells options.
    const rulebook = connectedRulebook(rule)
    const action: OrderAction = {
      kind: 'order',
      purpose: 'option-selling',
      venue: 'deribit',
      account: 'main',
      instrument: PERPETUAL,
      size: '10',
      sizeUnit: 'USD',
      limitPrice: '80000',
      priceUnit: 'USD',
      reduceOnly: false,
    }
    const planned = { action, actionClass: 'open' as const, amounts: {}, inputs: [], notes: [] }
    const haltedBy = (key: string) => {
      const draft = draftOf({ ...EMPTY_RULE_STATE, halts: { [key]: { since: 0, by: 'ops', reason: 'test' } } })
      return haltOver({ draft, rulebook }, { kind: 'account', account: 'main' }, [planned]) !== undefined
    }
    expect(['all', 'account:main', 'portfolio:desk', 'underlying:desk/BTC'].filter(haltedBy)).toHaveLength(4)
    expect(['account:other', 'portfolio:other', 'underlying:desk/ETH'].filter(haltedBy)).toEqual([])
  })

  it('behavior: an account that cannot be read is not flat', () => {
    const desk = liveDesk()
    const note = killNote({ mode: 'flatten', drill: false, reason: 'test' })
    desk.turn(1, { missing: ['fault:surface'] }, [desk.control('kill', 'all', note)])
    desk.news(at(2, { kind: 'account', account: 'main', complete: true, positions: [] }))
    desk.news(at(2, { kind: 'open-orders', account: 'main', orders: [] }))
    expect(acts(desk.turn(3, { missing: ['fault:surface'] }))).toEqual([])
    expect(acts(desk.turn(4, { missing: [] }))).toEqual(['kill confirmed'])
  })

  it('behavior: a share is closed once, whatever fills in parts', () => {
    const desk = liveDesk()
    const note = killNote({ mode: 'reduce', drill: false, reason: 'test' })
    const first = desk.turn(1, { positions: [LONG_PERPETUAL] }, [desk.control('kill', 'account:main', note)])
    expect(acts(first)).toContain(`sent -50000 ${PERPETUAL}`)
    const order = first.find(({ action }) => action.kind === 'order')
    desk.order(order!.id, 'cancelled', '-20000')
    expect(acts(desk.turn(2, { positions: [{ ...LONG_PERPETUAL, size: 80_000 }] }))).toEqual([
      `sent -30000 ${PERPETUAL}`,
    ])
  })

  it('behavior: a drill says what would be done, and does nothing', () => {
    const desk = liveDesk()
    const note = killNote({ mode: 'flatten', drill: true, reason: 'friday drill' })
    const decisions = desk.turn(1, { positions: [LONG_PERPETUAL] }, [desk.control('kill', 'all', note)])
    expect(acts(decisions)).toEqual(['kill confirmed'])
    expect(decisions[0]?.action).toMatchObject({ drill: true })
    expect(JSON.stringify(decisions[0]?.action)).toContain('close -100000 USD')
    expect(acts(desk.turn(2, { delta: 4 }))).toEqual([`sent -320000 ${PERPETUAL}`])
  })

  it('[UN19] resuming states cause, scope and effect', () => {
    const desk = liveDesk()
    desk.turn(1, {}, [
      desk.control('kill', 'portfolio:desk', killNote({ mode: 'cancel', drill: false, reason: 'bad feed' })),
    ])
    desk.turn(2, {}, [desk.control('kill', 'all', 'drawdown')])
    const [resumed] = desk.turn(3, {}, [desk.control('resume', 'all', 'feed is back')])
    expect(resumed?.action).toMatchObject({ kind: 'kill-report', scope: 'all', state: 'resumed' })
    expect(JSON.stringify(resumed?.action)).toContain('halt of portfolio:desk')
    expect(resumed?.reasons).toEqual(['was latched by ops: drawdown', 'ended by ops: feed is back'])
  })

  it('[UN20] drawdown from the peak and from the start are separate triggers', () => {
    const rules = (measure: string) => `
  - id: stop
    scope: account
    when: ${measure} > 0.2
    rearm: { when: ${measure} < 0.1, after: 1 d }
    stage: live
    do: { kill: { mode: cancel, reason: lost too much } }
`
    const path = [100, 140, 105]
    const killedBy = (measure: string) => {
      const desk = createActingDesk(connectedRulebook(rules(measure)))
      desk.connect(0)
      path.forEach((equity, index) => {
        desk.turn(index + 1, { equity })
      })
      return Object.keys(desk.state().kills)
    }
    expect(killedBy('drawdown')).toEqual(['account:main'])
    expect(killedBy('drawdown_from_start')).toEqual([])
  })

  it('behavior: notes of kills are read back as they were written', () => {
    for (const note of [
      { mode: 'reduce' as const, drill: true, reason: 'a; b = c' },
      { mode: 'cancel' as const, drill: false, reason: 'x' },
    ]) {
      expect(readKillNote(killNote(note))).toEqual(note)
    }
    expect(readKillNote('only words')).toEqual({ mode: 'cancel', drill: false, reason: 'only words' })
  })
})

describe('orders that are worked', () => {
  it('behavior: a chase follows the book and ends at its cap', () => {
    const desk = liveDesk('    execution: { chase: { every: 5 s, moves: 2 } }')
    const quote = (bid: number) => marketOf({ bid, ask: bid + 20, mark: bid + 10 })
    const [parent] = desk.turn(1, { delta: 4 }, [], quote(79_990))
    expect(parent?.action).toMatchObject({ style: { kind: 'chase' } })
    const [first] = desk.turn(2, { delta: 4 }, [], quote(79_990))
    expect(first?.action).toMatchObject({ limitPrice: '80010', terms: 'rest', parent: parent!.id })
    desk.order(first!.id, 'open', '-100000')
    expect(acts(desk.turn(3, { delta: 4 }, [], quote(79_900)))).toEqual([])
    expect(acts(desk.turn(6 * SECOND, { delta: 4 }, [], quote(79_900)))).toEqual(['sent cancel one'])
    desk.order(first!.id, 'cancelled', '-100000')
    const [second] = desk.turn(7 * SECOND, { delta: 4 }, [], quote(79_900))
    expect(second?.action).toMatchObject({ size: '-220000', limitPrice: '79920', terms: 'rest' })
    desk.order(second!.id, 'cancelled', '-100000')
    const [last] = desk.turn(8 * SECOND, { delta: 4 }, [], quote(79_900))
    expect(last?.action).toMatchObject({ size: '-120000', terms: 'fill-or-lapse' })
    desk.order(last!.id, 'filled', '-120000')
    desk.turn(9 * SECOND, { delta: 0 })
    expect(Object.keys(desk.state().working)).toEqual([])
  })

  it('behavior: slices are equal, and at most their part of what the book shows', () => {
    const desk = liveDesk('    execution: { sliced: { slices: 4, every: 10 s, participation: 50 % } }')
    const market = marketOf({ bid: 79_990, ask: 80_010, mark: 80_000, bidSize: 100_000, askSize: 100_000 })
    desk.turn(1, { delta: 4 }, [], market)
    const sizes: string[] = []
    for (let time = 2; time < 60 * SECOND; time += 5 * SECOND) {
      for (const { id, action } of desk.turn(time, { delta: 4 }, [], market)) {
        if (action.kind !== 'order' || action.parent === undefined) continue
        sizes.push(action.size)
        desk.order(id, 'filled', action.size)
      }
    }
    expect(sizes).toEqual(['-50000', '-50000', '-50000', '-50000'])
  })

  it("behavior: a maker's order is withdrawn when patience is over, and a halt withdraws what opens", () => {
    const desk = liveDesk('    execution: { postOnly: { patience: 30 s, afterwards: cancel } }')
    desk.turn(1, { delta: 4 })
    const [step] = desk.turn(2, { delta: 4 })
    expect(step?.action).toMatchObject({ terms: 'post-only', limitPrice: '80010' })
    desk.order(step!.id, 'open')
    expect(acts(desk.turn(31 * SECOND, { delta: 4 }))).toEqual(['sent cancel one'])
    desk.order(step!.id, 'cancelled')
    desk.turn(32 * SECOND, { delta: 2 })
    expect(Object.keys(desk.state().working)).toEqual([])
  })
})
