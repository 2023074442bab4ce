import { black76ForwardDelta, instrumentKey, type Option, parseInstrumentKey } from '@holdfast/quant'
import type { OptionOffer } from '../../insurance/strategy.js'
import { optionVol } from '../../market/mark.js'
import type { SellOptionsAction } from '../vaultAction.js'
import type { PlanMarket } from './plan.js'

const MS_PER_YEAR = 31_536_000_000

/** Options of an underlying at a venue that have been quoted, sorted by key. */
export function quotedOptions(market: PlanMarket, underlying: string, venue: string): readonly Option[] {
  const prefix = `${venue}:${underlying}/`
  return (market.quoted?.() ?? []).flatMap((key) => {
    if (!key.startsWith(prefix)) return []
    const instrument = parseInstrumentKey(key)
    return instrument?.kind === 'option' ? [instrument] : []
  })
}

/** USD per unit of what a linear option quotes in; an inverse one is paid in the coin, see `optionPrice`. */
export function usdPerQuote(market: PlanMarket, option: Option): number | undefined {
  return market.asset?.(option.payoff === 'inverse' ? option.settle : option.quote).value
}

/** A quoted price of an option as USD per unit of the underlying: inverse ones are quoted in coin. */
export function optionPrice(option: Option, quoted: number, coin: number, unit: number): number {
  return option.payoff === 'inverse' ? quoted * coin : quoted * unit
}

/** Forward delta of an option, signed; undefined where forward or surface is unknown. */
export function forwardDelta(market: PlanMarket, option: Option, now: number): number | undefined {
  const { forward, asset, smile } = market
  if (forward === undefined || asset === undefined || smile === undefined) return undefined
  const vol = optionVol({ forward, asset, smile }, option)
  const usd = forward(option.underlying, option.expiry).value
  const perQuote = asset(option.quote).value
  const years = (option.expiry - now) / MS_PER_YEAR
  if (vol === undefined || usd === undefined || perQuote === undefined || !(years > 0 && vol >= 0)) return undefined
  const delta = black76ForwardDelta(option.right, usd / perQuote, option.strike, years, vol)
  return Number.isFinite(delta) ? delta : undefined
}

/** The listed options of an underlying as offers; `live` is the worst of quote, forward and surface. */
export function optionOffers(
  market: PlanMarket,
  underlying: string,
  venue: string,
  now: number,
): readonly OptionOffer[] {
  return quotedOptions(market, underlying, venue).flatMap((option): OptionOffer[] => {
    if (option.expiry <= now) return []
    const quote = market.quote(instrumentKey(option))
    const unit = usdPerQuote(market, option)
    const usd = (price: number | undefined) =>
      price === undefined || unit === undefined ? undefined : optionPrice(option, price, unit, unit)
    const bid = usd(quote.bid)
    const ask = usd(quote.ask)
    const delta = forwardDelta(market, option, now)
    const surface = market.smile?.(underlying, option.expiry).quality
    return [
      {
        instrument: instrumentKey(option),
        right: option.right,
        strike: option.strike,
        expiry: option.expiry,
        ...(bid === undefined ? {} : { bid }),
        ...(ask === undefined ? {} : { ask }),
        ...(quote.bidSize === undefined ? {} : { bidSize: quote.bidSize }),
        ...(quote.askSize === undefined ? {} : { askSize: quote.askSize }),
        ...(delta === undefined ? {} : { delta }),
        live: quote.quality === 'live' && surface === 'live',
      },
    ]
  })
}

/** At-the-money implied vol of the quoted expiry nearest to the middle of the tenor; undefined where none is known. */
export function atTheMoneyVol(action: SellOptionsAction, market: PlanMarket, now: number): number | undefined {
  const middle = now + (action.tenorMin + action.tenorMax) / 2
  const expiries = new Set<number>()
  for (const key of market.quoted?.() ?? []) {
    const instrument = parseInstrumentKey(key)
    if (instrument?.kind !== 'option' || instrument.underlying !== action.underlying) continue
    if (instrument.expiry > now) expiries.add(instrument.expiry)
  }
  const [nearest] = [...expiries].sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle) || a - b)
  return nearest === undefined ? undefined : volAt(market, action.underlying, nearest)
}

export function volAt(market: PlanMarket, underlying: string, expiry: number): number | undefined {
  return market.smile?.(underlying, expiry).impliedVol?.(0)
}
