import {
  type Clearing,
  type ClearingEvent,
  type ClearingEventBody,
  type ClearingParameters,
  DEFAULT_CLEARED_MARKET,
  DEFAULT_CLEARING,
  type MarkTick,
} from '@holdfast/engine'
import { black76Price, daysFromCivil, type Option, parseInstrumentKey } from '@holdfast/quant'
import { type Random, seededRandom } from './random.js'
import { cents, type World } from './world.js'

const ONE = 1_000_000_000_000_000_000n
const bps = (points: number) => (ONE * BigInt(points)) / 10_000n

const EXPIRIES = ['260202', '260327'] as const
const STRIKES = [44_000, 50_000, 56_000] as const
const PERPETUAL = 'BTC-PERP'
/** 2026-02-02 07:40 UTC: twenty minutes before the first expiry. */
const START = daysFromCivil(2026, 2, 2) * 86_400_000 + 7 * 3_600_000 + 40 * 60_000
const MS_PER_YEAR = 31_536_000_000

/** Rates of the index: an option's price is no measure of what it may become. */
const optionMarket = {
  ...DEFAULT_CLEARED_MARKET,
  underlying: 'BTC',
  lot: ONE / 100n,
  priceBand: bps(100),
  tradingCostRate: bps(30),
  liquidationSlippage: bps(40),
  liquidationPenalty: bps(10),
  feeRate: bps(3),
  trancheSize: ONE,
}

/** A venue of options and their hedge, margined by scenarios. */
export const OPTION_PARAMETERS: ClearingParameters = {
  ...DEFAULT_CLEARING,
  margin: { model: 'portfolio', inputs: { delayedAfterMs: 30_000, maxAgeMs: 120_000 } },
  markets: Object.fromEntries([
    [
      PERPETUAL,
      {
        ...DEFAULT_CLEARED_MARKET,
        underlying: 'BTC',
        instrument: 'simulated:BTC/USD:USD',
        trancheSize: 2n * ONE,
        liquidationSlippage: bps(20),
        liquidationPenalty: bps(20),
      },
    ],
    ...EXPIRIES.flatMap((date) =>
      STRIKES.flatMap((strike) =>
        (['C', 'P'] as const).map((right) => {
          const name = `BTC-${date}-${strike}-${right}`
          return [name, { ...optionMarket, instrument: `simulated:BTC/USD:USD-${date}-${strike}-${right}` }] as const
        }),
      ),
    ),
  ]),
  collateral: { BTC: { weight: (ONE * 9n) / 10n, maxAgeMs: 600_000 } },
  auction: { ...DEFAULT_CLEARING.auction, insolventMs: 20_000, staleMs: 120_000 },
  callTermMs: 60_000,
  gateMs: 30_000,
}

const NAMES = Object.keys(OPTION_PARAMETERS.markets)
const OPTIONS = NAMES.filter((name) => name !== PERPETUAL)
const ACCOUNTS = 8

type Feed = { price: number; average: number; vol: number; fault: 'none' | 'stale' | 'broken' | 'spike'; left: number }

/** A seeded crowd of option sellers, buyers and hedgers whose surfaces break, whose index crashes and whose first expiry ends. */
export function createOptionWorld(seed: number): World {
  const random = seededRandom(seed)
  const feed: Feed = { price: 50_000, average: 50_000, vol: 0.6, fault: 'none', left: 0 }
  let sequence = 0
  let time = START
  let settled = false
  const opening = openingEvents(random)
  return {
    next: (clearing) => {
      sequence++
      const begun = sequence > opening.length
      if (begun) time += random.onceIn(400) ? 300_000 : random.below(6_000)
      const expiry = expiryOf(EXPIRIES[0])
      if (begun && !settled && time >= expiry && random.onceIn(10)) {
        settled = true
        return { sequence, time, kind: 'expiry', underlying: 'BTC', expiry, price: cents(feed.price) }
      }
      const body = opening[sequence - 1] ?? draw(random, feed, clearing, time)
      return { sequence, time, ...body } as ClearingEvent
    },
  }
}

function openingEvents(random: Random): ClearingEventBody[] {
  const events: ClearingEventBody[] = []
  for (let i = 0; i < ACCOUNTS; i++) {
    const account = `a${i}`
    events.push({ kind: 'open-account', account, owner: `o${Math.floor(i / 2)}` })
    events.push({ kind: 'deposit', account, asset: 'USD', amount: cents(20_000 + random.below(200_000)) })
    if (i % 4 === 0) events.push({ kind: 'deposit', account, asset: 'BTC', amount: cents(random.below(3) + 1) })
  }
  events.push({ kind: 'asset-price', asset: 'BTC', price: cents(50_000), publishedTime: START })
  for (const market of NAMES) events.push({ kind: 'fund-contribution', market, amount: cents(500) })
  events.push(tickOf({ price: 50_000, average: 50_000, vol: 0.6, fault: 'none', left: 0 }, START))
  return events
}

function expiryOf(date: string): number {
  return (parseInstrumentKey(`simulated:BTC/USD:USD-${date}`) as { readonly expiry: number }).expiry
}

function draw(random: Random, feed: Feed, clearing: Clearing, time: number): ClearingEventBody {
  const { orders, attention, accounts } = clearing.view()
  const account = `a${random.below(ACCOUNTS)}`
  const dice = random.below(100)
  if (dice < 30) return moved(random, feed, time)
  if (dice < 62) return traded(random, clearing)
  if (dice < 70) {
    const kind = random.onceIn(2) ? 'deposit' : 'withdrawal'
    return { kind, account, asset: random.onceIn(6) ? 'BTC' : 'USD', amount: cents(1 + random.below(5_000)) }
  }
  if (dice < 82 && orders.size > 0) {
    const [order, open] = random.pick([...orders])
    const size = open.size < 0n ? -open.size : open.size
    return { kind: 'fill', order, counterparty: account, size, price: open.limit }
  }
  if (dice < 90 && attention.size > 0) {
    const wanted = [...attention].filter((id) => accounts.get(id)!.auction !== null)
    if (wanted.length > 0) {
      const share = (ONE * BigInt(1 + random.below(10))) / 10n
      return { kind: 'bid', bidder: account, account: random.pick(wanted), share, limit: cents(1e9) }
    }
    return { kind: 'auction-request', keeper: account, account: random.pick([...attention]) }
  }
  if (dice < 94) {
    const market = random.pick(NAMES)
    const { price } = clearing.view().markets.get(market)!
    const size = (random.onceIn(2) ? ONE : -ONE) / random.pick([1n, 2n, 4n])
    return { kind: 'order', account, order: `u${random.below(20)}`, market, size, price }
  }
  if (dice < 96) return { kind: 'order-done', account, order: `u${random.below(20)}` }
  if (dice < 98) return { kind: 'asset-price', asset: 'BTC', price: cents(feed.price), publishedTime: time }
  return { kind: 'clock' }
}

function moved(random: Random, feed: Feed, time: number): ClearingEventBody {
  if (feed.left > 0) feed.left--
  else {
    feed.fault = random.onceIn(20) ? random.pick(['stale', 'broken', 'spike'] as const) : 'none'
    feed.left = feed.fault === 'none' ? 0 : 2 + random.below(12)
  }
  if (feed.fault === 'stale') return { kind: 'clock' }
  const crash = random.onceIn(40) ? (random.next() - 0.5) * 0.3 : 0
  feed.price = Math.max(5_000, feed.price * (1 + crash + (50_000 - feed.price) * 1e-7 + (random.next() - 0.5) * 0.01))
  feed.average += (feed.price - feed.average) * 0.3
  feed.vol = Math.min(2, Math.max(0.3, feed.vol + Math.abs(crash) * 1.5 + (0.6 - feed.vol) * 0.05))
  return tickOf(feed, time)
}

/** All that the feed says at once. A broken surface has no variance at its strikes: no vol is known there. */
function tickOf(feed: Feed, time: number): ClearingEventBody {
  const { price, average, vol, fault } = feed
  const shown = fault === 'spike' ? price * 1.6 : price
  const surfaces = EXPIRIES.map((date) => {
    const expiry = expiryOf(date)
    const variance = vol * vol * yearsTo(expiry, time)
    const a = fault === 'broken' ? -1 : variance
    return { underlying: 'BTC', expiry, forward: price, svi: { a, b: 0, rho: 0, m: 0, sigma: 1 }, publishedTime: time }
  })
  const mark = (market: string, one: number, mean: number): MarkTick => {
    return { market, price: cents(one), average: cents(mean), confidence: 0n, publishedTime: time }
  }
  const marks = OPTIONS.filter((name) => time < optionOf(name).expiry).map((name) =>
    mark(name, worth(name, price, vol, time), worth(name, average, vol, time)),
  )
  return {
    kind: 'tick',
    indices: [{ underlying: 'BTC', price: cents(price), confidence: 0n, publishedTime: time }],
    surfaces,
    marks: [mark(PERPETUAL, shown, average), ...marks],
  }
}

function yearsTo(expiry: number, time: number): number {
  return Math.max(1, expiry - time) / MS_PER_YEAR
}

function optionOf(name: string): Option {
  return parseInstrumentKey(OPTION_PARAMETERS.markets[name]!.instrument!) as Option
}

function worth(name: string, forward: number, vol: number, time: number): number {
  const { right, strike, expiry } = optionOf(name)
  return black76Price(right, forward, strike, yearsTo(expiry, time), vol)
}

/** Sellers of options, some of whom hedge; sizes near what margin allows, and beyond. */
function traded(random: Random, clearing: Clearing): ClearingEventBody {
  const { markets } = clearing.view()
  const market = random.onceIn(4) ? PERPETUAL : random.pick(OPTIONS.filter((name) => !markets.get(name)!.settled))
  const [buyer, seller] = [`a${random.below(ACCOUNTS)}`, `a${random.below(ACCOUNTS)}`]
  const { price } = markets.get(market)!
  const equity = Number((clearing.health(seller)?.equity ?? 0n) / ONE)
  const lots = BigInt(1 + Math.floor((Math.max(1_000, equity) / 50_000) * random.next() * 300))
  const off = random.onceIn(30) ? cents(3_000) : cents(random.below(40))
  return { kind: 'trade', market, buyer, seller, size: lots * (ONE / 100n), price: price + off }
}
