import {
  type Clearing,
  type ClearingDecision,
  type ClearingParameters,
  moneyToNumber,
  planText,
} from '@holdfast/engine'

/** Upper bounds of maintenance ÷ equity; the last bin holds what is beyond, and equity that is gone. */
export const HEALTH_BINS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1] as const
/** Upper bounds of the move, as a share, that liquidates; the last bin holds what is beyond, and what no move liquidates. */
export const DISTANCE_BINS = [0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5] as const

/** One step of the venue in numbers. Money in USD; counts are of this step, not since the start. */
export type VenueStep = {
  readonly step: number
  /** Epoch milliseconds. */
  readonly time: number
  /** Marks by market, USD; a market that was never marked is not there. */
  readonly prices: Readonly<Record<string, number>>
  readonly notices: number
  readonly calls: number
  readonly liquidations: number
  readonly tranches: number
  readonly auctions: number
  readonly deleveraged: number
  /** Events that were refused. */
  readonly refused: number
  /** USD. */
  readonly fundDrawn: number
  readonly deleveragedLoss: number
  readonly socialisedLoss: number
  readonly unabsorbedLoss: number
  readonly fund: number
  readonly openInterest: number
  /** Accounts with a position. */
  readonly open: number
  /** What the books are wrong by, in words: empty is what it must be. */
  readonly faults: readonly string[]
}

/** An account near or beyond its limit. */
export type VenueAccount = {
  readonly account: string
  readonly band: string
  /** Absent, as the margins, where the margin model lacks an input for this account. */
  readonly equity?: number
  readonly initialMargin?: number
  readonly maintenanceMargin?: number
  /** Maintenance ÷ equity; absent where equity is not above 0. */
  readonly ratio?: number
  /** Move of all prices together, signed share, at which equity meets maintenance; absent where none does. */
  readonly distance?: number
  readonly positions: readonly { readonly market: string; readonly size: number; readonly notional: number }[]
  readonly explain: readonly string[]
}

export type VenueBook = {
  /** Counts of accounts with positions by HEALTH_BINS, one more than there are bounds. */
  readonly health: readonly number[]
  /** Counts by DISTANCE_BINS of accounts that a fall, and that a rise, liquidates. */
  readonly fall: readonly number[]
  readonly rise: readonly number[]
  readonly worst: readonly VenueAccount[]
  /** Who would be deleveraged first in each market, were one of the other side to fail now: published before it happens. */
  readonly adlQueues: readonly AdlQueue[]
}

export type AdlQueue = {
  readonly market: string
  /** The side that is asked. */
  readonly side: 'long' | 'short'
  /** The first of them, in order. */
  readonly accounts: readonly string[]
  /** How many there are. */
  readonly length: number
}

const WORST = 20
const QUEUE = 10
const PLAN_LINES = 6

/** What is measured of an account; `missing`: what its margin lacks to be known. */
type Measured = Omit<VenueAccount, 'explain'> & { readonly missing?: readonly string[] }
type GaugeParameters = Pick<ClearingParameters, 'settlementAsset' | 'margin'>

export function gaugeStep(step: number, clearing: Clearing, decisions: readonly ClearingDecision[]): VenueStep {
  const count = (kind: ClearingDecision['kind']) => decisions.filter((decision) => decision.kind === kind).length
  const shared = decisions.filter((decision) => decision.kind === 'loss-shared')
  const { markets, accounts } = clearing.view()
  let fund = 0
  let openInterest = 0
  for (const market of markets.values()) {
    fund += moneyToNumber(market.fund)
    openInterest += moneyToNumber(market.openInterest) * moneyToNumber(market.price)
  }
  const prices: Record<string, number> = {}
  for (const [name, { known, price }] of markets) if (known) prices[name] = moneyToNumber(price)
  let open = 0
  for (const account of accounts.values()) if (account.positions.size > 0) open++
  return {
    step,
    time: clearing.view().time,
    prices,
    notices: count('notice'),
    calls: count('margin-call'),
    liquidations: decisions.filter(beginsLiquidation).length,
    tranches: count('liquidation-order'),
    auctions: decisions.filter((decision) => decision.kind === 'auction' && decision.what === 'opened').length,
    deleveraged: count('deleveraged'),
    refused: count('refused'),
    fundDrawn: decisions.reduce((sum, one) => sum + (one.kind === 'fund-draw' ? moneyToNumber(one.amount) : 0), 0),
    deleveragedLoss: shared.reduce((sum, one) => sum + moneyToNumber(one.deleveraged), 0),
    socialisedLoss: shared.reduce((sum, one) => sum + moneyToNumber(one.socialised), 0),
    unabsorbedLoss: shared.reduce((sum, one) => sum + moneyToNumber(one.unabsorbed), 0),
    fund,
    openInterest,
    open,
    faults: clearing.audit(),
  }
}

/** An account enters liquidation (or is insolvent at once), not from one of the two to the other. */
export function beginsLiquidation(decision: ClearingDecision): boolean {
  if (decision.kind !== 'band') return false
  const unsafe = (band: string) => band === 'liquidation' || band === 'insolvent'
  return unsafe(decision.to) && !unsafe(decision.from)
}

/** @param story - what was last said of an account, newest last, in words. */
export function gaugeBook(
  clearing: Clearing,
  parameters: GaugeParameters,
  story: (account: string) => readonly string[],
): VenueBook {
  const health = new Array<number>(HEALTH_BINS.length + 1).fill(0)
  const fall = new Array<number>(DISTANCE_BINS.length + 1).fill(0)
  const rise = new Array<number>(DISTANCE_BINS.length + 1).fill(0)
  const measured: Measured[] = []
  for (const [id, account] of clearing.view().accounts) {
    if (account.positions.size === 0) continue
    const one = measure(clearing, id, parameters)
    measured.push(one)
    health[binOf(HEALTH_BINS, one.ratio)]!++
    const down = (one.distance ?? -1) < 0 || (one.distance === 0 && one.positions[0]!.size > 0)
    const side = down ? fall : rise
    side[binOf(DISTANCE_BINS, one.distance === undefined ? undefined : Math.abs(one.distance))]!++
  }
  const rank = ({ ratio }: { readonly ratio?: number }) => ratio ?? Number.POSITIVE_INFINITY
  measured.sort((a, b) => (rank(a) === rank(b) ? (a.account < b.account ? -1 : 1) : rank(a) > rank(b) ? -1 : 1))
  const worst = measured.slice(0, WORST).map(({ missing, ...one }) => {
    return {
      ...one,
      explain: [
        reasonOf({ ...one, ...(missing === undefined ? {} : { missing }) }),
        ...planOf(clearing, one),
        ...story(one.account),
      ],
    }
  })
  return { health, fall, rise, worst, adlQueues: queuesOf(clearing) }
}

/** A residual of one side is closed against the other. */
function queuesOf(clearing: Clearing): readonly AdlQueue[] {
  return [...clearing.view().markets.keys()].flatMap((market) =>
    (['long', 'short'] as const).flatMap((side) => {
      const queue = clearing.adlQueue(market, side === 'long' ? -1n : 1n)
      if (queue.length === 0) return []
      return [{ market, side, accounts: queue.slice(0, QUEUE).map(({ account }) => account), length: queue.length }]
    }),
  )
}

/** How an account in liquidation would be brought back, a line a step: to be read before it runs. */
function planOf(clearing: Clearing, { account, band }: Measured): readonly string[] {
  if (band !== 'liquidation') return []
  const plan = clearing.plan(account)
  return plan === undefined ? [] : planText(plan).split('\n').slice(0, PLAN_LINES)
}

function binOf(bounds: readonly number[], value: number | undefined): number {
  const at = value === undefined ? -1 : bounds.findIndex((bound) => value <= bound)
  return at < 0 ? bounds.length : at
}

/**
 * Where all prices move by the share x together, equity moves by x · D (D: cash delta with coin collateral after haircut) and
 * maintenance to M · (1 + x), its surcharge for size left as it is: they meet at x = (M − E) ÷ (D − M).
 */
function measure(clearing: Clearing, id: string, { settlementAsset, margin: model }: GaugeParameters): Measured {
  const { accounts, markets } = clearing.view()
  const account = accounts.get(id)!
  const margin = clearing.assess(id)!
  if (!margin.known) return unknownAccount(clearing, id, margin.missing)
  const equity = moneyToNumber(margin.equity)
  const maintenanceMargin = moneyToNumber(margin.maintenanceMargin)
  let delta = 0
  let settled = 0
  const positions = [...account.positions].map(([market, { size, cost }]) => {
    const price = moneyToNumber(markets.get(market)!.price)
    const notional = moneyToNumber(size) * price
    delta += notional
    settled += notional - moneyToNumber(cost)
    return { market, size: moneyToNumber(size), notional }
  })
  // What of the equity is neither cash nor P&L is coin after its haircut: it moves with the market.
  delta += equity - settled - moneyToNumber(account.balances.get(settlementAsset) ?? 0n)
  // Under a margin model requirements do not move in proportion: no distance is told.
  const move = model === undefined ? (maintenanceMargin - equity) / (delta - maintenanceMargin) : Number.NaN
  const distance = equity <= maintenanceMargin ? 0 : move > -1 && move < 10 ? move : undefined
  return {
    account: id,
    band: account.band,
    equity,
    initialMargin: moneyToNumber(margin.initialMargin),
    maintenanceMargin,
    ...(equity > 0 ? { ratio: maintenanceMargin / equity } : {}),
    ...(distance === undefined ? {} : { distance }),
    positions,
  }
}

function unknownAccount(clearing: Clearing, id: string, missing: readonly string[]): Measured {
  const { accounts, markets } = clearing.view()
  const positions = [...accounts.get(id)!.positions].map(([market, { size }]) => {
    const held = moneyToNumber(size)
    return { market, size: held, notional: held * moneyToNumber(markets.get(market)!.price) }
  })
  return { account: id, band: accounts.get(id)!.band, positions, missing }
}

function reasonOf({ equity, maintenanceMargin, ratio, distance, positions, missing }: Measured): string {
  const money = (value: number) => `${value < 0 ? '−' : ''}${Math.abs(Math.round(value))} USD`
  const held = positions.map(({ market, size, notional }) => {
    return `${size > 0 ? 'long' : 'short'} ${Math.abs(size).toFixed(3)} ${market} (${money(Math.abs(notional))})`
  })
  if (equity === undefined || maintenanceMargin === undefined) {
    return `${held.join(', ')}: margin is not known, for want of ${(missing ?? []).join(', ')}; nothing of it opens or leaves`
  }
  const standing =
    ratio === undefined
      ? `equity ${money(equity)} does not cover maintenance ${money(maintenanceMargin)}`
      : `maintenance ${money(maintenanceMargin)} is ${(ratio * 100).toFixed(1)} % of equity ${money(equity)}`
  const move =
    distance === undefined
      ? 'no move of all prices together is known to liquidate it'
      : distance === 0
        ? 'equity is at or below maintenance'
        : `a ${distance < 0 ? 'fall' : 'rise'} of all prices by ${(Math.abs(distance) * 100).toFixed(2)} % liquidates it`
  return `${held.join(', ')}: ${standing}; ${move}`
}
