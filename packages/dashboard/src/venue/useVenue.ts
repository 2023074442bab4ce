import { useEffect, useState } from 'react'
import { ApiError, createClient } from '../api/client.js'
import { KEY_NAME } from '../state/store.js'
import type { Venue, VenueStep } from './types.js'

export type VenueState = {
  readonly venue?: Venue
  readonly steps: readonly VenueStep[]
  readonly connection: 'waiting' | 'live' | 'lost' | 'locked'
  /** Browser's clock at the latest answer, epoch milliseconds. */
  readonly heardTime?: number
  readonly fault?: string
}

const POLL_MS = 1_000
const client = createClient(() => sessionStorage.getItem(KEY_NAME) ?? undefined)

/** Asks once a second while the venue runs, for the steps that are new; a lost server is asked on. */
export function useVenue(): readonly [VenueState, (key: string) => void] {
  const [state, setState] = useState<VenueState>({ steps: [], connection: 'waiting' })
  useEffect(() => {
    let timer = 0
    let ended = false
    let known: readonly VenueStep[] = []
    const ask = async () => {
      const next = await answer(known)
      if (ended) return
      known = next.steps ?? known
      setState(({ fault: _, ...before }) => ({ ...before, ...next }))
      timer = window.setTimeout(ask, POLL_MS)
    }
    void ask()
    return () => {
      ended = true
      window.clearTimeout(timer)
    }
  }, [])
  return [state, (key) => sessionStorage.setItem(KEY_NAME, key)]
}

async function answer(known: readonly VenueStep[]): Promise<Partial<VenueState> & Pick<VenueState, 'connection'>> {
  try {
    const venue = await client.venue()
    // A server that began anew has fewer steps than are known here.
    const from = venue.latest.step < known.length - 1 ? [] : known
    const fresh = from.length > venue.latest.step ? [] : await client.venueHistory(from.length)
    return { venue, steps: [...from, ...fresh], connection: 'live', heardTime: Date.now() }
  } catch (error) {
    if (!(error instanceof ApiError)) return { connection: 'lost' }
    if (error.code === 'UNAUTHENTICATED') return { connection: 'locked' }
    if (error.code === 'NOT_READY') return { connection: 'waiting' }
    return { connection: 'lost', fault: error.message }
  }
}
