import { describe, expect, test } from 'vitest'
import { ONE } from '../liquidation/fraction.js'
import { type Clearing, createClearing } from './clearing.js'
import type { ClearingDecision, ClearingDecisionBody } from './decision.js'
import type { ClearingEventBody } from './event.js'
import { type ClearingParameters, DEFAULT_CLEARED_MARKET, DEFAULT_CLEARING } from './parameters.js'

const usd = (amount: number) => BigInt(Math.round(amount * 1e6)) * (ONE / 1_000_000n)

const parameters: ClearingParameters = {
  ...DEFAULT_CLEARING,
  markets: {
    BTC: { ...DEFAULT_CLEARED_MARKET, underlying: 'BTC', feeRate: 0n, ratePerMillion: 0n },
    ALT: { ...DEFAULT_CLEARED_MARKET, underlying: 'ALT', feeRate: 0n, openInterestCap: 1_000n * ONE },
  },
}

/** A house with four owners, and a hand that numbers what it is told. */
function house(): {
  clearing: Clearing
  tell: (body: ClearingEventBody, afterMs?: number) => readonly ClearingDecision[]
} {
  const clearing = createClearing(parameters)
  let sequence = 0
  let time = 1_770_000_000_000
  const tell = (body: ClearingEventBody, afterMs = 10) => {
    time += afterMs
    const event = { sequence: ++sequence, time, ...body }
    return clearing.step([event.kind === 'mark' ? { ...event, publishedTime: time } : event])
  }
  for (const account of ['maker', 'victim', 'thief', 'accomplice']) {
    tell({ kind: 'open-account', account, owner: account === 'accomplice' ? 'thief' : account })
    tell({ kind: 'deposit', account, asset: 'USD', amount: usd(10_000) })
  }
  tell({ kind: 'fund-contribution', market: 'BTC', amount: usd(5_000) })
  tell(mark('BTC', 50_000))
  tell(mark('ALT', 10))
  return { clearing, tell }
}

const mark = (market: string, price: number, average = price): ClearingEventBody => {
  return { kind: 'mark', market, price: usd(price), average: usd(average), confidence: 0n, publishedTime: 0 }
}
const buy = (buyer: string, seller: string, size: number, price: number, market = 'BTC'): ClearingEventBody => {
  return { kind: 'trade', market, buyer, seller, size: usd(size), price: usd(price) }
}
const refusal = (decisions: readonly ClearingDecision[]) => {
  const refused = decisions.find(({ kind }) => kind === 'refused')
  return refused?.kind === 'refused' ? refused.reason : undefined
}
const found = <Kind extends ClearingDecisionBody['kind']>(decisions: readonly ClearingDecision[], kind: Kind) =>
  decisions.filter((decision): decision is Extract<ClearingDecision, { readonly kind: Kind }> => decision.kind === kind)

/** The victim long 3 BTC at 50,000 with 10,000, below maintenance at 48,000; no order fills until it goes to auction. */
function underAuction() {
  const { clearing, tell } = house()
  expect(refusal(tell(buy('victim', 'maker', 3, 50_000)))).toBeUndefined()
  tell(mark('BTC', 47_900))
  for (let i = 0; i < 4; i++) tell({ kind: 'clock' }, 6_000)
  expect(clearing.view().accounts.get('victim')!.auction?.phase).toBe('solvent')
  return { clearing, tell }
}

const bid = (bidder: string, share: bigint, limit = usd(1e9)): ClearingEventBody => {
  return { kind: 'bid', bidder, account: 'victim', share, limit }
}

describe('attacks on the clearing house', () => {
  test('attack: dust positions sent to bidders: nothing reaches an account without its own consent, and dust blocks no bid', () => {
    const { clearing, tell } = underAuction()
    // The smallest position that exists at all; below a lot there is none.
    expect(refusal(tell(buy('thief', 'maker', 0.0005, 47_900)))).toBe('not-a-lot')
    expect(refusal(tell(buy('thief', 'maker', 0.001, 47_900)))).toBeUndefined()
    tell(mark('BTC', 47_900))
    expect(refusal(tell(bid('thief', 1n)))).toBe('below-minimum-share')
    expect(found(tell(bid('thief', ONE)), 'bid-accepted')).toHaveLength(1)
    expect(clearing.audit()).toEqual([])
  })

  test('attack: self-liquidation for the reward: not to the same owner, bounded for any other, and never from the fund', () => {
    const { clearing, tell } = house()
    tell(buy('thief', 'maker', 3, 50_000))
    tell(mark('BTC', 47_900))
    tell({ kind: 'clock' }, 6_000)
    expect(refusal(tell({ kind: 'auction-request', keeper: 'accomplice', account: 'thief' }))).toBe('same-account')
    const fund = clearing.view().markets.get('BTC')!.fund
    const before = clearing.health('thief')!.equity
    const [reward] = found(tell({ kind: 'auction-request', keeper: 'maker', account: 'thief' }), 'keeper-reward')
    expect(reward!.amount <= parameters.auction.keeperCap).toBe(true)
    expect(clearing.health('thief')!.equity).toBe(before - reward!.amount)
    expect(clearing.view().markets.get('BTC')!.fund).toBe(fund)
    expect(refusal(tell({ kind: 'auction-request', keeper: 'maker', account: 'thief' }))).toBe('auction-not-due')
  })

  test('attack: withdrawing unrealised gains to be liquidated: only half of them may go, and initial margin stays', () => {
    const { clearing, tell } = house()
    tell(buy('thief', 'maker', 2, 50_000))
    tell(mark('BTC', 54_000))
    const withdrawal = (amount: number): ClearingEventBody => {
      return { kind: 'withdrawal', account: 'thief', asset: 'USD', amount: usd(amount) }
    }
    expect(refusal(tell(withdrawal(14_001)))).toBe('unrealised-gains')
    expect(refusal(tell(withdrawal(13_000)))).toBe('initial-margin')
    expect(refusal(tell(withdrawal(12_600)))).toBeUndefined()
    const { equity, initialMargin } = clearing.health('thief')!
    expect(equity >= initialMargin).toBe(true)
    // Back where it began: what was withdrawn is missed, but the house is not out of pocket.
    tell(mark('BTC', 52_000))
    expect(clearing.view().accounts.get('thief')!.band).toBe('liquidation')
    expect(clearing.health('thief')!.equity > 0n).toBe(true)
  })

  test('attack: thin-market manipulation: a print far from the average stops liquidations there and opens nothing', () => {
    const { clearing, tell } = house()
    tell(buy('victim', 'maker', 900, 10, 'ALT'))
    expect(refusal(tell(buy('thief', 'accomplice', 200, 10, 'ALT')))).toBe('open-interest-cap')
    expect(refusal(tell(buy('thief', 'accomplice', 10, 12, 'ALT')))).toBe('price-band')
    const decisions = tell(mark('ALT', 0.2, 10))
    expect(found(decisions, 'liquidation-order')).toHaveLength(0)
    expect(refusal(tell(buy('thief', 'maker', 1, 0.2, 'ALT')))).toBe('oracle')
    // The other market is not concerned.
    expect(refusal(tell(buy('thief', 'maker', 0.1, 50_000)))).toBeUndefined()
    tell(mark('ALT', 10))
    expect(clearing.view().accounts.get('victim')!.band).toBe('healthy')
  })

  test('attack: flapping across the threshold: one call, one term, however often the price crosses', () => {
    const { tell } = house()
    tell(buy('victim', 'maker', 3, 50_000))
    const decisions = Array.from({ length: 100 }, (_, i) => tell(mark('BTC', i % 2 === 0 ? 48_250 : 48_350))).flat()
    expect(found(decisions, 'margin-call')).toHaveLength(1)
    expect(found(decisions, 'band').length).toBeLessThanOrEqual(2)
    expect(found(decisions, 'liquidation-order')).toHaveLength(0)
  })

  test('attack: zero bids under congestion: nobody gets an account for nothing while it is worth something', () => {
    const { clearing, tell } = underAuction()
    expect(refusal(tell(bid('thief', 0n)))).toBe('share-not-positive')
    expect(refusal(tell(bid('thief', ONE, 0n)))).toBe('price-limit')
    // Nobody came in time: a stale auction sells nothing, it begins anew at its top price.
    expect(refusal(tell(bid('thief', ONE), 13 * 3_600_000))).toBeDefined()
    tell(mark('BTC', 47_900))
    expect(clearing.view().accounts.get('victim')!.auction!.startTime).toBe(clearing.view().time - 10)
  })

  test('attack: griefing an auction: slivers, bids without means and bids by the owner leave it as it was', () => {
    const { clearing, tell } = underAuction()
    tell({ kind: 'open-account', account: 'alias', owner: 'victim' })
    tell({ kind: 'open-account', account: 'poor', owner: 'poor' })
    tell(mark('BTC', 47_900))
    const before = clearing.view().accounts.get('victim')!.positions.get('BTC')
    expect(refusal(tell(bid('alias', ONE)))).toBe('same-account')
    expect(refusal(tell(bid('poor', ONE)))).toBe('initial-margin')
    expect(refusal(tell(bid('thief', ONE / 1_000n)))).toBe('below-minimum-share')
    expect(clearing.view().accounts.get('victim')!.positions.get('BTC')).toEqual(before)
    expect(clearing.audit()).toEqual([])
    // It still ends with the first bid that means it, and the owner keeps what was paid.
    const decisions = tell(bid('thief', ONE))
    expect(found(decisions, 'auction-closed')[0]!.reserve > 0n).toBe(true)
    const { equity, maintenanceMargin } = clearing.health('victim')!
    expect(equity >= maintenanceMargin).toBe(true)
  })
})
