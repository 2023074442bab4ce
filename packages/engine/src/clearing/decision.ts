import type { Money } from '../book/money.js'
import type { HealthBand, MarginCall } from '../liquidation/index.js'
import type { Quality } from '../market/quality.js'

/** Why an event was not carried out. The list is closed. */
export type ClearingRefusal =
  | 'already-seen'
  | 'out-of-order'
  | 'time-runs-back'
  | 'unknown-account'
  | 'account-exists'
  | 'unknown-market'
  | 'market-settled'
  | 'market-expired'
  | 'not-expired'
  | 'unknown-asset'
  | 'amount-not-positive'
  | 'not-a-lot'
  | 'same-account'
  | 'not-same-owner'
  | 'isolated-elsewhere'
  | 'no-mark'
  | 'oracle'
  | 'price-band'
  | 'not-a-number'
  | 'open-interest-cap'
  | 'band'
  | 'initial-margin'
  | 'margin-unknown'
  | 'worsens-shortfall'
  | 'insufficient-balance'
  | 'unrealised-gains'
  | 'withdrawals-gated'
  | 'unknown-order'
  | 'order-exists'
  | 'order-overfilled'
  | 'price-limit'
  | 'no-auction'
  | 'nothing-for-sale'
  | 'share-not-positive'
  | 'below-minimum-share'
  | 'stale'
  | 'auction-not-due'
  | 'auction-cap'
  | 'no-call'

/** What the clearing house did or wants done. Each names the time and the event that caused it. */
export type ClearingDecision = { readonly time: number; readonly sequence: number } & ClearingDecisionBody

export type ClearingDecisionBody =
  | { readonly kind: 'refused'; readonly event: string; readonly reason: ClearingRefusal; readonly of?: string }
  | {
      readonly kind: 'band'
      readonly account: string
      readonly from: HealthBand
      readonly to: HealthBand
      readonly equity: Money
      readonly maintenanceMargin: Money
    }
  | { readonly kind: 'notice'; readonly account: string }
  /** The margin model lacks inputs for an account: it counts as risky until they are there, and is not liquidated on a guess. */
  | { readonly kind: 'margin-unknown'; readonly account: string; readonly missing: readonly string[] }
  | { readonly kind: 'margin-known'; readonly account: string }
  | ({ readonly kind: 'margin-call'; readonly account: string; readonly dueTime: number } & MarginCall)
  | { readonly kind: 'call-overdue'; readonly account: string; readonly proof: string | null }
  | { readonly kind: 'call-closed'; readonly account: string }
  | { readonly kind: 'cancel-orders'; readonly account: string; readonly orders: readonly string[] }
  /** An order to be sent: `size` signed, immediate or cancelled after `trancheMs`. `quality`: of the mark it rests on. */
  | {
      readonly kind: 'liquidation-order'
      readonly account: string
      readonly order: string
      readonly market: string
      /** `reduce` brings a position towards 0; `hedge` opens one that offsets others. */
      readonly purpose: 'reduce' | 'hedge'
      readonly size: Money
      readonly limit: Money
      readonly quality: Quality
    }
  | { readonly kind: 'order-lapsed'; readonly account: string; readonly order: string; readonly unfilled: Money }
  /** A liquidation that is due waits, and why. */
  | { readonly kind: 'liquidation-held'; readonly account: string; readonly reason: 'oracle' | 'auction-cap' }
  | {
      readonly kind: 'auction'
      readonly account: string
      readonly phase: 'solvent' | 'insolvent'
      readonly what: 'opened' | 'redone' | 'converted'
    }
  | { readonly kind: 'auction-closed'; readonly account: string; readonly reserve: Money }
  | {
      readonly kind: 'bid-accepted'
      readonly account: string
      readonly bidder: string
      readonly share: Money
      readonly payment: Money
    }
  | { readonly kind: 'keeper-reward'; readonly account: string; readonly keeper: string; readonly amount: Money }
  | { readonly kind: 'fund-draw'; readonly market: string; readonly account: string; readonly amount: Money }
  | {
      readonly kind: 'deleveraged'
      readonly market: string
      readonly account: string
      readonly counterparty: string
      readonly size: Money
      readonly loss: Money
    }
  /** A loss beyond the fund was shared out: residual = deleveraged + socialised + unabsorbed, to the unit. */
  | {
      readonly kind: 'loss-shared'
      readonly account: string
      readonly residual: Money
      readonly deleveraged: Money
      readonly socialised: Money
      readonly unabsorbed: Money
    }
  | { readonly kind: 'socialised'; readonly account: string; readonly amount: Money }
  | { readonly kind: 'withdrawals'; readonly gated: boolean }
  | { readonly kind: 'market-quality'; readonly market: string; readonly quality: Quality; readonly divergent: boolean }
  | { readonly kind: 'asset-price'; readonly asset: string; readonly stale: boolean }
  /** Not one market with open interest can be trusted: that itself is the alarm. */
  | { readonly kind: 'all-markets-bad'; readonly raised: boolean }
