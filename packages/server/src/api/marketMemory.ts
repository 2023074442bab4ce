import type { Event, Observation, Provenance, QuoteObservation } from '@holdfast/engine'
import { parseInstrumentKey } from '@holdfast/quant'

type Seen<T> = T & { readonly source: string; readonly sourceTime: number; readonly receivedTime: number }

export type MarketPicture = {
  readonly underlying: string
  readonly index?: Seen<{ readonly price: number }>
  /** By expiry, ascending. */
  readonly forwards: readonly Seen<{ readonly expiry: number; readonly price: number }>[]
  readonly slices: readonly Seen<{
    readonly expiry: number
    readonly svi: readonly [a: number, b: number, rho: number, m: number, sigma: number]
  }>[]
}

/** The latest observations of the market, as they came. What the guard thinks of them stands in the assessment. */
export type MarketMemory = {
  observe(events: readonly Event[]): void
  /** Sorted by code unit. */
  underlyings(): readonly string[]
  picture(underlying: string): MarketPicture | undefined
  quote(instrument: string): Seen<QuoteObservation> | undefined
}

type Room = {
  index?: Seen<{ readonly price: number }>
  readonly forwards: Map<number, Seen<{ readonly expiry: number; readonly price: number }>>
  readonly slices: Map<number, MarketPicture['slices'][number]>
}

export function createMarketMemory(): MarketMemory {
  const rooms = new Map<string, Room>()
  const quotes = new Map<string, Seen<QuoteObservation>>()

  const roomOf = (underlying: string): Room => {
    const found = rooms.get(underlying)
    if (found !== undefined) return found
    const room: Room = { forwards: new Map(), slices: new Map() }
    rooms.set(underlying, room)
    return room
  }

  const take = (observation: Observation, seen: Provenance) => {
    const stamp = { source: seen.source, sourceTime: seen.sourceTime, receivedTime: seen.receivedTime }
    switch (observation.kind) {
      case 'index':
        roomOf(observation.underlying).index = { price: observation.price, ...stamp }
        return
      case 'forward':
        roomOf(observation.underlying).forwards.set(observation.expiry, {
          expiry: observation.expiry,
          price: observation.price,
          ...stamp,
        })
        return
      case 'slice':
        roomOf(observation.underlying).slices.set(observation.expiry, {
          expiry: observation.expiry,
          svi: observation.svi,
          ...stamp,
        })
        return
      case 'quote': {
        quotes.set(observation.instrument, { ...observation, ...stamp })
        const instrument = parseInstrumentKey(observation.instrument)
        if (observation.forward !== undefined && instrument?.kind === 'option') {
          const { underlying, expiry } = instrument
          roomOf(underlying).forwards.set(expiry, { expiry, price: observation.forward, ...stamp })
        }
        return
      }
      case 'asset':
        return
    }
  }

  return {
    observe(events) {
      for (const event of events) {
        if (event.kind === 'market') for (const observation of event.observations) take(observation, event)
      }
    },
    underlyings: () => [...rooms.keys()].sort(),
    picture(underlying) {
      const room = rooms.get(underlying)
      if (room === undefined) return undefined
      return {
        underlying,
        ...(room.index === undefined ? {} : { index: room.index }),
        forwards: [...room.forwards.values()].sort((a, b) => a.expiry - b.expiry),
        slices: [...room.slices.values()].sort((a, b) => a.expiry - b.expiry),
      }
    },
    quote: (instrument) => quotes.get(instrument),
  }
}
