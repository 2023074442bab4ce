import {
  bachelierMeasures,
  bachelierPrice,
  batesPrice,
  blackScholesMeasures,
  blackScholesPrice,
  exp,
  hestonPrice,
  INVERSE_MEASURES,
  inverseOptionMeasures,
  type Market,
  MEASURES,
  type Measure,
  mertonPrice,
  type Valuation,
  type ValuationAxis,
  type ValuationPoint,
} from '@holdfast/quant'
import { CalcError } from '../../error.js'
import type { InstrumentRequest } from './instrument.js'
import { type MarketRequest, type ModelRequest, underlyingOf, volOf } from './market.js'
import { answerByDifferences, chosenMeasures, type MeasuresAsked } from './measures.js'

type Option = Extract<InstrumentRequest, { kind: 'option' }>

/** A European option, linear or inverse, under any model. */
export function answerEuropean(
  option: Option,
  market: MarketRequest,
  model: ModelRequest,
  asked: MeasuresAsked,
): Readonly<Record<string, unknown>> {
  if (option.payoff === 'inverse') return answerInverse(option, market, model, asked)
  if (model.name !== 'black-scholes' && model.name !== 'bachelier') {
    return answerByDifferences(modelValuation(option, market, model), asked)
  }
  const names = chosenMeasures(asked, MEASURES)
  const priced = marketOf(market)
  const terms = { right: option.right, strike: option.strike, yearsToExpiry: option.years }
  const normal = model.name === 'bachelier'
  if (names.length === 1 && names[0] === 'price') {
    return { price: normal ? bachelierPrice(terms, priced) : blackScholesPrice(terms, priced) }
  }
  const all = normal ? bachelierMeasures(terms, priced) : blackScholesMeasures(terms, priced)
  return Object.fromEntries(names.map((name) => [name, all[name as Measure]]))
}

function marketOf(market: MarketRequest): Market {
  const { fromForward, price, dividendYield } = underlyingOf(market, market.rate, '/market')
  const vol = volOf(market)
  return fromForward
    ? { forward: price, rate: market.rate, vol }
    : { spot: price, rate: market.rate, dividendYield, vol }
}

function answerInverse(option: Option, market: MarketRequest, model: ModelRequest, asked: MeasuresAsked) {
  if (model.name !== 'black-scholes') {
    const message = `an inverse option has the model black-scholes (Black-76 on its forward); given: ${model.name}`
    throw new CalcError({ code: 'UNSUPPORTED', path: '/model/name', message })
  }
  const names = chosenMeasures(asked, INVERSE_MEASURES)
  if (market.forward === undefined) {
    const message = 'an inverse option is priced on the forward of its expiry'
    throw new CalcError({ code: 'MISSING_INPUT', path: '/market/forward', message })
  }
  underlyingOf(market, market.rate, '/market')
  const all = inverseOptionMeasures(option.right, market.forward, option.strike, option.years, volOf(market))
  return Object.fromEntries(names.map((name) => [name, all[name as keyof typeof all]]))
}

type Stochastic = Exclude<ModelRequest, { name: 'black-scholes' | 'bachelier' }>

/** Heston's and Bates' variances are the model's own, so that measures by the vol exist for Merton alone. */
function modelValuation(option: Option, market: MarketRequest, model: Stochastic): Valuation {
  const { fromForward, price: underlying, dividendYield } = underlyingOf(market, market.rate, '/market')
  const hasVol = model.name === 'merton'
  if (!hasVol && market.vol !== undefined) {
    const message = `the model ${model.name} brings its own variance (v0); leave the market's vol out`
    throw new CalcError({ code: 'INVALID_INPUT', path: '/market/vol', message })
  }
  const vol = hasVol ? volOf(market) : Math.sqrt(Math.max(model.v0, model.theta))
  const axes: readonly ValuationAxis[] = ['underlying', 'strike', 'years', 'rate']
  return {
    point: { underlying, strike: option.strike, years: option.years, rate: market.rate, dividendYield, vol },
    axes: [...axes, ...(hasVol ? (['vol'] as const) : []), ...(fromForward ? [] : (['dividendYield'] as const))],
    price: (point) => {
      const carry = fromForward ? 0 : point.rate - point.dividendYield
      const forward = point.underlying * exp(carry * point.years)
      return exp(-point.rate * point.years) * undiscounted(option, model, forward, point)
    },
  }
}

function undiscounted(option: Option, model: Stochastic, forward: number, point: ValuationPoint): number {
  const { strike, years, vol } = point
  switch (model.name) {
    case 'heston':
      return hestonPrice(option.right, forward, strike, years, model)
    case 'merton':
      return mertonPrice(option.right, forward, strike, years, { ...model, vol })
    case 'bates':
      return batesPrice(option.right, forward, strike, years, model)
  }
}
