import { black76Price, type Instrument, type InstrumentKey, log, type Option } from '@holdfast/quant'
import type { InputState } from '../assess/assessment.js'
import { MS_PER_YEAR } from './smile.js'
import type { MarkBelief, MarketSnapshot } from './snapshot.js'

/** Both marks of an instrument; see `MarkBelief`. */
export function believeMark(snapshot: MarketSnapshot, instrument: Instrument, key: InstrumentKey): MarkBelief {
  const quote = snapshot.quote(key)
  const own = ownMark(snapshot, instrument)
  const quoted = quote.mark ?? (instrument.kind === 'option' ? undefined : quote.last)
  const residual = own.value === undefined || quoted === undefined ? {} : { residual: own.value - quoted }
  const both = {
    ...(own.value === undefined ? {} : { own: own.value }),
    ...(quoted === undefined ? {} : { quoted }),
    ...residual,
  }
  const preferOwn = instrument.kind === 'option' || quoted === undefined || quote.quality === 'stale'
  if (preferOwn && own.value !== undefined) return { ...both, value: own.value, origin: 'own', inputs: own.inputs }
  if (instrument.kind !== 'option' && quoted !== undefined) {
    return { ...both, value: quoted, origin: 'quoted', inputs: [quote] }
  }
  return { ...both, inputs: own.inputs }
}

type OwnMark = { readonly value?: number; readonly inputs: readonly InputState[] }

function ownMark(snapshot: MarketSnapshot, instrument: Instrument): OwnMark {
  const perQuote = snapshot.asset(instrument.quote)
  switch (instrument.kind) {
    case 'spot':
    case 'perpetual': {
      const index = snapshot.index(instrument.underlying)
      return inQuote(index.value, perQuote.value, [index, perQuote])
    }
    case 'future': {
      const forward = snapshot.forward(instrument.underlying, instrument.expiry)
      return inQuote(forward.value, perQuote.value, [forward, perQuote])
    }
    case 'option': {
      const forward = snapshot.forward(instrument.underlying, instrument.expiry)
      const smile = snapshot.smile(instrument.underlying, instrument.expiry)
      const inputs = instrument.quote === 'USD' ? [forward, smile] : [forward, smile, perQuote]
      if (forward.value === undefined || smile.impliedVol === undefined || perQuote.value === undefined)
        return { inputs }
      const inUnits = forward.value / perQuote.value
      const vol = smile.impliedVol(log(instrument.strike / inUnits))
      const years = (instrument.expiry - snapshot.time) / MS_PER_YEAR
      return { value: optionMark(instrument, inUnits, vol, years), inputs }
    }
  }
}

function inQuote(usd: number | undefined, perQuote: number | undefined, inputs: readonly InputState[]): OwnMark {
  const needed = inputs.filter(({ source }) => source !== 'par')
  return usd === undefined || perQuote === undefined ? { inputs } : { value: usd / perQuote, inputs: needed }
}

/** Implied vol of an option, annualised decimal; undefined where forward, smile or the quote asset's price is unknown. */
export function optionVol(
  snapshot: Pick<MarketSnapshot, 'forward' | 'asset' | 'smile'>,
  option: Option,
): number | undefined {
  const forward = snapshot.forward(option.underlying, option.expiry).value
  const perQuote = snapshot.asset(option.quote).value
  const smile = snapshot.smile(option.underlying, option.expiry).impliedVol
  if (forward === undefined || perQuote === undefined || smile === undefined) return undefined
  return smile(log((option.strike * perQuote) / forward))
}

/**
 * Mark of an option in the unit it quotes: undiscounted Black-76 on the forward of its expiry, for inverse options divided
 * by that forward.
 *
 * @param forward - F, quote per base.
 * @param vol - annualised decimal, ≥ 0.
 * @param years - T; the intrinsic value from the expiry on.
 */
export function optionMark(option: Option, forward: number, vol: number, years: number): number {
  const value = black76Price(option.right, forward, option.strike, Math.max(0, years), vol)
  return option.payoff === 'inverse' ? value / forward : value
}
