import type { DataFlag, Observation, OrderReport, VenueGuardState, VenueStateEvent } from '@holdfast/engine'
import type { InstrumentKey } from '@holdfast/quant'
import type {
  CancelTarget,
  ListedInstrument,
  MarginFigures,
  Statement,
  VenueAbilities,
  VenueFill,
  VenueNeeds,
  VenueOrderRequest,
} from '../venue.js'
import type { PoolSettings } from './budget.js'
import type { Complaints } from './failure.js'

/**
 * How one venue is spoken to: which raw endpoint answers which question, and how the answer reads. Budgets, deadlines, errors,
 * sessions and events are the line's, the same for all. A question that has no answer throws a `LineFailure`.
 */
export type Dialect = {
  /** Credentials and what they may do. */
  open(needs: VenueNeeds): Promise<Standing>
  /** The venue's clock. */
  time(): Promise<number>
  instruments(): Promise<Read<readonly Listed[]>>
  quotes(): Promise<Quotes>
  statement(): Promise<Statement>
  openOrders(): Promise<Read<readonly OrderReport[]>>
  ordersByClientId(clientId: string, instrument: InstrumentKey): Promise<readonly OrderReport[]>
  fillsSince(time: number): Promise<Read<readonly VenueFill[]>>
  place(order: VenueOrderRequest, listed: Listed): Promise<Placed>
  /** How many were cancelled; throws trouble `gone` where none is open. */
  cancel(target: CancelTarget, listed: Listed): Promise<number>
  cancelAll(instruments: readonly Listed[] | 'all'): Promise<number>
  marginFigures(): Promise<MarginFigures>
  armGuards(): Promise<readonly VenueGuardState[]>
  state(): Promise<VenueStateEvent['state']>
  close(): Promise<void>
  /** A word from here that keeps the venue's dead-man's switch from firing; sent twice a minute. */
  beat?(): Promise<void>
  /** News without asking, where the venue has it and the line can hear it. */
  stream?(hear: Hear): Promise<void>
}

export type DialectSettings = {
  readonly abilities: VenueAbilities
  readonly pools: Readonly<Record<string, PoolSettings>>
  readonly complaints: Complaints
  /** How often the market can be asked for within the budget, milliseconds; absent: as the line does. */
  readonly marketMs?: number
}

export type Standing = {
  readonly scopes: readonly string[]
  /** Undefined where the venue does not say. */
  readonly act: boolean | undefined
  readonly withdraw: boolean | undefined
  readonly warnings: readonly string[]
}

/** What was read, and what was met and left out because it could not be, in words. */
export type Read<Value> = { readonly value: Value; readonly flags: readonly DataFlag[]; readonly time?: number }

export type Listed = ListedInstrument & {
  /** One of the venue's units of size in ours: contract size where it counts contracts, else 1. */
  readonly multiplier: string
  /** Fields that the venue wants back with an order. */
  readonly extra?: Readonly<Record<string, string>>
}

export type Quotes = {
  readonly observations: readonly Observation[]
  readonly flags: readonly DataFlag[]
  /** The venue's own time, where it says it. */
  readonly time?: number
}

export type Placed = { readonly order: OrderReport; readonly fills: readonly VenueFill[] }

export type Hear = {
  quotes(quotes: Quotes): void
  orders(orders: readonly OrderReport[], time: number | undefined): void
  fills(fills: readonly VenueFill[]): void
  heartbeat(venueTime: number | undefined): void
  /** The socket ended. */
  ended(why: string): void
}
