import {
  type Assets,
  basketPrice,
  basketPriceByMoments,
  differentiatedMeasures,
  exchangePrice,
  InputError,
  type Measure,
  measuresOfAxes,
  rainbowPrice,
  spreadPrice,
  spreadPriceKirk,
  type Valuation,
  type ValuationAxis,
  type ValuationPoint,
} from '@holdfast/quant'
import type { InstrumentRequest } from './instrument.js'
import { assetsOf, type MarketRequest } from './market.js'
import { chosenMeasures, type MeasuresAsked } from './measures.js'

export type SeveralAssetsRequest = Extract<InstrumentRequest, { kind: 'exchange' | 'spread' | 'rainbow' | 'basket' }>

/** Measures that are a list, one figure an asset; the rest belong to the whole. */
const BY_ASSET: readonly Measure[] = ['delta', 'gamma', 'vega', 'rhoDividend']
const OF_WHOLE: readonly Measure[] = ['price', 'theta', 'rho', 'dualDelta', 'dualGamma']

/** Price and measures of an instrument on several assets: delta, gamma, vega and rhoDividend are lists in the order of the assets. */
export function answerSeveralAssets(terms: SeveralAssetsRequest, market: MarketRequest, asked: MeasuresAsked) {
  const assets = assetsOf(market)
  if (assets.assets.length !== 2 && terms.kind !== 'basket') {
    throw new InputError('assets', `${assets.assets.length} assets`, `two assets for a ${terms.kind}`)
  }
  const fromForward = market.assets!.map((asset) => asset.forward !== undefined)
  const valuations = assets.assets.map((_, i) => valuationBy(terms, assets, fromForward, i))
  const existing = measuresOfAxes(valuations.flatMap((valuation) => valuation.axes)).filter(
    (name) => BY_ASSET.includes(name) || OF_WHOLE.includes(name),
  )
  const answer: Record<string, number | readonly number[]> = {}
  for (const name of chosenMeasures(asked, existing)) {
    const by = (valuation: Valuation) =>
      measuresOfAxes(valuation.axes).includes(name as Measure)
        ? differentiatedMeasures(valuation, [name as Measure])[name]!
        : 0
    answer[name] = BY_ASSET.includes(name as Measure) ? valuations.map(by) : by(valuations[0]!)
  }
  return answer
}

/** The price as a function of one asset's spot, vol and yield and of what is common to all. */
function valuationBy(
  terms: SeveralAssetsRequest,
  assets: Assets,
  fromForward: readonly boolean[],
  i: number,
): Valuation {
  const one = assets.assets[i]!
  const strike = 'strike' in terms && terms.strike !== undefined ? terms.strike : 0
  const axes: readonly ValuationAxis[] = ['underlying', 'vol', 'rate', 'years']
  const hasStrike = terms.kind !== 'exchange'
  return {
    point: {
      underlying: one.spot,
      strike,
      years: terms.years,
      vol: one.vol,
      rate: assets.rate,
      dividendYield: one.dividendYield,
    },
    axes: [
      ...axes,
      ...(hasStrike ? (['strike'] as const) : []),
      ...(fromForward[i] ? [] : (['dividendYield'] as const)),
    ],
    edges: hasStrike && terms.kind !== 'spread' ? [{ axis: 'strike', at: 0 }] : [],
    price: (point) => priceAt(terms, moved(assets, fromForward, i, point), point),
  }
}

function moved(assets: Assets, fromForward: readonly boolean[], moving: number, point: ValuationPoint): Assets {
  return {
    ...assets,
    rate: point.rate,
    assets: assets.assets.map((asset, i) => {
      const here = i === moving ? { spot: point.underlying, vol: point.vol, dividendYield: point.dividendYield } : asset
      return fromForward[i] ? { ...here, dividendYield: point.rate } : here
    }),
  }
}

function priceAt(terms: SeveralAssetsRequest, assets: Assets, { strike, years }: ValuationPoint): number {
  const { right } = terms
  const common = { right, strike, yearsToExpiry: years }
  switch (terms.kind) {
    case 'exchange': {
      if (right === 'call') return exchangePrice(assets, years)
      return exchangePrice({ ...assets, assets: [...assets.assets].reverse() }, years)
    }
    case 'spread':
      return terms.method === 'kirk' ? spreadPriceKirk(common, assets) : spreadPrice(common, assets)
    case 'rainbow':
      return rainbowPrice({ ...common, of: terms.of }, assets)
    case 'basket': {
      const basket = { ...common, weights: terms.weights }
      return terms.method === 'moment-matching' ? basketPriceByMoments(basket, assets) : basketPrice(basket, assets)
    }
  }
}
