import type { SviParameters } from '@holdfast/quant'
import type { Money } from '../book/money.js'
import type { MarketFigure } from '../margin/model.js'

/**
 * What the clearing house hears, in one numbered sequence. `sequence` starts at 1 and has no gaps: an event that was seen is not
 * applied again, one that comes too early is refused until the missing ones have come. Times are epoch milliseconds.
 */
export type ClearingEvent = { readonly sequence: number; readonly time: number } & ClearingEventBody

export type ClearingEventBody =
  /** An account of an owner; with `isolated`, a sub-account that may hold that market only. */
  | { readonly kind: 'open-account'; readonly account: string; readonly owner: string; readonly isolated?: string }
  | { readonly kind: 'deposit'; readonly account: string; readonly asset: string; readonly amount: Money }
  | { readonly kind: 'withdrawal'; readonly account: string; readonly asset: string; readonly amount: Money }
  /** Between two accounts of one owner. */
  | {
      readonly kind: 'transfer'
      readonly from: string
      readonly to: string
      readonly asset: string
      readonly amount: Money
    }
  /** Money from outside for the insurance fund of a market. */
  | { readonly kind: 'fund-contribution'; readonly market: string; readonly amount: Money }
  | {
      readonly kind: 'order'
      readonly account: string
      readonly order: string
      readonly market: string
      readonly size: Money
      /** Limit; absent: taken to be met at the mark. */
      readonly price?: Money
    }
  | { readonly kind: 'order-done'; readonly account: string; readonly order: string }
  /** A trade of the book: the buyer gets `size` > 0 at `price`. Resting orders that it met shrink by it. */
  | {
      readonly kind: 'trade'
      readonly market: string
      readonly buyer: string
      readonly seller: string
      readonly size: Money
      readonly price: Money
      readonly buyerOrder?: string
      readonly sellerOrder?: string
    }
  | ({ readonly kind: 'mark' } & MarkTick)
  /** What a feed says at once: no account is judged between its parts. Each part is taken or refused by itself. */
  | {
      readonly kind: 'tick'
      readonly indices?: readonly IndexTick[]
      readonly surfaces?: readonly SurfaceTick[]
      readonly figures?: readonly { readonly figure: MarketFigure; readonly value: number }[]
      readonly marks?: readonly MarkTick[]
    }
  | { readonly kind: 'asset-price'; readonly asset: string; readonly price: Money; readonly publishedTime: number }
  /** Longs pay `perUnit` of settlement money a unit of size to shorts; signed. */
  | { readonly kind: 'funding'; readonly market: string; readonly perUnit: Money }
  /** The market ends: every position is closed at this price. */
  | { readonly kind: 'settlement'; readonly market: string; readonly price: Money }
  /** An expiry of an underlying settles at this price: options at what they are worth in it, futures at it. */
  | { readonly kind: 'expiry'; readonly underlying: string; readonly expiry: number; readonly price: Money }
  /** An own liquidation order met a counterparty. `size` > 0. */
  | {
      readonly kind: 'fill'
      readonly order: string
      readonly counterparty: string
      readonly size: Money
      readonly price: Money
    }
  /** `limit`: the most to pay for all that is for sale. `share`: fixed-point fraction of it. */
  | {
      readonly kind: 'bid'
      readonly bidder: string
      readonly account: string
      readonly share: Money
      readonly limit: Money
    }
  /** A keeper asks that an account in liquidation go to auction now. */
  | { readonly kind: 'auction-request'; readonly keeper: string; readonly account: string }
  /** Proof that the margin call of an account reached its owner. */
  | { readonly kind: 'notice-delivered'; readonly account: string; readonly proof: string }
  | { readonly kind: 'clock' }

/** Prices are settlement money per unit; those of options may be 0. */
export type MarkTick = {
  readonly market: string
  readonly price: Money
  /** Time-weighted average price over some minutes. */
  readonly average: Money
  /** Half width of the feed's confidence, relative, fixed point. */
  readonly confidence: Money
  readonly publishedTime: number
}

/** Price of an underlying, > 0, with the half width of its confidence, relative, fixed point. */
export type IndexTick = {
  readonly underlying: string
  readonly price: Money
  readonly confidence: Money
  readonly publishedTime: number
}

/** Raw SVI of total variance in ln(K/F) for an expiry (epoch milliseconds), with its forward. Model numbers. */
export type SurfaceTick = {
  readonly underlying: string
  readonly expiry: number
  readonly forward: number
  readonly svi: SviParameters
  readonly publishedTime: number
}
