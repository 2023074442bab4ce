import { type Instrument, instrumentKey } from '@holdfast/quant'
import { moneyToNumber } from '../book/money.js'
import type { MarginInput, MarginMarket } from '../margin/model.js'
import { nameOfFigure } from '../margin/reading.js'
import { sviVol } from '../margin/sviVol.js'
import type { Quality } from '../market/quality.js'
import { assetPrice } from './assess.js'
import { marketOfKey } from './parameters.js'
import type { RuleInput, RuleView } from './rule.js'
import { surfaceKey } from './state.js'

const MS_PER_YEAR = 31_536_000_000

/** What the house believes, as a margin model asks for it: what was never told, or is too old for collateral, is unknown. */
export function marginMarket(view: RuleView): MarginMarket {
  const { parameters, state } = view
  const surfaceOf = (underlying: string, expiry: number) => state.surfaces.get(surfaceKey(underlying, expiry))
  const marketOf = (instrument: Instrument) => state.markets.get(marketOfKey(parameters, instrumentKey(instrument)))
  return {
    time: state.time,
    index: (underlying) => {
      const known = state.indices.get(underlying)
      return known === undefined ? undefined : moneyToNumber(known.price)
    },
    assetPrice: (asset) => {
      if (asset === parameters.settlementAsset || asset === 'USD') return 1
      const price = parameters.collateral[asset] === undefined ? 0n : assetPrice(view, asset)
      return price > 0n ? moneyToNumber(price) : undefined
    },
    forward: (underlying, expiry) => surfaceOf(underlying, expiry)?.forward,
    impliedVol: (underlying, expiry, strike) => {
      const surface = surfaceOf(underlying, expiry)
      if (surface === undefined) return undefined
      // At and after expiry nothing is left to move: the vol of a moment before stands.
      const years = Math.max(1, expiry - state.time) / MS_PER_YEAR
      return sviVol(surface.svi, surface.forward, strike, years)
    },
    mark: (instrument) => {
      const market = marketOf(instrument)
      return market?.known === true ? moneyToNumber(market.price) : undefined
    },
    // The half width of a feed is the share of its price that it doubts.
    confidence: (underlying) => 1 - Math.min(1, moneyToNumber(state.indices.get(underlying)?.confidence ?? 0n)),
    figure: (figure) => state.figures.get(nameOfFigure(figure)),
    quality: (input) => qualityOf(view, input),
  }
}

function qualityOf(view: RuleView, input: MarginInput): Quality | undefined {
  if (input.kind === 'mark') {
    const name = marketOfKey(view.parameters, instrumentKey(input.instrument))
    return view.state.markets.get(name)?.quality
  }
  return inputQuality(view, input.kind === 'index' ? input : { ...input, kind: 'surface' })
}

/** How far an index or a surface can be trusted, by its age. */
export function inputQuality({ parameters, state }: RuleView, input: RuleInput): Quality {
  const known =
    input.kind === 'index'
      ? state.indices.get(input.underlying)
      : state.surfaces.get(surfaceKey(input.underlying, input.expiry))
  const limits = parameters.margin?.inputs
  if (known === undefined || limits === undefined) return 'unknown'
  const ageMs = state.time - known.publishedTime
  if (ageMs > limits.maxAgeMs) return 'stale'
  return ageMs > limits.delayedAfterMs ? 'delayed' : 'live'
}
