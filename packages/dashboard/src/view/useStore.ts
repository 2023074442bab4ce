import { useEffect, useState, useSyncExternalStore } from 'react'
import type { HouseState } from '../state/house.js'
import type { Store } from '../state/store.js'

export function useHouse(store: Store): HouseState {
  return useSyncExternalStore(store.subscribe, store.get)
}

/** The browser's clock, for ages: ticks each second even when nothing arrives. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), everyMs)
    return () => window.clearInterval(timer)
  }, [everyMs])
  return now
}
