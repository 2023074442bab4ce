import {
  ADL_RULES,
  type AuctionCurve,
  type Clearing,
  type ClearingEvent,
  type ClearingEventBody,
  type ClearingParameters,
  DEFAULT_CLEARED_MARKET,
  DEFAULT_CLEARING,
} from '@holdfast/engine'
import { type Random, seededRandom } from './random.js'

const ONE = 1_000_000_000_000_000_000n
const CENT = ONE / 100n

/** A number as money, to the cent. */
export function cents(value: number): bigint {
  return BigInt(Math.round(value * 100)) * CENT
}

export const WORLD_PARAMETERS: ClearingParameters = {
  ...DEFAULT_CLEARING,
  markets: {
    'BTC-PERP': { ...DEFAULT_CLEARED_MARKET, underlying: 'BTC', trancheSize: 2n * ONE },
    'BTC-DEC': { ...DEFAULT_CLEARED_MARKET, underlying: 'BTC', trancheSize: ONE },
    'ALT-PERP': {
      ...DEFAULT_CLEARED_MARKET,
      underlying: 'ALT',
      initialRate: ONE / 10n,
      maintenanceRate: ONE / 16n,
      trancheSize: 500n * ONE,
    },
  },
  collateral: { COIN: { weight: (ONE * 9n) / 10n, maxAgeMs: 600_000 } },
  auction: { ...DEFAULT_CLEARING.auction, insolventMs: 20_000, staleMs: 120_000 },
  callTermMs: 60_000,
  gateMs: 30_000,
}

/** How auctions fall and who is deleveraged first: each world has one of each, so that every law is tried under all of them. */
const CURVES: readonly AuctionCurve[] = [
  DEFAULT_CLEARING.auction.curve,
  { kind: 'stair-step', start: 0.98, cut: 0.8, stepMs: 10_000 },
  { kind: 'exponential', start: 1, halfLifeMs: 30_000 },
  { kind: 'reverse-dutch', maximalDiscount: 0.4, lengthMs: 60_000 },
]

/** The rules of the world with this seed. */
export function worldParameters(base: ClearingParameters, seed: number): ClearingParameters {
  const curve = CURVES[seed % CURVES.length]!
  const rule = ADL_RULES[Math.floor(seed / CURVES.length) % ADL_RULES.length]!
  return { ...base, auction: { ...base.auction, curve }, adl: { rule, seed } }
}

const ACCOUNTS = 12
const NAMES = Object.keys(WORLD_PARAMETERS.markets)
const START = 1_770_000_000_000

type Feed = {
  price: number
  average: number
  fault: 'none' | 'stale' | 'frozen' | 'spike'
  left: number
  publishedTime: number
}

/**
 * A seeded crowd around a clearing house: it deposits, withdraws, trades, fills orders, bids, crashes its markets and breaks its
 * oracles. `next` draws one event from what the house shows; the same seed and house give the same events.
 */
export type World = { next(clearing: Clearing): ClearingEvent }

export function createWorld(seed: number): World {
  const random = seededRandom(seed)
  const feeds = new Map<string, Feed>()
  const start = [50_000, 50_500, 20]
  NAMES.forEach((name, index) => {
    feeds.set(name, { price: start[index]!, average: start[index]!, fault: 'none', left: 0, publishedTime: START })
  })
  let sequence = 0
  let time = START
  const opening = openingEvents(random)
  return {
    next: (clearing) => {
      sequence++
      const body = opening[sequence - 1] ?? draw(random, feeds, clearing, time)
      if (sequence > opening.length) time += random.onceIn(500) ? 60_000 : random.below(400)
      const event = { sequence, time, ...body }
      return event.kind === 'mark' ? { ...event, publishedTime: published(feeds.get(event.market)!, time) } : event
    },
  }
}

function published(feed: Feed, time: number): number {
  if (feed.fault !== 'frozen') feed.publishedTime = time
  return feed.publishedTime
}

function openingEvents(random: Random): ClearingEventBody[] {
  const events: ClearingEventBody[] = []
  for (let i = 0; i < ACCOUNTS; i++) {
    const account = `a${i}`
    const owner = `o${Math.floor(i / 2)}`
    events.push({ kind: 'open-account', account, owner, ...(i % 6 === 5 ? { isolated: random.pick(NAMES) } : {}) })
    events.push({ kind: 'deposit', account, asset: 'USD', amount: cents(1_000 + random.below(100_000)) })
    if (i % 4 === 0) events.push({ kind: 'deposit', account, asset: 'COIN', amount: cents(random.below(500) + 1) })
  }
  for (const market of NAMES) events.push({ kind: 'fund-contribution', market, amount: cents(2_000) })
  events.push({ kind: 'asset-price', asset: 'COIN', price: cents(40), publishedTime: START })
  for (const market of NAMES) {
    const price = market === 'ALT-PERP' ? 20 : 50_000
    events.push({
      kind: 'mark',
      market,
      price: cents(price),
      average: cents(price),
      confidence: 0n,
      publishedTime: START,
    })
  }
  return events
}

function draw(random: Random, feeds: Map<string, Feed>, clearing: Clearing, time: number): ClearingEventBody {
  const { orders, attention, accounts } = clearing.view()
  const account = `a${random.below(ACCOUNTS)}`
  const dice = random.below(100)
  if (dice < 30) return marked(random, feeds, random.pick(NAMES))
  if (dice < 70) return traded(random, feeds, clearing)
  if (dice < 78) return random.pick([deposited, withdrawn, moved])(random, account)
  if (dice < 86 && orders.size > 0) {
    const [order, open] = random.pick([...orders])
    const held = open.size < 0n ? -open.size : open.size
    const size = random.onceIn(3) ? (held + 1n) / 2n : held
    return { kind: 'fill', order, counterparty: account, size, price: random.onceIn(8) ? open.limit * 2n : open.limit }
  }
  if (dice < 92 && attention.size > 0) {
    const wanted = [...attention].filter((id) => accounts.get(id)!.auction !== null)
    if (wanted.length > 0) {
      const share = random.onceIn(4) ? 1n : (ONE * BigInt(1 + random.below(10))) / 10n
      return { kind: 'bid', bidder: account, account: random.pick(wanted), share, limit: cents(1e9) }
    }
    return { kind: 'auction-request', keeper: account, account: random.pick([...attention]) }
  }
  if (dice < 93) return { kind: 'funding', market: random.pick(NAMES), perUnit: cents(random.below(5)) / 97n }
  if (dice < 95) return { kind: 'order', account, order: `u${random.below(40)}`, market: random.pick(NAMES), size: ONE }
  if (dice < 96) return { kind: 'order-done', account, order: `u${random.below(40)}` }
  if (dice < 97) return { kind: 'asset-price', asset: 'COIN', price: cents(20 + random.below(40)), publishedTime: time }
  if (dice < 98) return { kind: 'notice-delivered', account, proof: `p${random.below(1_000)}` }
  return { kind: 'clock' }
}

function marked(random: Random, feeds: Map<string, Feed>, market: string): ClearingEventBody {
  const feed = feeds.get(market)!
  if (feed.left > 0) feed.left--
  else {
    feed.fault = random.onceIn(60) ? random.pick(['stale', 'frozen', 'spike'] as const) : 'none'
    feed.left = feed.fault === 'none' ? 0 : 5 + random.below(60)
  }
  if (feed.fault === 'stale') return { kind: 'clock' }
  if (feed.fault !== 'frozen') {
    const crash = random.onceIn(250) ? (random.next() - 0.5) * 0.35 : 0
    const home = market === 'ALT-PERP' ? 20 : 50_000
    const pull = ((home - feed.price) / home) * 0.002
    feed.price = Math.max(home / 20, feed.price * (1 + crash + pull + (random.next() - 0.5) * 0.006))
    feed.average += (feed.price - feed.average) * 0.3
  }
  const shown = feed.fault === 'spike' ? feed.price * 1.6 : feed.price
  const confidence = random.onceIn(20) ? ONE / 30n : ONE / 2_000n
  return { kind: 'mark', market, price: cents(shown), average: cents(feed.average), confidence, publishedTime: 0 }
}

function traded(random: Random, feeds: Map<string, Feed>, clearing: Clearing): ClearingEventBody {
  const market = random.pick(NAMES)
  const [buyer, seller] = [`a${random.below(ACCOUNTS)}`, `a${random.below(ACCOUNTS)}`]
  const { price } = clearing.view().markets.get(market)!
  const equity = Number((clearing.health(buyer)?.equity ?? 0n) / ONE)
  const notional = Math.max(100, equity) * random.next() * 12
  const lots = BigInt(Math.max(1, Math.floor((notional / feeds.get(market)!.price) * 1_000)))
  const off = random.onceIn(40) ? price / 10n : (price * BigInt(random.below(100) - 50)) / 10_000n
  return { kind: 'trade', market, buyer, seller, size: lots * (ONE / 1_000n), price: price + off }
}

function deposited(random: Random, account: string): ClearingEventBody {
  return { kind: 'deposit', account, asset: random.onceIn(4) ? 'COIN' : 'USD', amount: cents(1 + random.below(2_000)) }
}

function withdrawn(random: Random, account: string): ClearingEventBody {
  return {
    kind: 'withdrawal',
    account,
    asset: random.onceIn(4) ? 'COIN' : 'USD',
    amount: cents(1 + random.below(9_000)),
  }
}

function moved(random: Random, from: string): ClearingEventBody {
  const to = `a${random.below(ACCOUNTS)}`
  return { kind: 'transfer', from, to, asset: 'USD', amount: cents(1 + random.below(3_000)) }
}
