import { type Band, type BandBook, type BandTerms, bandAround, type TradeTo } from './band.js'
import { fixedBand } from './fixed.js'
import { impulseBand } from './impulse.js'
import { whalleyWilmottWidth } from './whalleyWilmott.js'
import { zakamoulineBand } from './zakamouline.js'

/** A rule that says how far delta may stray. Sizes in base units. */
export type BandRule =
  | { readonly kind: 'fixed'; readonly below: number; readonly above: number; readonly tradeTo: TradeTo }
  | ({ readonly kind: 'whalley-wilmott' | 'zakamouline'; readonly tradeTo: TradeTo } & BandTerms)
  | ({ readonly kind: 'impulse' } & BandTerms)

/**
 * Risk aversion of a book whose policy does not say otherwise, per unit of its gross option notional: of a book of notional N,
 * γ = 20/N. Chosen on seeds other than those it is shown with (`npm run bench -- hedge`): there it is the aversion at which a
 * Whalley–Wilmott hedger is well below the threshold "0.10" in cost and in tail at once.
 */
export const DEFAULT_RISK_AVERSION = 20

/**
 * The band of a rule about a target, for a book as it is.
 *
 * @returns undefined where something that the rule reads is not known.
 */
export function bandOf(rule: BandRule, book: BandBook, target: number): Band | undefined {
  const band = rawBand(rule, book, target)
  return band !== undefined && Number.isFinite(band.upper - band.lower) ? band : undefined
}

function rawBand(rule: BandRule, book: BandBook, target: number): Band | undefined {
  switch (rule.kind) {
    case 'fixed':
      return fixedBand(target, rule.below, rule.above, rule.tradeTo)
    case 'whalley-wilmott': {
      const width = whalleyWilmottWidth(book, rule)
      return bandAround(target, width, width, rule.tradeTo)
    }
    case 'zakamouline': {
      const found = zakamoulineBand(book, rule)
      if (found === undefined) return undefined
      const width = found.base + found.gammaPart
      return bandAround(target + found.shift, width, width, rule.tradeTo)
    }
    case 'impulse': {
      const found = impulseBand(book, rule)
      if (found === undefined) return undefined
      const { outer, inner } = found
      return { lower: target - outer, innerLower: target - inner, innerUpper: target + inner, upper: target + outer }
    }
  }
}

/**
 * How a band came about, in words with figures and units.
 *
 * @param base - name of the base asset.
 */
export function bandText(rule: BandRule, book: BandBook, band: Band, base: string): string {
  const { lower, innerLower, innerUpper, upper } = band
  const span = `${figure(lower)} … ${figure(upper)} ${base}`
  switch (rule.kind) {
    case 'fixed':
      return `fixed band ${span}`
    case 'whalley-wilmott':
      return `Whalley–Wilmott band ${span}: ${given(book, rule, base)}`
    case 'zakamouline': {
      const modified = zakamoulineBand(book, rule)?.modifiedVol ?? book.vol
      return `Zakamouline band ${span}, vol ${percent(book.vol)} taken as ${percent(modified)}: ${given(book, rule, base)}`
    }
    case 'impulse':
      return `impulse band ${span}, back to ${figure(innerLower)} … ${figure(innerUpper)} ${base}: ${given(book, rule, base)}, ${figure(rule.fixedCost ?? 0)} USD each trade`
  }
}

function given({ spot, gamma }: BandBook, { cost, riskAversion }: BandTerms, base: string): string {
  const perPercent = (gamma * spot) / 100
  return `cost ${(cost * 10_000).toFixed(1)} bps, net gamma ${figure(perPercent)} ${base} per 1 %, risk aversion ${figure(riskAversion * 1e6)} per million USD`
}

function figure(value: number): string {
  return `${Number(value.toPrecision(4))}`
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`
}
