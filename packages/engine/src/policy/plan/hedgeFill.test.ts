import { describe, expect, it } from 'vitest'
import { createEngine } from '../../engine.js'
import type { Event } from '../../event.js'
import { compileConfiguration } from '../configuration/compileConfiguration.js'
import { renderDiagnostics } from '../configuration/diagnostic.js'

const START = Date.UTC(2026, 0, 29, 8)
const MINUTE = 60_000
const HEDGE = 'deribit:BTC/USD:BTC'

const OTHER = 'deribit:BTC/USDC:USDC'

const configuration = (WITH = `"${HEDGE}"`) => `version: 1
sources: [{ kind: scenario, builtin: test }]
accounts:
  - id: main
    venue: deribit
    balances: { BTC: 10 }
    positions:
      - { instrument: BTC/USD:BTC-260327, size: 800000 USD, entry: 80000 USD }
rules:
  - id: hedge
    scope: { underlying: BTC }
    when: abs(delta_net) > 0.5
    rearm: { when: abs(delta_net) < 0.1 }
    repeat: 1 min
    stage: paper
    do: { hedge-delta: { target: 0 BTC, with: ${WITH}, account: main } }
`

function rulebook(text = configuration()) {
  const compiled = compileConfiguration(text, 'desk.yaml')
  if (!compiled.ok) throw new Error(renderDiagnostics(compiled.diagnostics))
  return compiled.rulebook
}

const stamp = (time: number) => ({ source: 'feed', sourceTime: time, receivedTime: time })

function market(time: number, hedge = HEDGE): Event {
  const expiry = Date.UTC(2026, 2, 27, 8)
  return {
    kind: 'market',
    ...stamp(time),
    observations: [
      { kind: 'index', underlying: 'BTC', price: 80_000 },
      { kind: 'forward', underlying: 'BTC', expiry, price: 80_000 },
      { kind: 'quote', instrument: hedge, bid: 79_990, ask: 80_010, mark: 80_000 },
      { kind: 'quote', instrument: 'deribit:BTC/USD:BTC-260327', bid: 79_990, ask: 80_010, mark: 80_000 },
    ],
  }
}

describe('a hedge that is filled in part', () => {
  it('[UN6] 60 % filled, the rest cancelled: the next order is for what was not filled', () => {
    const engine = createEngine(rulebook())
    const sizes = (time: number, ...events: readonly Event[]) =>
      engine
        .step([market(time), ...events], time)
        .decisions.flatMap(({ action, id }) => (action.kind === 'order' ? [{ size: action.size, id }] : []))
    const [first] = sizes(START)
    expect(first!.size).toBe('-800000')
    const fill: Event = {
      kind: 'fill',
      ...stamp(START + MINUTE),
      account: 'main',
      instrument: HEDGE,
      fillId: '1',
      decisionId: first!.id,
      size: '-480000',
      price: '80000',
      fee: '0',
      feeAsset: 'BTC',
    }
    const over: Event = {
      kind: 'order',
      ...stamp(START + MINUTE),
      account: 'main',
      instrument: HEDGE,
      clientId: first!.id,
      status: 'cancelled',
      size: '-800000',
      filled: '-480000',
    }
    expect(sizes(START + MINUTE, fill, over).map(({ size }) => size)).toEqual(['-320000'])
  })

  it('behavior: a leg taken by auto-deleveraging is hedged anew, at the next place where the first is gone', () => {
    const places = `[{ instrument: "${HEDGE}", fee: 1 bps }, { instrument: "${OTHER}", fee: 5 bps }]`
    const engine = createEngine(rulebook(configuration(places)))
    const future = { instrument: 'deribit:BTC/USD:BTC-260327', size: '800000', entryPrice: 80_000 }
    const statement = (time: number, hedged: boolean): Event => ({
      kind: 'account',
      ...stamp(time),
      account: 'main',
      complete: true,
      balances: { BTC: '10' },
      positions: hedged ? [future, { instrument: HEDGE, size: '-800000', entryPrice: 80_000 }] : [future],
    })
    const steps = (time: number, hedge: string, hedged: boolean) =>
      engine
        .step([market(time, hedge), statement(time, hedged)], time)
        .decisions.flatMap(({ action, reasons }) => (action.kind === 'order' ? [{ action, reasons }] : []))
    expect(steps(START, HEDGE, true)).toEqual([])
    const [order] = createEngine(rulebook(configuration(places)))
      .step([market(START, OTHER), statement(START, false)], START)
      .decisions.flatMap(({ action, reasons }) => (action.kind === 'order' ? [{ action, reasons }] : []))
    expect(order!.action).toMatchObject({ instrument: OTHER, size: '-10' })
    expect(order!.reasons).toContain(`passed over: ${HEDGE} has no bid`)
    expect(steps(START + MINUTE, HEDGE, false)[0]!.action).toMatchObject({ instrument: HEDGE, size: '-800000' })
  })
})
