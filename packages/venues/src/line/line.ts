import type { ConnectionConfiguration } from '@holdfast/engine'
import type { InstrumentKey } from '@holdfast/quant'
import {
  type CancelOutcome,
  type Known,
  type PlaceOutcome,
  type Venue,
  type VenueAbilities,
  VenueError,
  type VenueNeeds,
  type VenueOpening,
} from '../venue.js'
import type { Dialect, Listed, Standing } from './dialect.js'
import { LineFailure } from './failure.js'
import { followEvents } from './follow.js'
import { LIVENESS_SETTINGS, type LivenessSettings } from './liveness.js'
import type { Names } from './names.js'
import type { Sleep } from './port.js'

export type LineSettings = {
  /** The account that the connection serves: it stands in the events. */
  readonly account: string
  readonly clock: () => number
  /** Most that the two clocks may differ, milliseconds. */
  readonly clockSkewMsMax: number
  /** How often the market is asked for, where the venue does not tell by itself, milliseconds. */
  readonly marketMs: number
  readonly liveness: LivenessSettings
  readonly log: (line: string) => void
  /** Absent: by the machine's clock. */
  readonly sleep?: Sleep
}

const POST_ONLY_MS = 60_000

export const LINE_SETTINGS = { clockSkewMsMax: 1000, marketMs: 2000, liveness: LIVENESS_SETTINGS } as const

/**
 * A venue out of its dialect: what is the same for all. Nothing that a venue or a network does is thrown from here but at
 * `open`: no answer is `unknown`, an order without an answer is `unresolved`.
 */
export function createLine(
  connection: ConnectionConfiguration,
  abilities: VenueAbilities,
  spoken: Dialect,
  names: Names,
  settings: LineSettings,
): Venue {
  const { clock } = settings
  /** Ids of orders that were to rest, and may. */
  const resting = new Set<string>()
  /** Venues tell of a post-only window by refusing orders alone; it lasts minutes. */
  let postOnlyUntil = Number.NEGATIVE_INFINITY
  const dialect: Dialect = {
    ...spoken,
    async state() {
      const state = await spoken.state()
      return state === 'open' && clock() < postOnlyUntil ? 'post-only' : state
    },
  }

  async function known<Value>(question: () => Promise<Value>, asOf?: (value: Value) => number): Promise<Known<Value>> {
    try {
      const value = await question()
      return { known: true, value, asOf: asOf?.(value) ?? clock() }
    } catch (error) {
      return { known: false, reason: reasonOf(error) }
    }
  }

  async function list(): Promise<readonly Listed[]> {
    if (names.all().length === 0) names.add((await dialect.instruments()).value)
    return names.all()
  }

  async function open(needs: VenueNeeds): Promise<VenueOpening> {
    const standing = await refused(connection, () => dialect.open(needs))
    judgeScopes(connection, needs, standing)
    const before = clock()
    const venueTime = await refused(connection, () => dialect.time())
    // The venue read its clock somewhere between asking and answer.
    const after = clock()
    const clockSkewMs = venueTime < before ? venueTime - before : venueTime > after ? venueTime - after : 0
    if (!(Math.abs(clockSkewMs) <= settings.clockSkewMsMax)) {
      throw new VenueError(
        'VENUE_CLOCK',
        connection.id,
        `the venue's clock and ours differ by ${clockSkewMs} ms; at most ${settings.clockSkewMsMax} ms are allowed. Set this machine's clock by NTP.`,
      )
    }
    await refused(connection, list)
    return { scopes: standing.scopes, clockSkewMs, warnings: [...standing.warnings, ...unsaid(standing)] }
  }

  const venue: Venue = {
    name: connection.id,
    venue: connection.kind,
    abilities,
    open,
    async instruments() {
      return known(async () => {
        const read = await dialect.instruments()
        names.add(read.value)
        return read.value.filter(({ instrument }) => connection.watch.includes(instrument.underlying))
      })
    },
    events: (signal, wish) => followEvents(connection, dialect, names, list, settings, signal, wish),
    async statement() {
      return known(
        async () => {
          await list()
          return dialect.statement()
        },
        ({ time }) => time,
      )
    },
    async openOrders() {
      return known(async () => {
        await list()
        return (await dialect.openOrders()).value
      })
    },
    async ordersByClientId(clientId, instrument) {
      return known(async () => {
        await list()
        return dialect.ordersByClientId(clientId, instrument)
      })
    },
    async fillsSince(time) {
      return known(async () => {
        await list()
        const read = await dialect.fillsSince(time)
        if (read.flags.length > 0)
          throw new LineFailure('unresolved', 'unreadable', read.flags.map(({ detail }) => detail).join('; '))
        return read.value.filter((fill) => fill.time >= time)
      })
    },
    place: (order) => place(order),
    cancel: (target) => cancelled(async () => dialect.cancel(target, await listedOf(target.instrument))),
    cancelAll: (instruments) =>
      cancelled(async () => {
        await list()
        return dialect.cancelAll(instruments === 'all' ? 'all' : instruments.map((key) => names.of(key)))
      }),
    marginFigures: () => known(() => dialect.marginFigures()),
    armGuards: () => known(() => dialect.armGuards()),
    state: () => known(() => dialect.state()),
    async close() {
      await cancelOwn().catch(() => {})
      await dialect.close().catch(() => {})
    },
  }
  return venue

  /**
   * Orders that were left to rest over this line are cancelled by word: a close in order is no disconnection, and the venue's
   * guards do not, or not at once, act on it. Orders of others stay.
   */
  async function cancelOwn(): Promise<void> {
    if (resting.size === 0) return
    for (const { clientId, venueOrderId, instrument } of (await dialect.openOrders()).value) {
      if (clientId === undefined || !resting.has(clientId) || venueOrderId === undefined) continue
      const outcome = await venue.cancel({ instrument, venueOrderId })
      if (outcome.outcome !== 'confirmed') settings.log(`close: order ${clientId} may still stand: ${outcome.reason}`)
    }
  }

  async function listedOf(key: InstrumentKey): Promise<Listed> {
    await list()
    return names.of(key)
  }

  async function place(order: Parameters<Venue['place']>[0]): Promise<PlaceOutcome> {
    try {
      const listed = await listedOf(order.instrument).catch((error: unknown) => {
        throw new LineFailure('denied', 'order', reasonOf(error))
      })
      if (order.terms !== 'fill-or-lapse') resting.add(order.clientId)
      const placed = await dialect.place(order, listed)
      const { status, reason } = placed.order
      if (status === 'rejected')
        return { outcome: 'rejected', reason: reason ?? 'the venue did not say why', retryable: false }
      return { outcome: 'confirmed', order: placed.order, fills: placed.fills }
    } catch (error) {
      if (!(error instanceof LineFailure)) return { outcome: 'unresolved', reason: reasonOf(error) }
      if (error.fate === 'unresolved') return { outcome: 'unresolved', reason: error.message }
      const { message: reason, code, retryable } = error
      if (error.trouble === 'state' && /post.?only/i.test(reason)) postOnlyUntil = clock() + POST_ONLY_MS
      return { outcome: error.fate, reason, retryable, ...(code === undefined ? {} : { code }) }
    }
  }

  async function cancelled(request: () => Promise<number>): Promise<CancelOutcome> {
    try {
      return { outcome: 'confirmed', cancelled: await request() }
    } catch (error) {
      if (!(error instanceof LineFailure)) return { outcome: 'unresolved', reason: reasonOf(error) }
      if (error.trouble === 'gone') return { outcome: 'confirmed', cancelled: 0 }
      const { message: reason, code } = error
      return {
        outcome: error.fate === 'unresolved' ? 'unresolved' : 'rejected',
        reason,
        ...(code === undefined ? {} : { code }),
      }
    }
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function unsaid(standing: Standing): readonly string[] {
  return [
    ...(standing.withdraw === undefined ? ['the venue does not say whether the key can withdraw'] : []),
    ...(standing.act === undefined ? ['the venue does not say whether the key may trade'] : []),
  ]
}

function judgeScopes(connection: ConnectionConfiguration, needs: VenueNeeds, standing: Standing): void {
  const scopes = standing.scopes.length === 0 ? 'none that the venue names' : standing.scopes.join(', ')
  if (standing.withdraw === true && !needs.allowWithdrawal) {
    throw new VenueError(
      'VENUE_WITHDRAWAL_SCOPE',
      connection.id,
      `the key can withdraw (scopes: ${scopes}). Use one that cannot, or set allowWithdrawal: true if this is meant.`,
    )
  }
  if (needs.act && standing.act === false) {
    throw new VenueError(
      'VENUE_SCOPE',
      connection.id,
      `the key may not trade (scopes: ${scopes}), and a rule is at stage live or approve. Use a key that may, or a lower stage.`,
    )
  }
}

/** Troubles of opening are told as what they are: nothing was traded, and a person must act. */
async function refused<Value>(connection: ConnectionConfiguration, step: () => Promise<Value>): Promise<Value> {
  try {
    return await step()
  } catch (error) {
    if (error instanceof VenueError) throw error
    const trouble = error instanceof LineFailure ? error.trouble : 'line'
    const message = reasonOf(error)
    switch (trouble) {
      case 'credentials':
        throw new VenueError(
          'VENUE_CREDENTIALS',
          connection.id,
          `the venue refuses the credentials: ${message}. Check key and secret, and that they belong to this address: a test net has its own.`,
        )
      case 'scope':
        throw new VenueError('VENUE_SCOPE', connection.id, `the key may not do this: ${message}`)
      case 'clock':
        throw new VenueError('VENUE_CLOCK', connection.id, `the venue refuses the time of our requests: ${message}`)
      default:
        throw new VenueError('VENUE_UNREACHABLE', connection.id, `the venue gives no usable answer: ${message}`)
    }
  }
}
