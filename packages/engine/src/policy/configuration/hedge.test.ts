import { describe, expect, it } from 'vitest'
import { compileConfiguration } from './compileConfiguration.js'
import { renderDiagnostics } from './diagnostic.js'
import { effectiveConfiguration } from './effective.js'

const fileWith = (action: string) => `version: 1
sources: [{ kind: scenario, builtin: test }]
accounts:
  - { id: main, venue: deribit, balances: { BTC: 10 }, positions: [{ instrument: BTC/USD:BTC-260227-80000-C, size: -5 BTC }] }
  - { id: other, venue: binance, balances: { USDT: 1000 } }
rules:
  - id: hedge
    scope: { underlying: BTC }
    when: abs(delta_net) > 1
    rearm: { when: abs(delta_net) < 0.5 }
    do:
      ${action}
`

const hedge = (settings: string) =>
  fileWith(`hedge-delta: { target: 0 BTC, account: main, with: "deribit:BTC/USD:BTC", ${settings} }`)

const actionOf = (text: string) => {
  const compiled = compileConfiguration(text, 'desk.yaml')
  if (!compiled.ok) throw new Error(renderDiagnostics(compiled.diagnostics))
  return compiled.rulebook.rules[0]!.action
}

const complaints = (text: string) => {
  const compiled = compileConfiguration(text, 'desk.yaml')
  return compiled.ok ? [] : compiled.diagnostics.map(({ code, path, message }) => `${code} ${path}: ${message}`)
}

describe('hedge-delta in a configuration', () => {
  it('behavior: what files said before means what it meant, with nothing added', () => {
    expect(actionOf(hedge('above: 1 BTC'))).toEqual({
      kind: 'hedge-delta',
      account: 'main',
      instrument: expect.objectContaining({ kind: 'perpetual' }),
      target: '0',
      above: '1',
      below: '0',
      ratio: 1,
      maxSlippage: 0.002,
    })
  })

  it('behavior: a band by model with all of its settings', () => {
    const settings =
      'band: whalley-wilmott, riskAversion: 2 per 100000 USD, cost: 7 bps, tradeTo: target, minTicket: 1000 USD, maxClip: 2 BTC, ignoreVolMoves: true, expiryWindow: synthetic-delivery'
    expect(actionOf(hedge(settings))).toMatchObject({
      band: { kind: 'whalley-wilmott', riskAversion: { amount: 2, per: 100_000 }, cost: 0.0007 },
      tradeTo: 'target',
      minTicket: { amount: '1000', unit: 'USD' },
      maxClip: { amount: '2', unit: 'BTC' },
      ignoreVolMoves: true,
      expiryWindow: 'synthetic-delivery',
    })
    expect(actionOf(hedge('band: zakamouline'))).toMatchObject({
      band: { riskAversion: { amount: 20, per: 'notional' } },
    })
  })

  it('behavior: a list of places, each with its account and fee', () => {
    const text = fileWith(
      'hedge-delta: { target: 0 BTC, account: main, with: [{ instrument: "deribit:BTC/USD:BTC" }, { instrument: "binance:BTC/USDT:USDT", account: other, fee: 3 bps }] }',
    )
    const action = actionOf(text)
    expect(action).toMatchObject({
      account: 'main',
      candidates: [
        { account: 'main', fee: 0.0005 },
        { account: 'other', fee: 0.0003, marginRate: 0.05 },
      ],
    })
    const effective = effectiveConfiguration(text, 'desk.yaml')
    expect(effective.ok && effective.values.some(({ path, value }) => path.endsWith('fee') && value === '3 bps')).toBe(
      true,
    )
  })

  it.each([
    ['riskAversion: 20', 'BARE_NUMBER', 'riskAversion'],
    ['band: whalley-wilmott, riskAversion: 20', 'BARE_NUMBER', 'riskAversion'],
    ['band: whalley-wilmott, riskAversion: 20 per BTC', 'WRONG_UNIT', 'riskAversion'],
    ['band: whalley-wilmott, riskAversion: much', 'WRONG_TYPE', 'riskAversion'],
    ['band: whalley-wilmott, riskAversion: 0 per notional', 'OUT_OF_RANGE', 'riskAversion'],
    ['band: whalley-wilmott, above: 1 BTC', 'NOT_ALLOWED', 'above'],
    ['band: fixed, cost: 5 bps', 'NOT_ALLOWED', 'cost'],
    ['band: zakamouline, fixedCost: 5 USD', 'NOT_ALLOWED', 'fixedCost'],
    ['band: impulse', 'MISSING_KEY', 'hedge-delta'],
    ['band: impulse, fixedCost: 5 BTC', 'WRONG_UNIT', 'fixedCost'],
    ['band: whalley-wilmot', 'NOT_ALLOWED', 'band'],
    ['minTicket: 5 ETH', 'WRONG_UNIT', 'minTicket'],
    ['minTicket: 5 BTC, maxClip: 2 BTC', 'OUT_OF_RANGE', 'maxClip'],
  ])('error: %s', (settings, code, key) => {
    const found = complaints(hedge(settings))
    expect(found.join('\n')).toMatch(new RegExp(`${code} [^:]*${key}`))
    const compiled = compileConfiguration(hedge(settings), 'desk.yaml')
    const text = compiled.ok ? '' : renderDiagnostics(compiled.diagnostics)
    expect(text).toMatch(/desk\.yaml:12:\d+/)
  })

  it('error: a place whose account is at another venue, one that is no hedge, and one of another underlying', () => {
    const text = (place: string) => fileWith(`hedge-delta: { target: 0 BTC, account: main, with: [${place}] }`)
    expect(complaints(text('{ instrument: "binance:BTC/USDT:USDT" }')).join()).toContain('is at deribit')
    expect(complaints(text('{ instrument: "deribit:BTC/USD:BTC-260227-80000-C" }')).join()).toContain('no delta hedge')
    expect(complaints(text('{ instrument: "deribit:ETH/USD:ETH" }')).join()).toContain('does not hedge BTC')
    expect(complaints(text('{ instrument: "nothing" }')).join()).toContain('is not an instrument')
  })
})

describe('hedge-options in a configuration', () => {
  const options = (more: string) =>
    fileWith(
      `hedge-options: { account: main, with: ["deribit:BTC/USD:BTC", "deribit:BTC/USD:BTC-260227-80000-P"], delta: 0.5 BTC, gamma: 20000 USD, vega: 2000 USD${more} }`,
    )

  it('behavior: tolerances, limits and defaults', () => {
    expect(actionOf(options(', maxNotional: 1000000 USD, vegaBy: expiry'))).toMatchObject({
      kind: 'hedge-options',
      tolerance: { delta: 0.5, gamma: 20_000, vega: 2000 },
      vegaBy: 'expiry',
      maxNotional: 1_000_000,
      partial: false,
      fee: 0.0005,
      marginRate: 0.15,
    })
  })

  it('error: wrong units are told with their place', () => {
    expect(complaints(options(', maxMargin: 5 BTC')).join()).toMatch(/WRONG_UNIT .*maxMargin/)
    expect(complaints(options('').replace('0.5 BTC', '0.5 ETH')).join()).toMatch(/WRONG_UNIT .*delta/)
  })
})
