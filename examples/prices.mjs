// Prices options: a linear one with its Greeks, an inverse one in coin, and the vol back from the price.
//   node examples/prices.mjs
import { blackScholesMeasures, impliedVol, inverseOptionMeasures } from '@holdfast/quant'

const call = { right: 'call', strike: 110_000, yearsToExpiry: 0.25 }

const linear = blackScholesMeasures(call, { forward: 100_000, rate: 0, vol: 0.6 })
console.log(`linear call: ${linear.price.toFixed(2)} USD, delta ${linear.delta.toFixed(4)} BTC`)
console.log(
  `  vega ${(linear.vega / 100).toFixed(2)} USD per vol point, theta ${(linear.theta / 365).toFixed(2)} USD per day`,
)

const inverse = inverseOptionMeasures(call.right, 100_000, call.strike, call.yearsToExpiry, 0.6)
console.log(
  `inverse call: ${inverse.priceCoin.toFixed(6)} BTC, net delta ${inverse.netTransactionDelta.toFixed(4)} BTC`,
)
console.log(`  short ${inverse.hedgeNotional.toFixed(0)} USD of inverse perpetual to keep the coin P&L flat`)

const quoted = { ...call, forward: 100_000, discountFactor: 1, price: linear.price }
console.log('vol of that price:', impliedVol(quoted))
console.log('vol of a price above the forward:', impliedVol({ ...quoted, price: 100_001 }))
