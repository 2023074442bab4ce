import { black76Greeks, type InstrumentKey, log, type Option, parseInstrumentKey } from '@holdfast/quant'
import type { Assessment, UnderlyingGreeks } from '../../assess/assessment.js'
import { fixedShareAt } from '../../assess/rollup.js'
import { deltaMove, type VolAnchor } from '../../hedge/volMove.js'
import { MS_PER_YEAR } from '../../market/smile.js'
import type { HedgeMarket } from './plan.js'

/** Options of one underlying in some accounts, as a hedger's band reads them. */
export type HedgeBook = {
  /** Gross, USD: Σ |size| · index. */
  readonly notional: number
  /** Years to expiry and vol, each weighted by |Γ|; undefined where there is no gamma, or a surface is not known. */
  readonly years?: number
  readonly vol?: number
  /** ∂Δ/∂σ of the delta that is hedged, base per 1.00. */
  readonly vanna: number
  /** By expiry, ascending; undefined where a surface or a forward is not known. */
  readonly expiries?: readonly ExpiryVanna[]
}

type ExpiryVanna = { readonly expiry: number; readonly vanna: number; readonly forward: number }

type Held = { readonly option: Option; readonly size: number }

/**
 * @param netOfPremium - whether the delta that is hedged is net of premium: ∂(w N(d1) − B/F)/∂σ = vanna − vega/F.
 */
export function hedgeBook(
  greeks: UnderlyingGreeks,
  accounts: readonly string[],
  assessment: Assessment,
  market: HedgeMarket,
  netOfPremium: boolean,
): HedgeBook {
  const held = heldOptions(greeks.underlying, accounts, assessment)
  const notional = held.reduce((sum, { size }) => sum + Math.abs(size), 0) * greeks.index
  const byExpiry = new Map<number, { vanna: number; forward: number }>()
  let weight = 0
  let years = 0
  let vol = 0
  let known = true
  for (const { option, size } of held) {
    const { underlying, expiry, strike, right } = option
    const left = (expiry - assessment.time) / MS_PER_YEAR
    const forward = market.forward?.(underlying, expiry).value
    const sigma = volAt(market, underlying, expiry, strike, forward)
    if (!(left > 0 && forward !== undefined && forward > 0 && sigma !== undefined && sigma > 0)) {
      known = false
      continue
    }
    const g = black76Greeks(right, forward, strike, left, sigma)
    const open = 1 - fixedShareAt(expiry, assessment.time)
    const vanna = size * open * (netOfPremium ? g.vanna - g.vega / forward : g.vanna)
    const gamma = Math.abs(size * g.forwardGamma) * open * open
    weight += gamma
    years += gamma * left
    vol += gamma * sigma
    byExpiry.set(expiry, { vanna: (byExpiry.get(expiry)?.vanna ?? 0) + vanna, forward })
  }
  const expiries = [...byExpiry].sort(([a], [b]) => a - b).map(([expiry, one]) => ({ expiry, ...one }))
  return {
    notional,
    vanna: expiries.reduce((sum, one) => sum + one.vanna, 0),
    ...(known && weight > 0 ? { years: years / weight, vol: vol / weight } : {}),
    ...(known ? { expiries } : {}),
  }
}

function heldOptions(
  underlying: string,
  accounts: readonly string[],
  { accounts: views }: Assessment,
): readonly Held[] {
  return views
    .filter(({ account }) => accounts.includes(account))
    .flatMap(({ positions }) => positions)
    .flatMap(({ instrument: key, size }): Held[] => {
      const instrument = parseInstrumentKey(key as InstrumentKey)
      return instrument?.kind === 'option' && instrument.underlying === underlying && size !== 0
        ? [{ option: instrument, size }]
        : []
    })
}

function volAt(
  market: HedgeMarket,
  underlying: string,
  expiry: number,
  strike: number,
  forward: number | undefined,
): number | undefined {
  if (forward === undefined || !(forward > 0)) return undefined
  return market.smile?.(underlying, expiry).impliedVol?.(log(strike / forward))
}

/** The vols of a book's expiries at their forwards as they are now: what a later move of vol is measured from. */
export function volAnchors(underlying: string, { expiries }: HedgeBook, market: HedgeMarket): readonly VolAnchor[] {
  return (expiries ?? []).flatMap(({ expiry, forward }): VolAnchor[] => {
    const vol = volAt(market, underlying, expiry, forward, forward)
    return vol === undefined ? [] : [{ expiry, strike: forward, vol }]
  })
}

/**
 * What moves of vol at fixed strikes since the anchors did to delta, base units; an expiry without an anchor counts as not
 * moved. Undefined where it is not known.
 */
export function volPartOf(
  underlying: string,
  delta: number,
  { expiries }: HedgeBook,
  anchors: readonly VolAnchor[],
  market: HedgeMarket,
): number | undefined {
  if (expiries === undefined) return undefined
  const parts: { vanna: number; vol: number; anchorVol: number }[] = []
  for (const { expiry, vanna, forward } of expiries) {
    const anchor = anchors.find((one) => one.expiry === expiry)
    if (anchor === undefined) continue
    const vol = volAt(market, underlying, expiry, anchor.strike, forward)
    if (vol === undefined) return undefined
    parts.push({ vanna, vol, anchorVol: anchor.vol })
  }
  return deltaMove(delta, 0, parts)?.volPart
}
