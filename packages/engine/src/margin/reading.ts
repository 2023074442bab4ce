import { civilFromDays, type Instrument, instrumentKey } from '@holdfast/quant'
import type { MarginInput, MarginMarket, MarginPosition, MarketFigure } from './model.js'

const MS_PER_DAY = 86_400_000
const MS_PER_YEAR = 31_536_000_000

/**
 * Reads the market for a model and remembers what was not there. A missing value reads as NaN, so that nothing computed
 * from it can look safe; a model that has read everything answers with `missing` where it is not empty.
 */
export class MarketReading {
  readonly market: MarginMarket
  readonly #missing = new Set<string>()

  constructor(market: MarginMarket) {
    this.market = market
  }

  /** Names of what was asked for and not known, sorted. */
  get missing(): readonly string[] {
    return [...this.#missing].sort()
  }

  get isMissing(): boolean {
    return this.#missing.size > 0
  }

  index(underlying: string): number {
    const price = this.market.index(underlying)
    return isPositive(price) ? price : this.lacks(`index:${underlying}`)
  }

  assetPrice(asset: string): number {
    const price = this.market.assetPrice(asset)
    return isPositive(price) ? price : this.lacks(`asset:${asset}`)
  }

  forward(underlying: string, expiry: number): number {
    const forward = this.market.forward(underlying, expiry)
    return isPositive(forward) ? forward : this.lacks(`forward:${underlying}:${dateOf(expiry)}`)
  }

  impliedVol(underlying: string, expiry: number, strike: number): number {
    const vol = this.market.impliedVol(underlying, expiry, strike)
    return isAtLeastZero(vol) ? vol : this.lacks(`surface:${underlying}:${dateOf(expiry)}`)
  }

  /** Mark price in the unit the instrument quotes; an option's may be 0. */
  mark(instrument: Instrument): number {
    return this.#priceOf(instrument, this.market.mark(instrument), 'quote')
  }

  entryPrice({ instrument, entryPrice }: MarginPosition): number {
    return this.#priceOf(instrument, entryPrice, 'entry')
  }

  /** A figure that the model cannot do without. */
  figure(figure: MarketFigure): number {
    const value = this.market.figure?.(figure)
    return isKnown(value) ? value : this.lacks(nameOfFigure(figure))
  }

  /** A figure whose absence has a stated meaning; a value that is not finite still counts as missing. */
  figureOr(figure: MarketFigure, otherwise: number): number {
    const value = this.market.figure?.(figure)
    if (value === undefined) return otherwise
    return isKnown(value) ? value : this.lacks(nameOfFigure(figure))
  }

  /** Confidence of a feed in [0, 1]; where the market does not answer for it, that of the underlying's index. */
  confidence(figure: MarketFigure & { readonly kind: 'confidence' }): number {
    const own = figure.of === 'asset' ? undefined : this.market.confidence(figure.underlying)
    const value = this.market.figure?.(figure) ?? own ?? 1
    return value >= 0 && value <= 1 ? value : this.lacks(nameOfFigure(figure))
  }

  indexConfidence(underlying: string): number {
    const value = this.market.confidence(underlying)
    return value >= 0 && value <= 1 ? value : this.lacks(`confidence:index:${underlying}`)
  }

  /** Years to an expiry, ACT/365, never negative. */
  yearsTo(expiry: number): number {
    return Math.max(0, expiry - this.market.time) / MS_PER_YEAR
  }

  /** Seconds to an expiry, never negative. */
  secondsTo(expiry: number): number {
    return Math.max(0, expiry - this.market.time) / 1000
  }

  /** The model cannot margin this; the account then counts as at risk. */
  unsupported(instrument: Instrument): void {
    this.#missing.add(`unsupported:${instrumentKey(instrument)}`)
  }

  /** Something else that the model needs and was not given. */
  lacks(name: string): number {
    this.#missing.add(name)
    return Number.NaN
  }

  /** A value of the account itself that must not be below 0. */
  atLeastZero(value: number, name: string): number {
    return isAtLeastZero(value) ? value : this.lacks(name)
  }

  #priceOf(instrument: Instrument, price: number | undefined, name: 'quote' | 'entry'): number {
    const good = instrument.kind === 'option' ? isAtLeastZero(price) : isPositive(price)
    return good ? price! : this.lacks(`${name}:${instrumentKey(instrument)}`)
  }
}

function isPositive(value: number | undefined): value is number {
  return value !== undefined && value > 0 && value < Number.POSITIVE_INFINITY
}

function isAtLeastZero(value: number | undefined): value is number {
  return value !== undefined && value >= 0 && value < Number.POSITIVE_INFINITY
}

function isKnown(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value)
}

/** `2026-02-27` for an expiry in epoch milliseconds. */
export function dateOf(expiry: number): string {
  const { year, month, day } = civilFromDays(Math.floor(expiry / MS_PER_DAY))
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

export function nameOfFigure(figure: MarketFigure): string {
  switch (figure.kind) {
    case 'rate':
    case 'forward-fixed':
      return `${figure.kind}:${figure.underlying}:${dateOf(figure.expiry)}`
    case 'confidence':
      if (figure.of === 'asset') return `confidence:asset:${figure.asset}`
      if (figure.of === 'perpetual') return `confidence:perpetual:${figure.underlying}`
      return `confidence:${figure.of}:${figure.underlying}:${dateOf(figure.expiry)}`
    case 'open-interest':
      return `open-interest:${figure.side}:${instrumentKey(figure.instrument)}`
    case 'depth':
      return `depth:${figure.underlying}`
    case 'twap':
    case 'deposits':
      return `${figure.kind}:${figure.asset}`
  }
}

export function nameOfInput(input: MarginInput): string {
  switch (input.kind) {
    case 'index':
      return `index:${input.underlying}`
    case 'forward':
    case 'surface':
      return `${input.kind}:${input.underlying}:${dateOf(input.expiry)}`
    case 'mark':
      return `quote:${instrumentKey(input.instrument)}`
  }
}
