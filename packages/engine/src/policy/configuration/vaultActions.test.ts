import { describe, expect, it } from 'vitest'
import { compileConfiguration } from './compileConfiguration.js'
import { renderDiagnostics } from './diagnostic.js'

const configure = (action: string) => `version: 1
sources: [{ kind: scenario, builtin: test }]
accounts:
  - { id: main, venue: deribit, balances: { BTC: 10 }, positions: [] }
rules:
  - id: act
    scope: { account: main }
    when: equity > 0
    rearm: { when: equity <= 0 }
    do:
      ${action}
`

const SELL = 'sell-options: { underlying: BTC, strategy: iron-condor, delta: 20 %, maxLoss: 1000 USD, lot: 0.1 BTC }'
const INSURE = 'insure: { method: tipp, with: "deribit:BTC/USD:BTC", floor: 80 % }'

describe('actions of vaults in the configuration', () => {
  it.each([
    SELL,
    INSURE,
    'insure: { method: obpi, with: "deribit:BTC/USD:BTC", floor: 80 %, lot: 0.1 BTC, budget: 4 %, tenor: { min: 21 d, max: 60 d } }',
    'rebalance-collateral: { method: risk-parity, with: ["deribit:BTC/USD:BTC", "deribit:ETH/USDC"] }',
    'repay: { ifBelow: 150 %, to: 180 %, with: "deribit:BTC/USD:BTC" }',
    'boost: { ifAbove: 250 %, to: 200 %, with: "deribit:BTC/USD:BTC" }',
  ])('behavior: compiles %s', (action) => {
    const compiled = compileConfiguration(configure(action), 'test.yaml')
    expect(compiled.ok ? '' : renderDiagnostics(compiled.diagnostics)).toBe('')
  })

  it('behavior: units become plain numbers', () => {
    const compiled = compileConfiguration(
      configure(SELL.replace('lot:', 'gate: { overRealised: 5 vol, window: 3 d }, lot:')),
      'test.yaml',
    )
    if (!compiled.ok) throw new Error('does not compile')
    expect(compiled.rulebook.rules[0]?.action).toMatchObject({
      delta: 0.2,
      gate: { overRealised: 0.05, windowMs: 259_200_000 },
      maxLoss: '1000',
      lot: '0.1',
    })
  })

  it.each([
    [INSURE.replace('80 %', '0.8'), 'BARE_NUMBER', '0.8'],
    [INSURE.replace('80 %', '120 %'), 'OUT_OF_RANGE', '120 %'],
    [INSURE.replace('deribit:BTC/USD:BTC', 'deribit:BTC/USD:BTC-260227-80000-P'), 'UNKNOWN_INSTRUMENT', '"deribit'],
    [INSURE.replace('deribit:BTC/USD:BTC', 'binance:BTC/USDT:USDT'), 'NOT_ALLOWED', '"binance'],
    [INSURE.replace('floor', 'flor'), 'UNKNOWN_KEY', 'flor'],
    [SELL.replace('1000 USD', '1 BTC'), 'WRONG_UNIT', '1 BTC'],
    [SELL.replace('0.1 BTC', '0.1 ETH'), 'WRONG_UNIT', '0.1 ETH'],
    [SELL.replace('lot:', 'wingDelta: 30 %, lot:'), 'OUT_OF_RANGE', '30 %'],
    [SELL.replace('lot:', 'gate: { overRealised: 5 % }, lot:'), 'WRONG_UNIT', '5 %'],
    [SELL.replace('lot:', 'tenor: { min: 30 d, max: 7 d }, lot:'), 'OUT_OF_RANGE', '7 d'],
    ['repay: { ifBelow: 180 %, to: 150 %, with: "deribit:BTC/USD:BTC" }', 'OUT_OF_RANGE', '150 %'],
    ['boost: { ifAbove: 150 %, to: 180 %, with: "deribit:BTC/USD:BTC" }', 'OUT_OF_RANGE', '180 %'],
    [
      'rebalance-collateral: { method: risk-parity, with: ["deribit:BTC/USD:BTC", "deribit:BTC/USDC"] }',
      'DUPLICATE',
      '"deribit:BTC/USDC"',
    ],
  ])('error: %s is %s, told where it stands', (action, code, text) => {
    const configuration = configure(action)
    const compiled = compileConfiguration(configuration, 'test.yaml')
    if (compiled.ok) throw new Error('it compiles')
    const found = compiled.diagnostics.find((one) => one.code === code)
    expect(found, renderDiagnostics(compiled.diagnostics)).toBeDefined()
    const line = configuration.split('\n').findIndex((one) => one.includes(action)) + 1
    expect(found?.line).toBe(line)
    expect(found?.column).toBe(configuration.split('\n')[line - 1]!.indexOf(text) + 1)
  })
})
