export { type BachelierOption, bachelierMeasures, bachelierPrice } from './bachelier.js'
export {
  type Black76Greeks,
  black76ForwardDelta,
  black76ForwardGamma,
  black76Greeks,
  black76Price,
  black76Vega,
  logMoneyness,
  outOfTheMoneyValue,
} from './black76.js'
export { blackScholesMeasures, blackScholesPrice, type EuropeanOption } from './blackScholes.js'
export { type ImpliedVol, impliedVol, type NoImpliedVol, type QuotedOption } from './impliedVol.js'
export { INVERSE_MEASURES, type InverseMeasure, type InverseMeasures, inverseOptionMeasures } from './inverse.js'
export {
  annualisedBasis,
  averageEntryPrice,
  type ContractGreeks,
  contractGreeks,
  contractPnl,
  DERIBIT_FUNDING,
  type Fill,
  type FundingTerms,
  forwardPrice,
  fundingPayment,
  fundingRate,
} from './linearContracts.js'
export { type Market, MEASURES, type Measure, type Measures } from './measures.js'
