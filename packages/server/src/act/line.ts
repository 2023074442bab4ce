import type { Event, FillEvent } from '@holdfast/engine'
import { instrumentKey } from '@holdfast/quant'
import { VenueError, type VenueNeeds } from '@holdfast/venues'
import { type Desk, pause } from './desk.js'
import { sessionNews } from './news.js'
import { reconcile } from './reconciling.js'

/** Keeps a line alive until the stop: takes in what the venue tells, asks for what it does not, and opens it anew where it broke. */
export async function keepLine(desk: Desk, needs: VenueNeeds, opened: boolean): Promise<void> {
  void keepReconciled(desk)
  let open = opened
  for (let attempt = 0; !desk.signal.aborted; attempt++) {
    if (attempt > 0) await pause(desk, attempt)
    if (desk.signal.aborted) return
    if (!open) open = await opens(desk, needs)
    if (!open) continue
    const heard = await listen(desk)
    if (heard) attempt = 0
    // The stream says itself that the line was lost; one that ended without a word is lost too.
    if (desk.connected && !desk.signal.aborted) setSession(desk, 'lost', 'the stream ended')
    open = false
  }
}

async function opens(desk: Desk, needs: VenueNeeds): Promise<boolean> {
  try {
    await desk.venue.open(needs)
    return true
  } catch (error) {
    const reason = error instanceof VenueError ? `${error.code}: ${error.message}` : String(error)
    desk.logger.warn('line could not be opened', { account: desk.account, reason })
    return false
  }
}

/** @returns whether anything was heard. */
async function listen(desk: Desk): Promise<boolean> {
  let heard = false
  await learnListing(desk)
  try {
    for await (const event of desk.venue.events(desk.signal, { statements: false })) {
      heard = true
      hear(desk, event)
    }
  } catch (error) {
    desk.logger.warn('stream of a venue failed', { account: desk.account, reason: String(error) })
  }
  return heard
}

async function learnListing(desk: Desk): Promise<void> {
  const listing = await desk.venue
    .instruments()
    .catch((fault: unknown) => ({ known: false as const, reason: String(fault) }))
  if (!listing.known) {
    desk.logger.warn('listing not known', { account: desk.account, reason: listing.reason })
    return
  }
  for (const listed of listing.value) desk.listed.set(instrumentKey(listed.instrument), listed)
}

/**
 * What the venue tells by itself. Fills are told once, however often they come. Its word on the whole, a statement or a list of
 * orders, is left aside: it may not hold what was answered meanwhile. `reconcile` asks for it, in the right order.
 */
function hear(desk: Desk, event: Event): void {
  switch (event.kind) {
    case 'fill':
      if (desk.holding.note(fillOf(event))) desk.put(event)
      return
    case 'session':
      setSession(desk, event.state, event.detail ?? '')
      return
    case 'account':
    case 'open-orders':
      return
    default:
      desk.put(event)
  }
}

function fillOf(event: FillEvent) {
  return { ...event, time: event.sourceTime }
}

function setSession(desk: Desk, state: 'connected' | 'lost', detail: string): void {
  desk.session += 1
  desk.connected = state === 'connected'
  desk.put(sessionNews(desk.teller, state, detail, desk.clock.now()))
  if (!desk.connected) return
  desk.kick()
}

/** Statements that differ are looked at again so often before what they say is told, whatever it is. */
const DOUBTS_MAX = 5

/** Asks for everything at the start of each session, each `reconcileMs`, and when there is reason to. */
async function keepReconciled(desk: Desk): Promise<void> {
  let wake = new AbortController()
  desk.kick = () => wake.abort()
  let doubt = ''
  let doubts = 0
  let failures = 0
  while (!desk.signal.aborted) {
    const wait = doubt !== '' ? desk.settings.doubtMs : failures > 0 ? retryMs(desk, failures) : desk.reconcileMs
    await desk.clock.sleep(wait, AbortSignal.any([desk.signal, wake.signal]))
    if (desk.signal.aborted) return
    wake = new AbortController()
    if (!desk.connected) {
      failures = 0
      continue
    }
    const asked = desk.clock.now()
    const outcome = await reconcile(desk, doubt, doubts >= DOUBTS_MAX).catch((fault: unknown) => {
      desk.logger.warn('not reconciled', { account: desk.account, reason: String(fault) })
      return { state: 'unanswered' as const, doubt: '' }
    })
    doubt = outcome.doubt
    doubts = outcome.state === 'doubtful' ? doubts + 1 : 0
    failures = outcome.state === 'unanswered' ? failures + 1 : 0
    // Asked for while this was under way: not at once, or one word would call the next for ever.
    if (wake.signal.aborted) await desk.clock.sleep(Math.max(0, KICK_MS - (desk.clock.now() - asked)), desk.signal)
  }
}

const KICK_MS = 200

function retryMs(desk: Desk, failures: number): number {
  return Math.min(desk.reconcileMs, desk.settings.backoffMs * 2 ** Math.min(failures, 20))
}
