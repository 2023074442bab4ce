import { describe, expect, it } from 'vitest'
import { acts, connectedRulebook, createActingDesk, PERPETUAL } from '../../../test/actingDesk.js'
import { compileConfiguration } from '../configuration/compileConfiguration.js'
import { killNote } from './kills.js'

const rule = (more: string) => `
  - id: hold-delta
    scope: { underlying: BTC }
    when: abs(delta_net) > 3
    rearm: { when: abs(delta_net) < 1 }
    stage: live
    repeat: 1 s
${more}
    do: { hedge-delta: { target: 0 BTC, with: "${PERPETUAL}", account: main, maxSlippage: 20 bps } }
`

function deskWith(preTrade: string) {
  const desk = createActingDesk(connectedRulebook(rule(''), `preTrade: ${preTrade}\n`))
  desk.connect(0)
  return desk
}

describe('pre-trade controls in the loop', () => {
  it('behavior: an order beyond a limit is denied, with level and figure', () => {
    const desk = deskWith('{ firm: { maxOrderValue: 300000 USD } }')
    expect(desk.turn(1, { delta: 4 })[0]).toMatchObject({
      outcome: 'denied',
      reasons: [
        'pre-trade control of firm: 320000 USD, at most 300000 USD an order',
        expect.anything(),
        expect.anything(),
      ],
    })
    expect(acts(desk.turn(2, { delta: 3.5 }))).toEqual([`sent -280000 ${PERPETUAL}`])
  })

  it('behavior: repeated execution holds the rule until a person resumes it', () => {
    const desk = deskWith('{ rules: { hold-delta: { maxRepeats: { count: 2, per: 1 min } } } }')
    const sent: string[] = []
    for (let second = 1; second < 120; second++) {
      for (const decision of desk.turn(second * 1000, { delta: 4 })) {
        if (decision.outcome !== 'sent' || decision.action.kind !== 'order') continue
        sent.push(decision.id)
        desk.order(decision.id, 'filled', decision.action.size)
      }
    }
    expect(sent).toHaveLength(2)
    const [resumed, next] = desk.turn(200_000, { delta: 4 }, [
      desk.control('resume', 'rule:hold-delta', 'looked at it'),
    ])
    expect(resumed?.action).toMatchObject({ state: 'resumed', scope: 'rule:hold-delta' })
    expect(next?.outcome).toBe('sent')
  })

  it('behavior: limits on what opens do not keep a kill from closing', () => {
    const desk = deskWith('{ firm: { maxOrderValue: 1 USD, maxMessages: { count: 1, per: 1 d } } }')
    const position = {
      instrument: PERPETUAL,
      size: 1_000_000,
      sizeUnit: 'USD',
      priceUnit: 'USD',
      quality: 'live' as const,
    }
    const note = killNote({ mode: 'flatten', drill: false, reason: 'test' })
    const decisions = desk.turn(1, { positions: [position] }, [desk.control('kill', 'all', note)])
    expect(acts(decisions)).toContain(`sent -1000000 ${PERPETUAL}`)
  })

  it('error: a level that is nowhere else in the file is told where it stands', () => {
    const text = `version: 1
sources: [{ kind: scenario, builtin: test }]
accounts: [{ id: main, venue: deribit, balances: { BTC: 1 } }]
preTrade:
  accounts: { mian: { maxOrderValue: 1 USD } }
`
    const compiled = compileConfiguration(text, 'test.yaml')
    expect(compiled.ok).toBe(false)
    const [first] = compiled.ok ? [] : compiled.diagnostics
    expect(first).toMatchObject({ line: 5, column: 15, code: 'NOT_ALLOWED', suggestion: "did you mean 'main'?" })
  })
})
