import {
  type Clearing,
  type ClearingDecision,
  type ClearingEvent,
  type ClearingEventBody,
  type ClearingParameters,
  createClearing,
  moneyToNumber,
} from '@holdfast/engine'
import { MAKER_WEALTH, MAKERS, makeCrowd, type Trader } from './crowd.js'
import { gaugeBook, gaugeStep } from './gauge.js'
import { MARKETS, ONE, thousandths, VENUE_PARAMETERS } from './market.js'
import { type PathStep, scenarioPath } from './path.js'
import { createStory, type Venue, type VenueTurn } from './turn.js'

export const VENUE_SEED = 260_205
export const VENUE_ACCOUNTS = 2_000

/** Liquidation orders are met in rounds this far apart, milliseconds, while the mark is fresh. */
const ROUND_MS = 5_000
const ROUNDS = 20
/** What the book takes from liquidations of one market in a round on a calm day, USD. */
const DEPTH = 2_000_000
/** What a maker wants for taking over an account, share of its notional on a calm day. */
const TAKEOVER = 0.005
export type CrowdSettings = {
  readonly seed?: number
  readonly accounts?: number
  readonly parameters?: ClearingParameters
  /** Funds and accounts that are there before the crowd comes; the built-in funds where absent. */
  readonly opening?: readonly ClearingEventBody[]
}

/**
 * A venue of a few thousand accounts through the crash of February 2026: the crowd opens its positions against market makers,
 * some of those who are called bring money, makers meet liquidation orders as far as the book is deep, and bid in auctions.
 */
export async function builtInVenue(settings: CrowdSettings = {}): Promise<Venue<Iterable<VenueTurn>>> {
  const { seed = VENUE_SEED, accounts = VENUE_ACCOUNTS, parameters = VENUE_PARAMETERS, opening = FUNDS } = settings
  const { steps } = await scenarioPath()
  const crowd = makeCrowd(seed, accounts)
  const own = opening.filter(({ kind }) => kind === 'open-account').length
  return {
    steps: steps.length,
    accounts: crowd.length + MAKERS + own,
    run: () => runCrowd(steps, crowd, parameters, opening),
  }
}

const FUNDS: readonly ClearingEventBody[] = MARKETS.map((market) => {
  return { kind: 'fund-contribution', market, amount: thousandths(market === 'BTC-PERP' ? 600_000 : 300_000) }
})

function* runCrowd(
  path: readonly PathStep[],
  crowd: readonly Trader[],
  parameters: ClearingParameters,
  opening: readonly ClearingEventBody[],
): Generator<VenueTurn, void, void> {
  const clearing = createClearing(parameters)
  const desk = createDesk(clearing, parameters, path[0]!)
  const story = createStory()
  desk.open(crowd, opening)
  let average = path[0]!
  for (const [index, instant] of path.entries()) {
    average = follow(average, instant)
    desk.mark(instant, average)
    const [from, to] = [index / path.length, (index + 1) / path.length]
    for (const trader of crowd) if (trader.entry >= from && trader.entry < to) desk.enter(trader)
    desk.work()
    const { inputs, decisions } = desk.take()
    yield {
      step: { ...gaugeStep(index, clearing, decisions), time: instant.time },
      inputs,
      decisions,
      events: story.tell(decisions),
      book: () => gaugeBook(clearing, parameters, story.of),
      digest: clearing.digest,
    }
  }
}

/** The time-weighted average follows the price by half each step. */
function follow(average: PathStep, { time, prices, stress }: PathStep): PathStep {
  return { time, prices: prices.map((price, at) => (average.prices[at]! + price) / 2), stress }
}

const COINS = ['BTC', 'ETH'] as const

/** All that happens around the clearing house, as numbered events. */
function createDesk(clearing: Clearing, parameters: ClearingParameters, first: PathStep) {
  const makers = Array.from({ length: MAKERS }, (_, n) => `maker-${String(n + 1).padStart(2, '0')}`)
  const answering = new Map<string, Trader>()
  let sequence = 0
  let time = first.time
  let now = first
  let turn = 0
  let taken: ClearingDecision[] = []
  let sent: ClearingEvent[] = []

  const send = (body: ClearingEventBody): boolean => {
    const event: ClearingEvent = { sequence: ++sequence, time, ...body }
    const decisions = clearing.step([event])
    sent.push(event)
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
  const priceOf = (market: string) => (market === 'BTC-PERP' ? now.prices[0]! : now.prices[1]!)

  const open = (crowd: readonly Trader[], opening: readonly ClearingEventBody[]) => {
    for (const account of makers) {
      send({ kind: 'open-account', account, owner: account })
      send({ kind: 'deposit', account, asset: parameters.settlementAsset, amount: thousandths(MAKER_WEALTH) })
    }
    for (const body of opening) send(body)
    for (const trader of crowd) {
      const { account, collateral, wealth } = trader
      const price = collateral === 'USD' ? 1 : collateral === 'BTC' ? first.prices[0]! : first.prices[1]!
      send({ kind: 'open-account', account, owner: account })
      const asset = collateral === 'USD' ? parameters.settlementAsset : collateral
      send({ kind: 'deposit', account, asset, amount: thousandths(wealth / price) })
      if (trader.answersCalls) answering.set(account, trader)
    }
  }

  const mark = (instant: PathStep, average: PathStep) => {
    now = instant
    time = instant.time
    const confidence = thousandths(instant.stress) / 10_000n
    const common = { confidence, publishedTime: time }
    const prices = instant.prices.map(thousandths)
    COINS.forEach((asset, at) => {
      send({ kind: 'asset-price', asset, price: prices[at]!, publishedTime: time })
    })
    const marks = MARKETS.map((market, at) => {
      return { market, price: prices[at]!, average: thousandths(average.prices[at]!), ...common }
    })
    if (parameters.margin === undefined) for (const one of marks) send({ kind: 'mark', ...one })
    else {
      const indices = COINS.map((underlying, at) => ({ underlying, price: prices[at]!, ...common }))
      send({ kind: 'tick', indices, marks })
    }
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
      send({ kind: 'deposit', account, asset: parameters.settlementAsset, amount: thousandths(trader.wealth * 0.3) })
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
    const health = clearing.health(id)
    if (health === undefined) return
    const worth = moneyToNumber(health.equity) - notional * TAKEOVER * now.stress
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
      const done = { inputs: sent, decisions: taken }
      sent = []
      taken = []
      return done
    },
  }
}
