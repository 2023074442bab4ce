import { type AuctionSettings, judgeBid, moneyFromNumber, quoteAuction } from '@holdfast/engine'
import { z } from 'zod'
import { defineKind, requestId } from '../kind.js'
import { amount, amountReader } from './amount.js'
import { refusingLiquidation } from './liquidationRefusal.js'

const seconds = z.number().min(0).max(1e9)
const share = z.number().min(0).max(1)
const startShare = share.optional().describe('share of value asked at the start; 1 where absent')

const curve = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('linear'),
    start: startShare,
    cutoff: share,
    fastSeconds: seconds,
    slowSeconds: seconds,
  }),
  z.strictObject({ kind: z.literal('stair-step'), start: startShare, cut: share, stepSeconds: seconds }),
  z.strictObject({ kind: z.literal('exponential'), start: startShare, halfLifeSeconds: seconds }),
  z.strictObject({ kind: z.literal('reverse-dutch'), maximalDiscount: share, lengthSeconds: seconds }),
])

const request = z.strictObject({
  id: requestId,
  account: z.strictObject({
    equity: amount.describe('marked value of everything, the reserve included, signed'),
    maintenanceMargin: amount.describe('requirement, >= 0'),
    reserve: amount.optional().describe('cash that earlier bidders paid in; 0 where absent'),
  }),
  curve,
  elapsedSeconds: seconds,
  insolventSeconds: seconds.optional().describe('length of the insolvent phase; 3600 where absent'),
  staleSeconds: seconds.optional().describe('age at which a solvent auction is begun anew; 43200 where absent'),
  buffer: z.number().min(0).max(10).optional().describe('share of the requirement restored beyond it; 0 where absent'),
  minimumShare: share.optional().describe('smallest bid; 0 where absent'),
  smallestLot: amount.optional().describe('accounts worth less are sold whole; 0 where absent'),
  bid: z
    .strictObject({ share, limit: amount.optional().describe('the most to pay for all that is for sale') })
    .optional(),
})

/** `auction`: what a Dutch auction asks at a time, how much may be sold, and what a bid gets. */
export const auction = defineKind({
  name: 'auction',
  summary: 'Price, maximal share and payout of a liquidation auction at a time, and the outcome of a bid.',
  request,
  answer: (input) => {
    const { read, write } = amountReader()
    const fraction = (value: number) => moneyFromNumber(value) ?? 0n
    const account = {
      equity: read(input.account.equity, '/account/equity'),
      maintenanceMargin: read(input.account.maintenanceMargin, '/account/maintenanceMargin'),
      reserve: input.account.reserve === undefined ? 0n : read(input.account.reserve, '/account/reserve'),
    }
    const settings: AuctionSettings = {
      curve: curveOf(input.curve),
      staleMs: (input.staleSeconds ?? 43_200) * 1_000,
      insolventMs: (input.insolventSeconds ?? 3_600) * 1_000,
      buffer: fraction(input.buffer ?? 0),
      minimumShare: fraction(input.minimumShare ?? 0),
      smallestLot: input.smallestLot === undefined ? 0n : read(input.smallestLot, '/smallestLot'),
      keeperShare: 0n,
      keeperCap: 0n,
      cap: account.maintenanceMargin,
    }
    const quote = refusingLiquidation('/curve', () => quoteAuction(account, settings, input.elapsedSeconds * 1_000))
    const figures = {
      phase: quote.phase,
      priceShare: Number(quote.priceShare) / 1e18,
      price: write(quote.price > 0n ? quote.price : 0n),
      payout: write(quote.price < 0n ? -quote.price : 0n),
      maximalShare: Number(quote.maximalShare) / 1e18,
      stale: quote.stale,
    }
    if (input.bid === undefined) return figures
    const limit = input.bid.limit === undefined ? quote.price : read(input.bid.limit, '/bid/limit')
    const judged = judgeBid(quote, settings, fraction(input.bid.share), limit)
    if (!judged.ok) return { ...figures, bid: { accepted: false, reason: judged.reason } }
    const { payment, ends } = judged
    return {
      ...figures,
      bid: { accepted: true, share: Number(judged.share) / 1e18, payment: write(payment), ends },
    }
  },
})

function curveOf(given: z.output<typeof curve>): AuctionSettings['curve'] {
  switch (given.kind) {
    case 'linear': {
      const { kind, start = 1, cutoff } = given
      return { kind, start, cutoff, fastMs: given.fastSeconds * 1_000, slowMs: given.slowSeconds * 1_000 }
    }
    case 'stair-step':
      return { kind: given.kind, start: given.start ?? 1, cut: given.cut, stepMs: given.stepSeconds * 1_000 }
    case 'exponential':
      return { kind: given.kind, start: given.start ?? 1, halfLifeMs: given.halfLifeSeconds * 1_000 }
    case 'reverse-dutch':
      return { kind: given.kind, maximalDiscount: given.maximalDiscount, lengthMs: given.lengthSeconds * 1_000 }
  }
}
