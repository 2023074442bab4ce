import { type Instrument, log } from '@holdfast/quant'
import type { MarginInput, MarginMarket } from '../margin/model.js'
import { optionMark } from './mark.js'
import { type Quality, worseQuality } from './quality.js'
import { remembered } from './remembered.js'
import { MS_PER_YEAR } from './smile.js'
import type { MarketSnapshot } from './snapshot.js'

/** What a margin model asks, answered from a snapshot. Every answer is what is believed, whatever its quality. */
export function marginMarket(snapshot: MarketSnapshot, maxConfidence: number): MarginMarket {
  return {
    time: snapshot.time,
    index: (underlying) => snapshot.index(underlying).value,
    assetPrice: (asset) => snapshot.asset(asset).value,
    forward: (underlying, expiry) => snapshot.forward(underlying, expiry).value,
    impliedVol: (underlying, expiry, strike) => {
      const forward = snapshot.forward(underlying, expiry).value
      const smile = snapshot.smile(underlying, expiry).impliedVol
      return forward === undefined || smile === undefined ? undefined : smile(log(strike / forward))
    },
    mark: (instrument) => snapshot.mark(instrument).value,
    confidence: (underlying) => confidenceOf(snapshot, underlying, maxConfidence),
    quality: (input) => qualityOf(snapshot, input),
  }
}

/** 1 − half-width ÷ (price · widest tolerated share), at least 0; 1 where the feed gives no half-width. */
function confidenceOf(snapshot: MarketSnapshot, underlying: string, maxConfidence: number): number {
  const { value, confidence } = snapshot.index(underlying)
  if (value === undefined || confidence === undefined) return 1
  return Math.min(1, Math.max(0, 1 - confidence / (value * maxConfidence)))
}

function qualityOf(snapshot: MarketSnapshot, input: MarginInput): Quality {
  switch (input.kind) {
    case 'index':
      return snapshot.index(input.underlying).quality
    case 'forward':
      return snapshot.forward(input.underlying, input.expiry).quality
    case 'surface':
      return snapshot.smile(input.underlying, input.expiry).quality
    case 'mark':
      return worstOf(snapshot.mark(input.instrument).inputs)
  }
}

/** A move of the whole market: spot by underlying, relative; implied vols of all by one relative move. */
export type MarketMove = {
  readonly spot: (underlying: string) => number
  readonly vol: number
}

/**
 * The market after a move, as a margin model sees it. Index, forwards and marks of linear contracts move by the same share;
 * vols stay with their strikes and are scaled; option marks are priced anew; a coin that is an underlying moves with it.
 */
export function movedMarket(market: MarginMarket, move: MarketMove): MarginMarket {
  const factor = (underlying: string) => 1 + move.spot(underlying)
  const index = (underlying: string) => scaled(market.index(underlying), factor(underlying))
  const forward = (underlying: string, expiry: number) => scaled(market.forward(underlying, expiry), factor(underlying))
  const impliedVol = (underlying: string, expiry: number, strike: number) =>
    scaled(market.impliedVol(underlying, expiry, strike), 1 + move.vol)
  // A model asks for the mark of a position more than once, and an option's is a pricing.
  const mark = remembered((instrument: Instrument) => {
    if (instrument.kind !== 'option') return scaled(market.mark(instrument), factor(instrument.underlying))
    const forwardUsd = forward(instrument.underlying, instrument.expiry)
    const perQuote = market.assetPrice(instrument.quote)
    const vol = impliedVol(instrument.underlying, instrument.expiry, instrument.strike)
    if (forwardUsd === undefined || vol === undefined || perQuote === undefined) return undefined
    return optionMark(instrument, forwardUsd / perQuote, vol, (instrument.expiry - market.time) / MS_PER_YEAR)
  })
  return {
    ...market,
    index,
    forward,
    impliedVol,
    mark,
    assetPrice: (asset) => {
      const price = market.assetPrice(asset)
      return market.index(asset) === undefined ? price : scaled(price, factor(asset))
    },
  }
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor
}

/** The worst quality of several inputs; `live` where there are none. */
export function worstOf(inputs: readonly { readonly quality: Quality }[]): Quality {
  return inputs.reduce<Quality>((worst, { quality }) => worseQuality(worst, quality), 'live')
}
