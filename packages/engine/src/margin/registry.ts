import { deribitPortfolioModel } from './deribit/portfolio.js'
import { deribitPortfolioDefinition } from './deribit/portfolioParameters.js'
import { deribitStandardDefinition, deribitStandardModel } from './deribit/standard.js'
import { derivePm1Model } from './derive/pm1.js'
import { derivePm1Definition } from './derive/pm1Parameters.js'
import { derivePm2Model } from './derive/pm2.js'
import { derivePm2Definition } from './derive/pm2Parameters.js'
import { deriveStandardDefinition, deriveStandardModel } from './derive/standard.js'
import { UnknownMarginModelError } from './error.js'
import { aaveV3Definition, aaveV3Model } from './lending/aaveV3.js'
import { eulerV2Definition, eulerV2Model } from './lending/eulerV2.js'
import { makerDefinition, makerModel } from './lending/maker.js'
import type { MarginModel } from './model.js'
import { withOrders, withVenueCharges } from './orders.js'
import { type ParameterDefinition, parameterJsonSchema } from './parameters.js'
import { driftV2Definition, driftV2Model } from './perpetual/driftV2.js'
import { dydxV4Definition, dydxV4Model } from './perpetual/dydxV4.js'
import { gmxV2Definition, gmxV2Model } from './perpetual/gmxV2.js'
import { hyperliquidDefinition, hyperliquidModel } from './perpetual/hyperliquid.js'
import { synthetixV3Definition, synthetixV3Model } from './perpetual/synthetixV3.js'
import { crossDefinition, crossModel } from './rule/cross.js'
import { isolatedDefinition, isolatedModel } from './rule/isolated.js'
import { hybridDefinition, hybridModel } from './scenario/hybrid.js'
import { portfolioDefinition } from './scenario/parameters.js'
import { portfolioModel } from './scenario/portfolio.js'
import { cmeSpanDefinition, cmeSpanModel } from './span/cmeSpan.js'

type Overrides = Readonly<Record<string, unknown>>

type Entry = {
  readonly create: (overrides?: Overrides) => MarginModel
  readonly schema: () => Readonly<Record<string, unknown>>
}

/** What becomes of an account's orders and of what the venue charges beside positions. */
type Beside = (model: MarginModel) => MarginModel

function entry<T>(
  definition: ParameterDefinition<T>,
  create: Entry['create'],
  beside: Beside,
): readonly [string, Entry] {
  return [
    definition.model,
    { create: (overrides) => beside(create(overrides)), schema: () => parameterJsonSchema(definition) },
  ]
}

/** Deribit's portfolio margin knows what the venue charges: orders cannot be margined without it. */
const itself: Beside = (model) => model

const entries: ReadonlyMap<string, Entry> = new Map([
  entry(isolatedDefinition, isolatedModel, withOrders),
  entry(crossDefinition, crossModel, withOrders),
  entry(portfolioDefinition, portfolioModel, withOrders),
  entry(hybridDefinition, hybridModel, withOrders),
  entry(deriveStandardDefinition, deriveStandardModel, withOrders),
  entry(derivePm1Definition, derivePm1Model, withOrders),
  entry(derivePm2Definition, derivePm2Model, withOrders),
  entry(deribitStandardDefinition, deribitStandardModel, withVenueCharges),
  entry(deribitPortfolioDefinition, deribitPortfolioModel, itself),
  entry(dydxV4Definition, dydxV4Model, withVenueCharges),
  entry(driftV2Definition, driftV2Model, withVenueCharges),
  entry(hyperliquidDefinition, hyperliquidModel, withVenueCharges),
  entry(synthetixV3Definition, synthetixV3Model, withVenueCharges),
  entry(gmxV2Definition, gmxV2Model, withVenueCharges),
  entry(aaveV3Definition, aaveV3Model, withVenueCharges),
  entry(eulerV2Definition, eulerV2Model, withVenueCharges),
  entry(makerDefinition, makerModel, withVenueCharges),
  entry(cmeSpanDefinition, cmeSpanModel, withOrders),
])

/** Names of the margin models, ours first, then a venue after the other. */
export const marginModelNames: readonly string[] = [...entries.keys()]

/**
 * A margin model by name. Overrides lie over the shipped parameters, key by key; the key `version` picks a shipped set.
 *
 * @throws {UnknownMarginModelError} where no model has this name.
 * @throws {MarginParameterError} where an override is unknown, of the wrong type or out of its range.
 * @example marginModel('cross').evaluate(account, market)
 */
export function marginModel(name: string, overrides?: Overrides): MarginModel {
  return entryOf(name).create(overrides)
}

/**
 * JSON Schema (draft 2020-12) of a model's parameters; `default` holds the shipped figures.
 *
 * @throws {UnknownMarginModelError} where no model has this name.
 */
export function marginParameterSchema(name: string): Readonly<Record<string, unknown>> {
  return entryOf(name).schema()
}

function entryOf(name: string): Entry {
  const found = entries.get(name)
  if (found === undefined) throw new UnknownMarginModelError(name, marginModelNames)
  return found
}
