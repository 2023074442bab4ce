import type { OrderReport } from '@holdfast/engine'
import type { Statement } from '@holdfast/venues'
import { type Desk, liveOrders, within } from './desk.js'
import { withdraw } from './withdrawing.js'

/** What stays at a venue after the stop, by the venue's own word; or that it gave none. */
export type ClosingStatement = {
  readonly account: string
  readonly connection: string
  /** Orders of ours that were ordered back, since a venue's cancel-on-disconnect does not act on a line that is closed in order. */
  readonly withdrawn: number
  readonly orders: { readonly known: true; readonly value: readonly OrderReport[] } | Unknown
  readonly positions: { readonly known: true; readonly value: Statement['positions'] } | Unknown
}

type Unknown = { readonly known: false; readonly reason: string }

/** Sends nothing more, orders back what is ours, and asks the venue what stands and what is held. */
export async function closeDesk(desk: Desk): Promise<ClosingStatement> {
  desk.closing = true
  const { account, venue, settings } = desk
  // What is on its way is waited for: its answer says what to order back.
  await within(desk, Promise.allSettled([...desk.queues.values()]), settings.closeMs)
  const list = await asked(desk, () => venue.openOrders())
  const known = list.known
    ? list.value.filter(({ clientId }) => clientId !== undefined && desk.decided.has(clientId))
    : []
  const ours = new Map(
    [...liveOrders(desk), ...known.map((one) => ({ ...one, id: one.clientId! }))].map((one) => [one.id, one]),
  )
  const cancels = [...ours.values()].map(({ id, instrument }) => withdraw(desk, { id, instrument }))
  await within(desk, Promise.all(cancels), settings.closeMs)
  const [orders, statement] = await Promise.all([
    asked(desk, () => venue.openOrders()),
    asked(desk, () => venue.statement()),
  ])
  const positions = statement.known ? { known: true as const, value: statement.value.positions } : statement
  return { account, connection: venue.name, withdrawn: ours.size, orders, positions }
}

async function asked<Answer extends { known: true }>(
  desk: Desk,
  ask: () => Promise<Answer | Unknown>,
): Promise<Answer | Unknown> {
  const answer = ask().catch((fault: unknown): Unknown => ({ known: false, reason: String(fault) }))
  const got = await within(desk, answer, desk.settings.closeMs)
  return got ?? { known: false, reason: `no answer within ${desk.settings.closeMs / 1000} s` }
}
