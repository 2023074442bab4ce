import type { ExpiryQuotes } from './quotes.js'

export type QuoteCounts = {
  readonly years: number
  readonly forward: number
  /** Quotes used, and different strikes among those that have a vol or two sides. */
  readonly quotes: number
  readonly strikes: number
}

/** How well a smile fits the quotes of its expiry. */
export type FitFigures = QuoteCounts & {
  /** Root mean square of model − target vol over the targets, annualised decimal. */
  readonly rootMeanSquare: number
  /** Quotes whose bid and ask vol do not hold the model's. */
  readonly outsideBand: number
  readonly residuals: readonly FitResidual[]
}

/** `index` is the quote's place in the input; `residual` = model − target, absent where the quote only bounds. */
export type FitResidual = {
  readonly index: number
  readonly modelVol: number
  readonly residual?: number
  /** How far the model's vol lies above the ask (> 0) or below the bid (< 0); 0 inside. */
  readonly outside: number
}

export function headOf({ years, forward, indices, strikes }: ExpiryQuotes): QuoteCounts {
  return { years, forward, quotes: indices.length, strikes }
}

/** Misses of a smile of total variance at the quotes of an expiry. */
export function fitFigures(expiry: ExpiryQuotes, totalVariance: (logMoneyness: number) => number): FitFigures {
  const { years, indices, columns, targets } = expiry
  let squares = 0
  const residuals = indices.map((index, row): FitResidual => {
    const modelVol = Math.sqrt(totalVariance(columns.logMoneyness[row]!) / years)
    const outside = modelVol - Math.min(Math.max(modelVol, columns.bidVol[row]!), columns.askVol[row]!)
    if (!(columns.precision[row]! > 0)) return { index, modelVol, outside }
    const residual = modelVol - columns.targetVol[row]!
    squares += residual * residual
    return { index, modelVol, residual, outside }
  })
  return {
    ...headOf(expiry),
    rootMeanSquare: targets > 0 ? Math.sqrt(squares / targets) : 0,
    outsideBand: residuals.filter((residual) => residual.outside !== 0).length,
    residuals,
  }
}
