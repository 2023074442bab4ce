import {
  type Asian,
  type Asset,
  americanPrice,
  arithmeticAsianPrice,
  baroneAdesiWhaleyPrice,
  barrierPrice,
  bjerksundStenslandPrice,
  cliquetPrice,
  digitalPrice,
  doubleBarrierPrice,
  doubleTouchPrice,
  type Edge,
  exerciseSpot,
  forwardStartPrice,
  geometricAsianPrice,
  InputError,
  lookbackPrice,
  powerOptionPrice,
  powerPerpetualMark,
  quantoPrice,
  touchPrice,
  turnbullWakemanPrice,
  type Valuation,
  type ValuationAxis,
  type ValuationPoint,
} from '@holdfast/quant'
import type { z } from 'zod'
import { CalcError } from '../../error.js'
import type { singleAssetInstruments } from './instrument.js'
import { assetOf, type MarketRequest } from './market.js'

export type OneAssetRequest = z.output<(typeof singleAssetInstruments)[number]>
type Of<Kind extends OneAssetRequest['kind']> = Extract<OneAssetRequest, { kind: Kind }>

/** The price of an instrument as a function of the point, and where it is not smooth. */
type Priced = {
  readonly price: (asset: Asset, point: ValuationPoint) => number
  readonly edges?: readonly Edge[]
  /** Axes of the instrument's own terms; those of the market are there for all. */
  readonly own?: readonly ('strike' | 'years')[]
}

/** Price and derivatives of an instrument on one asset under Black–Scholes. */
export function oneAssetValuation(terms: OneAssetRequest, market: MarketRequest): Valuation {
  const asset = assetOf(market)
  const fromForward = market.forward !== undefined
  const priced = pricedOf(terms, asset, fromForward)
  const own = priced.own ?? ['strike', 'years']
  const axes: readonly ValuationAxis[] = ['underlying', 'vol', 'rate', ...own]
  const strike = 'strike' in terms && terms.strike !== 'floating' ? terms.strike : asset.spot
  // Without a time to expiry the steps take one year as their scale.
  const years = 'years' in terms ? terms.years : 1
  return {
    point: {
      underlying: asset.spot,
      strike,
      years,
      vol: asset.vol,
      rate: asset.rate,
      dividendYield: asset.dividendYield,
    },
    axes: fromForward ? axes : [...axes, 'dividendYield'],
    edges: priced.edges ?? [],
    price: (point) => {
      const { underlying: spot, vol, rate } = point
      return priced.price({ spot, vol, rate, dividendYield: fromForward ? rate : point.dividendYield }, point)
    },
  }
}

function pricedOf(terms: OneAssetRequest, asset: Asset, fromForward: boolean): Priced {
  switch (terms.kind) {
    case 'option':
      return american(terms, asset)
    case 'digital':
      return { price: (at, point) => digitalPrice({ ...terms, ...expiryOf(point), strike: point.strike }, at) }
    case 'touch':
      return {
        own: ['years'],
        edges: [spotEdge(terms.barrier)],
        price: (at, point) => touchPrice({ ...terms, ...expiryOf(point) }, at),
      }
    case 'barrier':
      return {
        edges: [spotEdge(terms.barrier), { axis: 'strike', at: terms.barrier }],
        price: (at, point) => barrierPrice({ ...terms, ...expiryOf(point), strike: point.strike }, at),
      }
    case 'double-barrier':
      return {
        edges: [terms.lower, terms.upper].flatMap((at) => [spotEdge(at), { axis: 'strike', at } as const]),
        price: (at, point) => doubleBarrierPrice({ ...terms, ...expiryOf(point), strike: point.strike }, at),
      }
    case 'double-touch':
      return {
        own: ['years'],
        edges: [spotEdge(terms.lower), spotEdge(terms.upper)],
        price: (at, point) => doubleTouchPrice({ ...terms, ...expiryOf(point) }, at),
      }
    case 'asian':
      return asian(terms)
    case 'lookback':
      return lookback(terms, asset)
    case 'forward-start':
      return {
        own: ['years'],
        edges: [{ axis: 'years', at: terms.years - terms.start }],
        price: (at, point) =>
          forwardStartPrice({ ...terms, ...expiryOf(point), start: later(terms.start, point, terms.years) }, at),
      }
    case 'cliquet':
      return {
        own: ['years'],
        edges: [{ axis: 'years', at: terms.years - terms.resets[0]! }],
        price: (at, point) => {
          const resets = terms.resets.map((reset) => later(reset, point, terms.years))
          return cliquetPrice({ ...terms, ...expiryOf(point), resets }, at)
        },
      }
    case 'power':
      return { price: (at, point) => powerOptionPrice({ ...terms, ...expiryOf(point), strike: point.strike }, at) }
    case 'power-perpetual':
      return { own: [], price: (at) => powerPerpetual(terms, at) }
    case 'quanto':
      return {
        price: (at, point) => {
          // With a forward, in the asset's own currency, the asset has no drift but that of the exchange rate.
          const dividendYield = fromForward ? terms.underlyingRate : at.dividendYield
          return quantoPrice({ ...terms, ...expiryOf(point), strike: point.strike }, { ...at, dividendYield })
        },
      }
  }
}

function expiryOf(point: ValuationPoint) {
  return { yearsToExpiry: point.years }
}

/** A time before expiry moves with it: what passes is calendar time. */
function later(years: number, point: ValuationPoint, expiry: number): number {
  return Math.max(0, years + (point.years - expiry))
}

function spotEdge(at: number): Edge {
  return { axis: 'underlying', at }
}

function american(terms: Of<'option'>, asset: Asset): Priced {
  if (terms.payoff === 'inverse') {
    const message = 'an inverse option is european; an american one is linear'
    throw new CalcError({ code: 'UNSUPPORTED', path: '/instrument/payoff', message })
  }
  const price = {
    spectral: americanPrice,
    'barone-adesi-whaley': baroneAdesiWhaleyPrice,
    'bjerksund-stensland': bjerksundStenslandPrice,
  }[terms.method ?? 'spectral']
  const boundary = exerciseSpot({ ...terms, yearsToExpiry: terms.years }, asset)
  return {
    edges: [
      { axis: 'rate', at: 0 },
      { axis: 'dividendYield', at: 0 },
      ...(boundary === undefined ? [] : [spotEdge(boundary)]),
    ],
    price: (at, point) => price({ right: terms.right, ...expiryOf(point), strike: point.strike }, at),
  }
}

function lookback(terms: Of<'lookback'>, asset: Asset): Priced {
  const onMaximum = (terms.right === 'put') === (terms.strike === 'floating')
  const extreme = terms.extremeSoFar ?? asset.spot
  if (onMaximum ? extreme < asset.spot : extreme > asset.spot) {
    const allowed = onMaximum ? `a maximum, >= spot ${asset.spot}` : `a minimum, <= spot ${asset.spot}`
    throw new InputError('extremeSoFar', extreme, allowed)
  }
  const floating = terms.strike === 'floating'
  return {
    own: floating ? ['years'] : ['strike', 'years'],
    edges: [
      { axis: 'underlying', at: extreme, side: onMaximum ? -1 : 1 },
      { axis: 'strike', at: extreme, side: onMaximum ? 1 : -1 },
    ],
    price: (at, point) => {
      // A spot beyond the extreme is the new extreme.
      const extremeSoFar = onMaximum ? Math.max(extreme, at.spot) : Math.min(extreme, at.spot)
      const strike = floating ? 'floating' : point.strike
      return lookbackPrice({ right: terms.right, strike, extremeSoFar, ...expiryOf(point) }, at)
    },
  }
}

function asian(terms: Of<'asian'>): Priced {
  const formula = asianFormula(terms)
  const { fixings, elapsed = 0, averageSoFar } = terms
  const continuous = fixings === 'continuous'
  return {
    edges: continuous ? [] : [{ axis: 'years', at: terms.years - fixings.first }],
    price: (at, point) => {
      const averaging: Asian['averaging'] = continuous
        ? { kind: 'continuous', elapsed }
        : { kind: 'discrete', count: fixings.count, first: later(fixings.first, point, terms.years), taken: elapsed }
      const known = averageSoFar === undefined ? {} : { averageSoFar }
      return formula({ right: terms.right, strike: point.strike, ...expiryOf(point), averaging, ...known }, at)
    },
  }
}

function asianFormula({ averaging, method = 'accurate' }: Of<'asian'>): (asian: Asian, asset: Asset) => number {
  if (averaging === 'arithmetic') return method === 'accurate' ? arithmeticAsianPrice : turnbullWakemanPrice
  if (method === 'accurate') return geometricAsianPrice
  const message = `${method} approximates the arithmetic average; the geometric one is exact`
  throw new CalcError({ code: 'UNSUPPORTED', path: '/instrument/method', message })
}

function powerPerpetual(terms: Of<'power-perpetual'>, asset: Asset): number {
  const mark = powerPerpetualMark(terms.exponent, asset, terms.fundingYears)
  if (mark !== undefined) return mark
  throw new CalcError({
    code: 'NO_SOLUTION',
    path: '/instrument/fundingYears',
    reason: 'above-maximum',
    message: 'the power grows faster than funding pays back: no finite mark; shorten fundingYears',
  })
}
