import type { Book } from '../book/book.js'
import { accountIds } from '../book/read.js'
import type { VenueFigures } from '../margin/venueFigures.js'
import { marginMarket } from '../market/marginMarket.js'
import type { MarketSnapshot } from '../market/snapshot.js'
import { NO_ORDERS, type OrdersView } from '../order/tracked.js'
import { type AccountWork, type AssessContext, assessAccount } from './account.js'
import type { Assessment, InputState } from './assessment.js'
import { frozenMarket } from './frozenMarket.js'
import type { AssessMemory } from './pnl.js'
import { assessPortfolio } from './portfolio.js'
import { readPast } from './returns.js'
import type { AssessSettings } from './settings.js'

/**
 * Assesses every account and portfolio at the snapshot's time. Pure in book and snapshot; `memory` is what P&L since the
 * assessment before is measured from, and is brought up to now; `figures` of venues that wait are compared with ours; `orders` that may still trade are margined as
 * the model says.
 *
 * An account whose numbers cannot be had says in `missing` what it lacks and counts as at risk; it hinders no other.
 */
export function assess(
  book: Book,
  snapshot: MarketSnapshot,
  settings: AssessSettings,
  memory: AssessMemory,
  figures: VenueFigures,
  orders: OrdersView = NO_ORDERS,
): Assessment {
  const context: AssessContext = {
    book,
    snapshot,
    market: frozenMarket(marginMarket(snapshot, settings.maxConfidence)),
    settings,
    past: readPast(snapshot, settings, underlyingsWithPast(book, snapshot, settings)),
    memory,
    figures,
    orders,
  }
  const works = accountIds(book).map((id) => assessAccount(context, id))
  return {
    time: snapshot.time,
    accounts: works.map(({ assessment }) => assessment),
    portfolios: byPortfolio(works).map(([portfolio, members]) => assessPortfolio(portfolio, members, context)),
    inputs: inputStates(works, snapshot),
  }
}

/** Underlyings that the book holds contracts or coins of and whose prices were seen before, sorted. */
function underlyingsWithPast(book: Book, snapshot: MarketSnapshot, settings: AssessSettings): readonly string[] {
  const held = new Set(book.instruments.instruments.map(({ underlying }) => underlying))
  for (const asset of book.assets.names) if (snapshot.underlyings.includes(asset)) held.add(asset)
  const seen = (underlying: string) =>
    snapshot.history(underlying) !== undefined || settings.history?.has(underlying) === true
  return [...held].filter(seen).sort()
}

function byPortfolio(works: readonly AccountWork[]): readonly [string, readonly AccountWork[]][] {
  const members = new Map<string, AccountWork[]>()
  for (const work of works) {
    const { portfolio } = work.assessment
    const list = members.get(portfolio)
    if (list === undefined) members.set(portfolio, [work])
    else list.push(work)
  }
  return [...members].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Every input that an account read, the feeds, and the guard where it doubts itself; sorted by name. */
function inputStates(works: readonly AccountWork[], snapshot: MarketSnapshot): readonly InputState[] {
  const states = new Map<string, InputState>()
  const all = [...works.flatMap(({ inputs }) => inputs), ...snapshot.feeds()]
  for (const underlying of snapshot.underlyings) all.push(snapshot.index(underlying))
  for (const { position } of works.flatMap(({ exposed }) => exposed)) {
    if (position.mark.quoted !== undefined) all.push(snapshot.quote(position.held.key))
  }
  for (const state of all) states.set(state.name, onlyState(state))
  if (snapshot.guard.alarm) {
    states.set('guard', { name: 'guard', source: 'guard', quality: 'stale', reasons: snapshot.guard.reasons })
  }
  return [...states.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function onlyState({ name, source, sourceTime, receivedTime, ageMs, quality, reasons }: InputState): InputState {
  return {
    name,
    source,
    ...(sourceTime === undefined ? {} : { sourceTime }),
    ...(receivedTime === undefined ? {} : { receivedTime }),
    ...(ageMs === undefined ? {} : { ageMs }),
    quality,
    reasons,
  }
}
