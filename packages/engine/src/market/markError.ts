import { black76Price, parseInstrumentKey } from '@holdfast/quant'
import { MS_PER_YEAR } from './smile.js'
import type { MarketSnapshot } from './snapshot.js'

/** How our Black-76, fed with the venue's own vol and forward, differs from the venue's marks: in the unit quoted. */
export type MarkError = {
  readonly underlying: string
  readonly settle: string
  readonly count: number
  readonly median: number
  readonly percentile99: number
  readonly worst: number
}

/**
 * |Black-76(mark vol, forward) − mark| of every option in a snapshot whose ticker carries all three, by underlying and settle
 * asset, sorted. It measures our formula against the venue's, apart from any fit of ours. An instrument of a venue that
 * quotes options in the coin is compared in the coin.
 */
export function markErrors(snapshot: MarketSnapshot): readonly MarkError[] {
  const groups = new Map<string, number[]>()
  for (const { underlying, settle, error } of optionErrors(snapshot)) {
    const key = `${underlying}|${settle}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [error])
    else group.push(error)
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, errors]) => {
      const [underlying, settle] = key.split('|') as [string, string]
      return { underlying, settle, ...summary(errors) }
    })
}

/** The errors themselves, sorted by instrument key. */
export function optionErrors(
  snapshot: MarketSnapshot,
): readonly { readonly underlying: string; readonly settle: string; readonly error: number }[] {
  return snapshot.quoted().flatMap((key) => {
    const instrument = parseInstrumentKey(key)
    const { mark, markVol, forward, sourceTime } = snapshot.quote(key)
    if (instrument?.kind !== 'option' || mark === undefined || markVol === undefined) return []
    if (forward === undefined || sourceTime === undefined) return []
    const years = Math.max(0, instrument.expiry - sourceTime) / MS_PER_YEAR
    const value = black76Price(instrument.right, forward, instrument.strike, years, markVol)
    const ours = instrument.payoff === 'inverse' ? value / forward : value
    const { underlying, settle } = instrument
    return [{ underlying, settle, error: Math.abs(ours - mark) }]
  })
}

function summary(errors: readonly number[]): Pick<MarkError, 'count' | 'median' | 'percentile99' | 'worst'> {
  const sorted = [...errors].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!
  return { count: sorted.length, median: at(0.5), percentile99: at(0.99), worst: at(1) }
}
