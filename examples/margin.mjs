// Margin of one account by two models, with the parts that add up, and what happens when an input is missing.
//   node examples/margin.mjs
import { marginModel, readMarginAccount, readMarginMarket } from '@holdfast/engine'

const account = readMarginAccount({
  balances: { USDC: 250_000 },
  positions: [
    { instrument: 'derive:BTC/USDC:USDC', size: -2, entryPrice: 90_500 },
    { instrument: 'derive:BTC/USDC:USDC-260227-100000-C', size: -5 },
  ],
})
const underlying = { index: 90_000, expiries: [{ expiry: '2026-02-27T08:00:00Z', forward: 90_400, vol: 0.48 }] }
const market = (underlyings) =>
  readMarginMarket({
    time: '2026-01-29T08:00:00Z',
    underlyings,
    assets: { USDC: { price: 1 } },
    instruments: [
      { instrument: 'derive:BTC/USDC:USDC', mark: 90_010 },
      { instrument: 'derive:BTC/USDC:USDC-260227-100000-C', mark: 1650 },
    ],
  })

for (const name of ['cross', 'portfolio']) {
  const model = marginModel(name)
  const { version, asOf } = model.parameters
  const outcome = model.evaluate(account, market({ BTC: { ...underlying, depth: 50_000_000 } }))
  if (!outcome.ok) throw new Error(outcome.missing.join(', '))
  console.log(`${name} (${version}, as of ${asOf}), USD`)
  console.log(`  equity ${usd(outcome.equity)}`)
  console.log(`  initial ${usd(outcome.initialMargin)}, excess ${usd(outcome.excessInitial)}`)
  console.log(`  maintenance ${usd(outcome.maintenanceMargin)}, excess ${usd(outcome.excessMaintenance)}`)
  for (const [part, value] of Object.entries(outcome.parts)) {
    if (part.startsWith('maintenance.') && value !== 0) console.log(`    ${part} ${usd(value)}`)
  }
}

// Without an expiry's forward and vol the account is not safe, it is unknown.
console.log(marginModel('portfolio').evaluate(account, market({ BTC: { index: 90_000 } })))

function usd(value) {
  return value.toFixed(2)
}
