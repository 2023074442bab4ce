import type { Instrument } from '@holdfast/quant'
import type { MarginMarket } from '../margin/model.js'
import { remembered } from '../market/remembered.js'

/** The same market with every answer kept, so that it can be moved and asked thousands of times. */
export function frozenMarket(market: MarginMarket): MarginMarket {
  const index = remembered(market.index)
  const assetPrice = remembered(market.assetPrice)
  const mark = remembered((instrument: Instrument) => market.mark(instrument))
  const forwards = remembered((underlying: string) =>
    remembered((expiry: number) => market.forward(underlying, expiry)),
  )
  const vols = remembered((underlying: string) =>
    remembered((expiry: number) => remembered((strike: number) => market.impliedVol(underlying, expiry, strike))),
  )
  return {
    ...market,
    index,
    assetPrice,
    mark,
    forward: (underlying, expiry) => forwards(underlying)(expiry),
    impliedVol: (underlying, expiry, strike) => vols(underlying)(expiry)(strike),
  }
}
