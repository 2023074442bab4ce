import {
  type Clearing,
  type ClearingDecision,
  type ClearingEventBody,
  createClearing,
  moneyToNumber,
} from '@holdfast/engine'
import { MAKER_WEALTH, MAKERS, makeCrowd, type Trader } from './crowd.js'
import { gaugeBook, gaugeStep, type VenueBook, type VenueStep } from './gauge.js'
import { MARKETS, ONE, thousandths, VENUE_PARAMETERS } from './market.js'
import { type PathInstant, readPath } from './path.js'
import { describeClearing } from './words.js'

export type VenueEvent = { readonly time: number; readonly account?: string; readonly text: string }

export type VenueTurn = {
  readonly step: VenueStep
  /** What an operator wants to know of this step, oldest first. */
  readonly events: readonly VenueEvent[]
  readonly book: () => VenueBook
  readonly digest: () => string
}

export type BuiltInVenue = {
  readonly steps: number
  readonly accounts: number
  /** Each step once; nothing of it depends on a clock. */
  run(): Generator<VenueTurn, void, void>
}

export const VENUE_SEED = 260_205
export const VENUE_ACCOUNTS = 2_000

/** Liquidation orders are met in rounds this far apart, milliseconds, while the mark is fresh. */
const ROUND_MS = 5_000
const ROUNDS = 20
/** What the book takes from liquidations of one market in a round on a calm day, USD. */
const DEPTH = 2_000_000
/** What a maker wants for taking over an account, share of its notional on a calm day. */
const TAKEOVER = 0.005
/** What an account says of itself is told in so many lines. */
const STORY = 6

/**
 * A venue of a few thousand accounts through the crash of February 2026: the crowd opens its positions against market makers,
 * some of those who are called bring money, makers meet liquidation orders as far as the book is deep, and bid in auctions.
 */
export async function builtInVenue(seed = VENUE_SEED, accounts = VENUE_ACCOUNTS): Promise<BuiltInVenue> {
  const path = await readPath()
  const crowd = makeCrowd(seed, accounts)
  return { steps: path.length, accounts: crowd.length + MAKERS, run: () => runVenue(path, crowd) }
}

function* runVenue(path: readonly PathInstant[], crowd: readonly Trader[]): Generator<VenueTurn, void, void> {
  const clearing = createClearing(VENUE_PARAMETERS)
  const desk = createDesk(clearing, path[0]!)
  const story = new Map<string, string[]>()
  desk.open(crowd)
  let average = path[0]!
  for (const [index, instant] of path.entries()) {
    average = follow(average, instant)
    desk.mark(instant, average)
    const [from, to] = [index / path.length, (index + 1) / path.length]
    for (const trader of crowd) if (trader.entry >= from && trader.entry < to) desk.enter(trader)
    desk.work()
    const decisions = desk.take()
    const events = tell(decisions)
    for (const { account, text, time } of events) {
      if (account === undefined) continue
      const lines = story.get(account) ?? []
      lines.push(`${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC  ${text}`)
      story.set(account, lines.slice(-STORY))
    }
    yield {
      step: gaugeStep(index, clearing, instant, decisions),
      events,
      book: () => gaugeBook(clearing, (account) => story.get(account) ?? []),
      digest: clearing.digest,
    }
  }
}

function tell(decisions: readonly ClearingDecision[]): VenueEvent[] {
  return decisions.flatMap((decision) => {
    const text = describeClearing(decision)
    if (text === undefined) return []
    return [{ time: decision.time, ...('account' in decision ? { account: decision.account } : {}), text }]
  })
}

/** The time-weighted average follows the price by half each step. */
function follow(average: PathInstant, { time, btc, eth, stress }: PathInstant): PathInstant {
  return { time, btc: (average.btc + btc) / 2, eth: (average.eth + eth) / 2, stress }
}

/** All that happens around the clearing house, as numbered events. */
function createDesk(clearing: Clearing, first: PathInstant) {
  const makers = Array.from({ length: MAKERS }, (_, n) => `maker-${String(n + 1).padStart(2, '0')}`)
  const answering = new Map<string, Trader>()
  let sequence = 0
  let time = first.time
  let now = first
  let turn = 0
  let taken: ClearingDecision[] = []

  const send = (body: ClearingEventBody): boolean => {
    const decisions = clearing.step([{ sequence: ++sequence, time, ...body }])
    taken.push(...decisions)
    const refusal = decisions.find((decision) => decision.kind === 'refused')
    if (refusal?.reason === 'out-of-order' || refusal?.reason === 'time-runs-back') {
      throw new Error(`the venue sent ${body.kind} ${sequence} at ${time}: ${refusal.reason}`)
    }
    return refusal === undefined
  }
  /** Makers in turn, until one of them can. */
  const someMaker = (act: (maker: string) => boolean): boolean => {
    for (let tries = 0; tries < 4; tries++) if (act(makers[turn++ % MAKERS]!)) return true
    return false
  }
  const priceOf = (market: string) => (market === 'BTC-PERP' ? now.btc : now.eth)

  const open = (crowd: readonly Trader[]) => {
    for (const account of makers) {
      send({ kind: 'open-account', account, owner: account })
      send({ kind: 'deposit', account, asset: 'USD', amount: thousandths(MAKER_WEALTH) })
    }
    for (const market of MARKETS) {
      send({ kind: 'fund-contribution', market, amount: thousandths(market === 'BTC-PERP' ? 600_000 : 300_000) })
    }
    for (const trader of crowd) {
      const { account, collateral, wealth } = trader
      const price = collateral === 'USD' ? 1 : collateral === 'BTC' ? first.btc : first.eth
      send({ kind: 'open-account', account, owner: account })
      send({ kind: 'deposit', account, asset: collateral, amount: thousandths(wealth / price) })
      if (trader.answersCalls) answering.set(account, trader)
    }
  }

  const mark = (instant: PathInstant, average: PathInstant) => {
    now = instant
    time = instant.time
    const confidence = thousandths(instant.stress) / 10_000n
    const common = { confidence, publishedTime: time }
    send({ kind: 'asset-price', asset: 'BTC', price: thousandths(instant.btc), publishedTime: time })
    send({ kind: 'asset-price', asset: 'ETH', price: thousandths(instant.eth), publishedTime: time })
    const [btc, eth] = [thousandths(average.btc), thousandths(average.eth)]
    send({ kind: 'mark', market: 'BTC-PERP', price: thousandths(instant.btc), average: btc, ...common })
    send({ kind: 'mark', market: 'ETH-PERP', price: thousandths(instant.eth), average: eth, ...common })
  }

  const enter = ({ account, wealth, leverage }: Trader) => {
    for (const [market, times] of Object.entries(leverage)) {
      const price = thousandths(priceOf(market))
      const size = thousandths((Math.abs(times) * wealth) / priceOf(market))
      if (size === 0n) continue
      someMaker((maker) => {
        const [buyer, seller] = times > 0 ? [account, maker] : [maker, account]
        return send({ kind: 'trade', market, buyer, seller, size, price })
      })
    }
  }

  /** Meets liquidation orders round by round, then bids on what is under auction. */
  const work = () => {
    answerCalls()
    for (let round = 0; round < ROUNDS && clearing.view().orders.size > 0; round++) {
      meetOrders()
      time += ROUND_MS
      send({ kind: 'clock' })
    }
    for (const id of [...clearing.view().attention]) if (clearing.view().accounts.get(id)!.auction !== null) bidOn(id)
  }

  const answerCalls = () => {
    for (const decision of [...taken]) {
      if (decision.kind !== 'margin-call') continue
      const { account } = decision
      send({ kind: 'notice-delivered', account, proof: `delivery-${sequence}` })
      const trader = answering.get(account)
      if (trader === undefined) continue
      answering.delete(account)
      send({ kind: 'deposit', account, asset: 'USD', amount: thousandths(trader.wealth * 0.3) })
    }
  }

  const meetOrders = () => {
    const depth = new Map<string, number>(MARKETS.map((market) => [market, DEPTH / now.stress]))
    for (const [order, { market, size, limit }] of [...clearing.view().orders]) {
      if (!clearing.view().orders.has(order)) continue
      const left = depth.get(market)!
      const wanted = Math.abs(moneyToNumber(size))
      const taking = Math.min(wanted, left / priceOf(market))
      const lots = taking === wanted ? (size < 0n ? -size : size) : thousandths(Math.floor(taking * 1_000) / 1_000)
      if (lots === 0n) continue
      const price = thousandths(priceOf(market))
      // The worse the day, the nearer to the limit.
      const share = thousandths(Math.min(1, 0.2 * now.stress))
      const met = price + ((limit - price) * share) / ONE
      const filled = someMaker((maker) => send({ kind: 'fill', order, counterparty: maker, size: lots, price: met }))
      if (filled) depth.set(market, left - moneyToNumber(lots) * priceOf(market))
    }
  }

  const bidOn = (id: string) => {
    const account = clearing.view().accounts.get(id)!
    let notional = 0
    for (const [market, { size }] of account.positions) notional += Math.abs(moneyToNumber(size)) * priceOf(market)
    const worth = moneyToNumber(clearing.health(id)!.equity) - notional * TAKEOVER * now.stress
    const limit = worth < 0 ? -thousandths(-worth) : thousandths(worth)
    someMaker((bidder) => send({ kind: 'bid', bidder, account: id, share: ONE, limit }) || gone(id))
  }
  const gone = (id: string) => clearing.view().accounts.get(id)!.auction === null

  return {
    open,
    mark,
    enter,
    work,
    take: () => {
      const decisions = taken
      taken = []
      return decisions
    },
  }
}
