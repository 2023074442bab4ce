import { parseInstrumentKey } from '@holdfast/quant'
import {
  type DataFlag,
  type Event,
  type Observation,
  ORDER_STATUSES,
  type OrderReport,
  type PositionData,
  VENUE_STATES,
} from './event.js'

export type Admitted = {
  /** The event without what is malformed in it; absent where nothing of it can be used. */
  readonly event?: Event
  readonly flags: readonly DataFlag[]
}

/**
 * Takes an event in. Sources parse at their own doors; this is the engine's, behind which every number is a number and
 * every amount a decimal. What is malformed is left out and named, the rest of the event is used: one bad quote neither
 * hides the other quotes nor counts as a price.
 */
export function admit(event: Event): Admitted {
  const broken = provenanceFault(event)
  if (broken !== undefined) return refused(event, broken)
  switch (event.kind) {
    case 'market':
      return withoutBad(event, 'observations', event.observations, observationFault)
    case 'account':
      return admitAccount(event)
    case 'listing':
      return Array.isArray(event.instruments) ? whole(event) : refused(event, 'instruments must be a list')
    case 'fill':
      return checked(event, decimals({ size: event.size, price: event.price, fee: event.fee }) ?? key(event.instrument))
    case 'cash':
      return checked(event, decimals({ amount: event.amount }))
    case 'settlement':
      return checked(event, positive({ price: event.price, expiry: event.expiry }))
    case 'venue-figure':
      return checked(event, finite(event, ['equity', 'initialMargin', 'maintenanceMargin']))
    case 'order':
      return checked(event, reportFault(event))
    case 'open-orders':
      // A list with a hole in it is not everything: it is refused whole, and the line waits for a better one.
      return Array.isArray(event.orders)
        ? checked(event, first(event.orders.map(reportFault)))
        : refused(event, 'orders must be a list')
    case 'session':
      return checked(event, oneOf('state', event.state, ['connected', 'lost']))
    case 'venue-state':
      return checked(event, oneOf('state', event.state, VENUE_STATES))
    case 'control':
    case 'clock':
      return whole(event)
    default:
      return refused(event, `unknown kind ${JSON.stringify((event as { kind: unknown }).kind)}`)
  }
}

function admitAccount(event: Extract<Event, { kind: 'account' }>): Admitted {
  const fault = typeof event.account === 'string' ? decimals(event.balances ?? {}) : 'account must be a text'
  if (fault !== undefined) return refused(event, fault)
  if (event.positions === undefined) return whole(event)
  const admitted = withoutBad(event, 'positions', event.positions, positionFault)
  // A list with a hole in it is not everything: what was left out must not be read as flat.
  if (admitted.flags.length === 0 || admitted.event === undefined) return admitted
  return { ...admitted, event: { ...admitted.event, complete: false } as Event }
}

function reportFault(report: OrderReport): string | undefined {
  const amounts = {
    size: report.size,
    filled: report.filled,
    ...(report.limitPrice === undefined ? {} : { limitPrice: report.limitPrice }),
    ...(report.averagePrice === undefined ? {} : { averagePrice: report.averagePrice }),
  }
  return key(report.instrument) ?? decimals(amounts) ?? oneOf('status', report.status, ORDER_STATUSES)
}

function oneOf(name: string, value: unknown, allowed: readonly string[]): string | undefined {
  return allowed.includes(value as string)
    ? undefined
    : `${name} must be one of ${allowed.join(', ')}, not ${shown(value)}`
}

function first(faults: readonly (string | undefined)[]): string | undefined {
  const index = faults.findIndex((fault) => fault !== undefined)
  return index < 0 ? undefined : `orders[${index}]: ${faults[index]}`
}

function observationFault(observation: Observation): string | undefined {
  switch (observation.kind) {
    case 'index':
    case 'asset':
      return positive({ price: observation.price }) ?? finite(observation, ['confidence'])
    case 'forward':
      return positive({ price: observation.price, expiry: observation.expiry })
    case 'quote':
      return key(observation.instrument) ?? finite(observation, QUOTE_NUMBERS)
    case 'slice': {
      const five = Array.isArray(observation.svi) && observation.svi.length === 5
      if (!five || !observation.svi.every(Number.isFinite)) return 'svi must be five numbers'
      return positive({ expiry: observation.expiry })
    }
    default:
      return `unknown kind ${JSON.stringify((observation as { kind: unknown }).kind)}`
  }
}

const QUOTE_NUMBERS = [
  'bid',
  'ask',
  'mark',
  'last',
  'bidSize',
  'askSize',
  'markVol',
  'forward',
  'fundingRate',
  'openInterest',
] as const

function positionFault(position: PositionData): string | undefined {
  return key(position.instrument) ?? decimals({ size: position.size }) ?? finite(position, ['entryPrice'])
}

function provenanceFault(event: Event): string | undefined {
  if (typeof event.source !== 'string' || event.source === '') return 'source must be named'
  if (!Number.isFinite(event.receivedTime)) return `receivedTime must be a time, not ${event.receivedTime}`
  if (!Number.isFinite(event.sourceTime)) return `sourceTime must be a time, not ${event.sourceTime}`
  return undefined
}

function withoutBad<Item>(
  event: Event,
  field: 'observations' | 'positions',
  items: readonly Item[],
  faultOf: (item: Item) => string | undefined,
): Admitted {
  if (!Array.isArray(items)) return refused(event, `${field} must be a list`)
  const flags: DataFlag[] = []
  const good: Item[] = []
  for (const [i, item] of items.entries()) {
    const fault = typeof item === 'object' && item !== null ? faultOf(item) : 'must be a record'
    if (fault === undefined) good.push(item)
    else flags.push(flag(event, `${field}[${i}]: ${fault}`))
  }
  return flags.length === 0 ? whole(event) : { event: { ...event, [field]: good } as Event, flags }
}

const DECIMAL = /^-?\d+(\.\d+)?$/

function decimals(values: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'string' || !DECIMAL.test(value)) {
      return `${name} must be a decimal number as text, not ${shown(value)}`
    }
  }
  return undefined
}

function positive(values: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, value] of Object.entries(values)) {
    if (!(typeof value === 'number' && value > 0 && Number.isFinite(value))) {
      return `${name} must be a number above 0, not ${shown(value)}`
    }
  }
  return undefined
}

function finite<Item extends object>(item: Item, names: readonly (keyof Item & string)[]): string | undefined {
  for (const name of names) {
    const value: unknown = item[name]
    if (value !== undefined && !(typeof value === 'number' && Number.isFinite(value))) {
      return `${name} must be a number, not ${shown(value)}`
    }
  }
  return undefined
}

function key(instrument: unknown): string | undefined {
  if (typeof instrument === 'string' && parseInstrumentKey(instrument) !== undefined) return undefined
  return `instrument must be a key such as deribit:BTC/USD:BTC, not ${shown(instrument)}`
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

function checked(event: Event, fault: string | undefined): Admitted {
  return fault === undefined ? whole(event) : refused(event, fault)
}

function whole(event: Event): Admitted {
  return { event, flags: [] }
}

function refused(event: Event, fault: string): Admitted {
  return { flags: [flag(event, fault)] }
}

function flag(event: Event, fault: string): DataFlag {
  return { code: 'malformed-event', subject: String(event.source), detail: `${String(event.kind)}: ${fault}` }
}
