import { type Instrument, sizeUnit } from '@holdfast/quant'

/** What an underlying's greeks say of a hedge in some instrument: which delta it must offset. */
export type HedgeDelta = { readonly delta: number; readonly name: 'delta' | 'net delta' }

/**
 * The delta that a hedge in an instrument offsets.
 *
 * An inverse contract pays in the coin that the premium is held in, so it offsets delta net of premium, Σ (Δᵢ − markᵢ) · sizeᵢ; a
 * linear one offsets Σ Δᵢ · sizeᵢ.
 *
 * @see Paradigm, "Auto-populated delta hedge quantity".
 */
export function hedgeDelta(
  instrument: Instrument,
  greeks: { readonly delta: number; readonly deltaNet: number },
): HedgeDelta {
  return isInverse(instrument) ? { delta: greeks.deltaNet, name: 'net delta' } : { delta: greeks.delta, name: 'delta' }
}

/**
 * The size of a trade in an instrument's own unit: USD of notional for an inverse contract, base units for a linear one.
 *
 *   inverse: n · P      linear: n
 *
 * @param baseUnits - n, signed.
 * @param price - P, the contract's mark, quote per base, > 0.
 */
export function hedgeSize(instrument: Instrument, baseUnits: number, price: number): number {
  return isInverse(instrument) ? baseUnits * price : baseUnits
}

/** The base units that a size in the instrument's own unit stands for: the inverse of `hedgeSize`. */
export function baseSize(instrument: Instrument, size: number, price: number): number {
  return isInverse(instrument) ? size / price : size
}

function isInverse(instrument: Instrument): boolean {
  return instrument.kind !== 'spot' && instrument.kind !== 'option' && sizeUnit(instrument) === instrument.quote
}
