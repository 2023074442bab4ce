export { type ComposedProduct, type Leg, legsOf, legsPrice } from './legs.js'
export type {
  Accumulator,
  Autocallable,
  DualCurrencyNote,
  ReverseConvertible,
  SharkFin,
  StructuredProduct,
} from './product.js'
export {
  STRUCTURED_MEASURES,
  type StructuredShock,
  structuredMeasures,
  structuredPrice,
  structuredScenarioPnl,
  structuredValuation,
} from './structured.js'
