import { describe, expect, it } from 'vitest'
import { acts, connectedRulebook, createActingDesk, PERPETUAL } from '../test/actingDesk.js'
import { assessed, createWorld, feed, instant, statement, T0 } from '../test/desk.js'
import type { Assessment } from './assess/index.js'
import { composeEngine, type EngineParts } from './compose.js'
import type { Event } from './event.js'
import { NO_ORDERS } from './order/index.js'
import { EMPTY_RULE_STATE } from './policy/index.js'

const quote = (instrument: string): Event => ({
  kind: 'market',
  source: `feed-${instrument}`,
  sourceTime: T0,
  receivedTime: T0,
  observations: [{ kind: 'quote', instrument, bid: 1, ask: 2 }],
})

describe('faults stay with what they are in', () => {
  it('[UN28] an event of one market throws: those of the others in its turn are taken in, and it is told', () => {
    const taken: string[] = []
    const nothing: Assessment = { time: T0, accounts: [], portfolios: [], inputs: [] }
    const parts: EngineParts = {
      begin: () => [],
      apply(event) {
        if (event.source === 'feed-deribit:BTC/USD:BTC') throw new RangeError('no such strike')
        taken.push(event.source)
        return []
      },
      conclude: () => ({ assessment: nothing, decisions: [] }),
      rules: () => EMPTY_RULE_STATE,
      orders: () => NO_ORDERS,
      state: () => taken.length,
    }
    const turn = composeEngine(parts).step(
      ['deribit:ETH/USD:ETH', 'deribit:BTC/USD:BTC', 'deribit:SOL/USDC:USDC'].map(quote),
      T0,
    )
    expect(taken).toEqual(['feed-deribit:ETH/USD:ETH', 'feed-deribit:SOL/USDC:USDC'])
    expect(turn.flags).toEqual([
      { code: 'event-fault', subject: 'feed-deribit:BTC/USD:BTC', detail: 'market: no such strike' },
    ])
  })

  it('[UN28] the margin of one account throws: it counts as at risk, the other has its numbers', () => {
    const world = createWorld(['a', 'cross'], ['b', 'cross'])
    const position = ['deribit:BTC/USD:BTC', '1000', 89_000] as const
    feed(
      world,
      statement('a', { USDC: '1000' }, [position]),
      statement('b', { USDC: '1000' }, [position]),
      instant(T0, { BTC: 89_000, ETH: 3_000 }, []),
    )
    const whole = assessed(world, T0)
    expect(whole.accounts.map(({ margin }) => margin.ok)).toEqual([true, true])
    const { get } = world.memory.accounts
    world.memory.accounts.get = (id) => {
      if (id === 'a') throw new RangeError('no such bracket')
      return get.call(world.memory.accounts, id)
    }
    const { accounts } = assessed(world, T0)
    expect(accounts[0]).toMatchObject({ margin: { ok: false }, quality: 'unknown' })
    expect(accounts[0]!.missing).toEqual(['fault:RangeError: no such bracket'])
    expect(accounts[1]).toMatchObject({ account: 'b', margin: { ok: true }, missing: [] })
  })

  it('[UN28] one rule throws: the others decide, and a person is told', () => {
    const rule = (id: string) => `
  - id: ${id}
    scope: { underlying: BTC }
    when: abs(delta_net) > 3
    rearm: { when: abs(delta_net) < 1, after: 5 min }
    stage: live
    do: { hedge-delta: { target: 0 BTC, with: "${PERPETUAL}", account: main, maxSlippage: 20 bps } }
`
    const compiled = connectedRulebook(rule('broken') + rule('sound'))
    const [broken, sound] = compiled.rules
    const throwing = {
      ...broken!,
      get when(): never {
        throw new RangeError('no such measure')
      },
    }
    const desk = createActingDesk({ ...compiled, rules: [throwing, sound!] })
    desk.connect(0)
    const decisions = desk.turn(1, { delta: 4 })
    expect(acts(decisions)).toEqual([`sent -320000 ${PERPETUAL}`])
    expect(JSON.stringify(decisions)).toContain('no such measure')
  })
})
