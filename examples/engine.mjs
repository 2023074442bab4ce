// The loop by hand: a policy of one rule, three events, and the decision that the third one causes.
//   node examples/engine.mjs
import { compileConfiguration, createEngine, explainDecision } from '@holdfast/engine'

const policy = `
version: 1
name: three events
sources: [{ kind: scenario, builtin: february-2026 }]
accounts:
  - id: main
    venue: binance
    portfolio: desk
    marginModel: cross
    balances: { USDT: 100000 }
    positions: [{ instrument: "BTC/USDT:USDT", size: 5 BTC, entry: 90000 USDT }]
rules:
  - id: margin-warning
    scope: account
    when: margin_ratio > 0.3
    rearm: { when: margin_ratio < 0.2, after: 1 h }
    do: { alert: { tier: warning, summary: "margin ratio of {account} is {margin_ratio}" } }
`
const compiled = compileConfiguration(policy, 'policy.yaml')
if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics))
const { rulebook } = compiled
const engine = createEngine(rulebook)

const start = Date.UTC(2026, 0, 29)
for (const [second, price] of [
  [0, 90_000],
  [1, 89_500],
  [2, 75_000],
]) {
  const time = start + second * 1000
  const event = {
    kind: 'market',
    source: 'example',
    sourceTime: time,
    receivedTime: time,
    observations: [
      { kind: 'index', underlying: 'BTC', price },
      { kind: 'asset', asset: 'USDT', price: 1 },
      { kind: 'quote', instrument: 'binance:BTC/USDT:USDT', bid: price - 5, ask: price + 5, mark: price },
    ],
  }
  const turn = engine.step([event], time)
  const [account] = engine.view().assessment.accounts
  console.log(
    `turn ${turn.sequence}: BTC ${price} USD, margin ratio ${account.marginRatio.toFixed(3)}, ${account.quality}`,
  )
  for (const decision of turn.decisions) console.log(`\n${explainDecision(decision, rulebook).text}`)
}
