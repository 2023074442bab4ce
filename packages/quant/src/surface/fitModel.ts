import { type ArbitrageReport, checkSmiles, sviSmile, type VarianceSmile } from './arbitrage.js'
import { type FitFigures, fitFigures, headOf, type QuoteCounts } from './fitFigures.js'
import { fitSabrSlice } from './fitSabr.js'
import { fitEssviSlices, fitSsviSlices } from './fitSsvi.js'
import { STRIKES_MIN } from './fitSurface.js'
import { type ExpiryQuotes, groupQuotes, type RejectedQuote, type SurfaceQuote } from './quotes.js'
import { type SabrParameters, sabrVarianceJet } from './sabr.js'
import { type SsviSlice, ssviToRaw } from './ssvi.js'
import { SurfaceError } from './surface.js'

/** Models with fewer parameters than raw SVI: `ssvi` and `essvi` have no arbitrage by construction, `sabr` may, and is checked. */
export type LeanModel =
  | { readonly kind: 'ssvi' }
  | { readonly kind: 'essvi' }
  /** β in [0, 1]: chosen, not fitted. */
  | { readonly kind: 'sabr'; readonly beta: number }

export type LeanExpiryFit =
  | ({ readonly status: 'fitted'; readonly parameters: SsviSlice | SabrParameters } & FitFigures)
  | ({ readonly status: 'unfitted'; readonly reason: 'too-few-strikes' } & QuoteCounts)

export type LeanFit = {
  readonly arbitrageFree: boolean
  readonly arbitrage: ArbitrageReport
  /** Sorted by years. */
  readonly expiries: readonly LeanExpiryFit[]
  readonly rejected: readonly RejectedQuote[]
}

type Fitted = { readonly parameters: SsviSlice | SabrParameters; readonly smile: VarianceSmile }

/**
 * Fits SSVI, eSSVI or SABR to a chain: the same quotes, weights and bands as `fitSurface`. Expiries with fewer than five strikes are
 * left out and named.
 */
export function fitLeanModel(quotes: readonly SurfaceQuote[], model: LeanModel): LeanFit {
  const { expiries, rejected } = groupQuotes(quotes)
  const rich = expiries.filter((expiry) => expiry.strikes >= STRIKES_MIN)
  const fitted = new Map(fitAll(rich, model).map((fit, index) => [rich[index]!.years, fit]))
  const arbitrage = checkSmiles([...fitted.values()].map(({ smile }) => smile))
  return {
    arbitrageFree: arbitrage.where.length === 0,
    arbitrage,
    expiries: expiries.map((expiry): LeanExpiryFit => {
      const fit = fitted.get(expiry.years)
      if (fit === undefined) return { status: 'unfitted', reason: 'too-few-strikes', ...headOf(expiry) }
      return { status: 'fitted', parameters: fit.parameters, ...fitFigures(expiry, (k) => fit.smile.jet(k).w) }
    }),
    rejected,
  }
}

function fitAll(expiries: readonly ExpiryQuotes[], model: LeanModel): readonly Fitted[] {
  switch (model.kind) {
    case 'ssvi':
      return fitSsviSlices(expiries).map((slice, index) => ssviFitted(slice, expiries[index]!))
    case 'essvi':
      return fitEssviSlices(expiries).map((slice, index) => ssviFitted(slice, expiries[index]!))
    case 'sabr':
      return expiries.map((expiry) => {
        const parameters = fitSabrSlice(expiry, model.beta)
        return { parameters, smile: sabrSmile(parameters, expiry.forward, expiry.years) }
      })
  }
}

function ssviFitted(parameters: SsviSlice, { years, forward }: ExpiryQuotes): Fitted {
  return { parameters, smile: sviSmile({ years, forward, svi: ssviToRaw(parameters) }) }
}

/** SABR as a smile to check; where the expansion has no vol, total variance 0 marks the place. */
export function sabrSmile(parameters: SabrParameters, forward: number, years: number): VarianceSmile {
  return {
    years,
    jet: (k) => {
      try {
        return sabrVarianceJet(parameters, forward, k, years)
      } catch (error) {
        if (error instanceof SurfaceError) return { w: 0, slope: 0, curvature: 0 }
        throw error
      }
    },
  }
}
