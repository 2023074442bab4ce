import type { Clearing, ClearingDecision, ClearingEvent, Health } from '@holdfast/engine'

/** What happened in a run: it proves that the run was not vacuous. */
export type ClearingCounts = Readonly<Record<string, number>>

/** Watches a clearing house from outside; `after` answers with every law that an event broke, in words. */
export type ClearingChecker = {
  before(event: ClearingEvent): void
  after(event: ClearingEvent, decisions: readonly ClearingDecision[]): readonly string[]
  counts(): ClearingCounts
}

/** A bystander is looked at once in so many events. */
const BYSTANDER_EVERY = 4

/** Decisions by which one account's state may touch another's. */
const SHARING: ReadonlySet<string> = new Set([
  'deleveraged',
  'socialised',
  'bid-accepted',
  'keeper-reward',
  'fund-draw',
  'cancel-orders',
  'asset-price',
])

/** Whole books are audited after this many events, and after each event that shared a loss or sold an account. */
const AUDIT_EVERY = 32

/** @param decays - whether margin moves as time passes, as that of options does. */
export function createChecker(house: () => Clearing, decays: boolean): ClearingChecker {
  const counts: Record<string, number> = {}
  let filled: { readonly account: string; readonly health: Health } | undefined
  let leaving: { readonly account: string; readonly band: string; readonly auctioned: boolean } | undefined
  let bystander: { readonly account: string; readonly health: Health } | undefined
  let opening: readonly { readonly account: string; readonly size: bigint }[] = []
  let seen = 0
  return {
    before: (event) => {
      filled = undefined
      opening = []
      leaving = undefined
      const { orders, accounts, time } = house().view()
      bystander = !decays || event.time === time ? bystanderOf(event) : undefined
      if (event.kind === 'withdrawal') {
        const account = accounts.get(event.account)
        if (account !== undefined) {
          leaving = { account: account.id, band: account.band, auctioned: account.auction !== null }
        }
      }
      if (event.kind === 'fill') {
        const account = orders.get(event.order)?.account
        const health = account === undefined ? undefined : house().health(account)
        filled = account === undefined || health === undefined ? undefined : { account, health }
      }
      if (event.kind === 'trade') {
        opening = [event.buyer, event.seller].map((account) => {
          return { account, size: magnitude(accounts.get(account)?.positions.get(event.market)?.size ?? 0n) }
        })
      }
    },
    after: (event, decisions) => {
      const clearing = house()
      const faults: string[] = []
      const refused = decisions.some(({ kind }) => kind === 'refused')
      for (const decision of decisions) {
        const name = nameOf(decision)
        counts[name] = (counts[name] ?? 0) + 1
        if (decision.kind === 'refused')
          counts[`refused:${decision.reason}`] = (counts[`refused:${decision.reason}`] ?? 0) + 1
      }
      faults.push(...decisions.flatMap(faultOfDecision), ...faultsOfSharing(decisions), ...faultsOfFlapping(decisions))
      if (leaving !== undefined && !refused) faults.push(...faultsOfLeaving(clearing, leaving))
      faults.push(...faultsOfBystander(clearing, decisions))
      if (filled !== undefined && !refused) {
        const after = clearing.health(filled.account)!
        const [was, is] = [missing(filled.health), missing(after)]
        if (is > 0n && is > was) faults.push(`a fill took the shortfall of ${filled.account} from ${was} to ${is}`)
      }
      if (event.kind === 'order' && !refused) faults.push(...faultsOfOrder(clearing, event))
      if ((event.kind === 'expiry' || event.kind === 'settlement') && !refused) {
        counts[event.kind] = (counts[event.kind] ?? 0) + 1
      }
      if (event.kind === 'trade' && !refused) faults.push(...faultsOfOpening(clearing, event.market, opening))
      const moved = decisions.some(
        ({ kind }) => kind === 'loss-shared' || kind === 'bid-accepted' || kind === 'fund-draw',
      )
      if (++seen % AUDIT_EVERY === 0 || moved) {
        faults.push(...clearing.audit(), ...neglected(clearing))
      }
      return faults
    },
    counts: () =>
      Object.fromEntries(
        Object.keys(counts)
          .sort()
          .map((name) => [name, counts[name]!]),
      ),
  }

  function faultOfDecision(decision: ClearingDecision): string[] {
    const begins = decision.kind === 'band' && decision.to === 'liquidation' && decision.from !== 'insolvent'
    if (begins && decision.equity >= decision.maintenanceMargin) {
      return [`${decision.account} enters liquidation with ${decision.equity} ≥ ${decision.maintenanceMargin}`]
    }
    if (decision.kind !== 'bid-accepted') return []
    const { share, payment, account } = decision
    return share > 0n && share <= 10n ** 18n ? [] : [`a bid on ${account} took ${share} for ${payment}`]
  }

  /** Residual = deleveraged + socialised + unabsorbed, and the parts are what the single decisions say. */
  function faultsOfSharing(decisions: readonly ClearingDecision[]): string[] {
    let deleveraged = 0n
    let socialised = 0n
    const faults: string[] = []
    for (const decision of decisions) {
      if (decision.kind === 'deleveraged') deleveraged += decision.loss
      else if (decision.kind === 'socialised') socialised += decision.amount
      else if (decision.kind === 'loss-shared') {
        const exact = decision.deleveraged === deleveraged && decision.socialised === socialised
        const adds = decision.deleveraged + decision.socialised + decision.unabsorbed === decision.residual
        if (!exact || !adds || decision.unabsorbed < 0n)
          faults.push(`a loss of ${decision.residual} was not shared to the unit`)
        deleveraged = 0n
        socialised = 0n
      }
    }
    return faults
  }

  function faultsOfOpening(clearing: Clearing, market: string, before: typeof opening): string[] {
    const { accounts, markets } = clearing.view()
    if (markets.get(market)!.quality === 'live') return []
    return before
      .filter(({ account, size }) => magnitude(accounts.get(account)!.positions.get(market)?.size ?? 0n) > size)
      .map(({ account }) => `${account} opened risk on a ${markets.get(market)!.quality} mark`)
  }

  /** Somebody else than the account that this event is of, whose margin nothing in it may touch; another one each time. */
  function bystanderOf(event: ClearingEvent): typeof bystander {
    if (event.kind !== 'deposit' && event.kind !== 'withdrawal' && event.kind !== 'order') return undefined
    if (!decays && event.sequence % BYSTANDER_EVERY !== 0) return undefined
    const others = [...house().view().accounts.keys()].filter((id) => id !== event.account)
    const account = others[Math.floor(event.sequence / BYSTANDER_EVERY) % Math.max(1, others.length)]
    const health = account === undefined ? undefined : house().health(account)
    return account === undefined || health === undefined ? undefined : { account, health }
  }

  /** No health changes through what another does, unless a loss is shared. */
  function faultsOfBystander(clearing: Clearing, decisions: readonly ClearingDecision[]): string[] {
    if (bystander === undefined || decisions.some(({ kind }) => SHARING.has(kind))) return []
    counts['bystander-untouched'] = (counts['bystander-untouched'] ?? 0) + 1
    const { equity, initialMargin, maintenanceMargin } = bystander.health
    const after = clearing.health(bystander.account)
    const same =
      after?.equity === equity && after.initialMargin === initialMargin && after.maintenanceMargin === maintenanceMargin
    return same ? [] : [`the health of ${bystander.account} changed through another's action`]
  }

  /** What leaves, leaves a healthy account with initial margin, and none that is under auction. */
  function faultsOfLeaving(clearing: Clearing, { account, band, auctioned }: NonNullable<typeof leaving>): string[] {
    const after = clearing.health(account)
    const covered = after !== undefined && after.equity >= after.initialMargin
    return band === 'healthy' && !auctioned && covered
      ? []
      : [`${account} withdrew in band ${band} without initial margin`]
  }

  /** An account that reached its target is left alone: nothing flags it again in the same breath. */
  function faultsOfFlapping(decisions: readonly ClearingDecision[]): string[] {
    const left = new Set<string>()
    const faults: string[] = []
    for (const decision of decisions) {
      if (decision.kind !== 'band') continue
      const unsafe = (band: string) => band === 'liquidation' || band === 'insolvent'
      if (unsafe(decision.from) && !unsafe(decision.to)) left.add(decision.account)
      else if (!unsafe(decision.from) && unsafe(decision.to) && left.has(decision.account)) {
        faults.push(`${decision.account} is flagged again right after it was restored`)
      }
    }
    return faults
  }

  /** An order that may add risk rests only where initial margin covers the worst of all that rest. */
  function faultsOfOrder(
    clearing: Clearing,
    { account, market, size }: Extract<ClearingEvent, { kind: 'order' }>,
  ): string[] {
    const { positions, orders } = clearing.view().accounts.get(account)!
    const held = positions.get(market)?.size ?? 0n
    let met = held
    for (const one of orders.values()) if (one.market === market && one.size > 0n === size > 0n) met += one.size
    if (magnitude(met) <= magnitude(held)) return []
    counts['order-margined'] = (counts['order-margined'] ?? 0) + 1
    const health = clearing.health(account)
    const covered = health !== undefined && health.equity >= health.initialMargin
    return covered ? [] : [`an order of ${account} rests without initial margin`]
  }

  /** Accounts below maintenance that nobody attends to and that no reason is on record for. */
  function neglected(clearing: Clearing): string[] {
    const faults: string[] = []
    for (const account of clearing.view().accounts.values()) {
      const health = clearing.health(account.id)
      if (health === undefined) {
        if (account.unknown === null && account.orders.size === 0)
          faults.push(`the margin of ${account.id} is not known, and no reason is on record`)
        continue
      }
      if (health.maintenanceMargin > health.initialMargin)
        faults.push(`${account.id} has maintenance above initial margin`)
      if (missing(health) <= 0n) continue
      const attended = account.tranche.size > 0 || account.auction !== null || account.held !== null
      // What is left of an account that nobody could pay for: nothing is held, the deficit gates withdrawals.
      const empty = account.positions.size === 0
      if (!attended && !empty)
        faults.push(`${account.id} is below maintenance by ${missing(health)} and nothing is done`)
      if (account.band !== 'liquidation' && account.band !== 'insolvent') {
        faults.push(`${account.id} is below maintenance in band ${account.band}`)
      }
    }
    return faults
  }
}

function nameOf(decision: ClearingDecision): string {
  if (decision.kind === 'band') return `band:${decision.to}`
  return decision.kind === 'liquidation-order' && decision.purpose === 'hedge' ? 'liquidation-hedge' : decision.kind
}

function missing({ equity, maintenanceMargin }: Health): bigint {
  return maintenanceMargin - equity
}

function magnitude(size: bigint): bigint {
  return size < 0n ? -size : size
}
