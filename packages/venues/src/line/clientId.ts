import type { VenueKind } from '@holdfast/engine'

/**
 * A decision's id in the form of a venue's client order id, and back. Ids of decisions are 32 hexadecimal digits, which every
 * venue takes as they are, but for Hyperliquid, which writes them as a number (`0x…`).
 */
export function venueClientId(kind: VenueKind, clientId: string): string | undefined {
  const { pattern, write } = FORMS[kind]
  return pattern.test(clientId) ? write(clientId) : undefined
}

/** Undefined where there is none, or none that we could have sent. */
export function clientIdOf(kind: VenueKind, venueId: unknown): string | undefined {
  return typeof venueId === 'string' && venueId !== '' ? FORMS[kind].read(venueId) : undefined
}

type Form = {
  /** Ids that can be sent and found again. */
  readonly pattern: RegExp
  write(id: string): string
  read(id: string): string | undefined
}

const same = (pattern: RegExp): Form => ({ pattern, write: (id) => id, read: (id) => id })

const FORMS: Readonly<Record<VenueKind, Form>> = {
  deribit: same(/^[\x21-\x7e]{1,64}$/),
  derive: same(/^[\x21-\x7e]{1,64}$/),
  binance: same(/^[A-Za-z0-9_.:/-]{1,36}$/),
  bybit: same(/^[A-Za-z0-9_-]{1,36}$/),
  okx: same(/^[A-Za-z0-9]{1,32}$/),
  hyperliquid: {
    pattern: /^[0-9a-f]{32}$/,
    write: (id) => `0x${id}`,
    read: (id) => /^0x([0-9a-f]{32})$/i.exec(id)?.[1]?.toLowerCase(),
  },
}
