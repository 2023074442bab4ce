import { useCallback, useEffect, useState } from 'react'
import type { Client } from '../api/client.js'
import type { Rule } from '../api/types.js'
import type { Approval, Attribution, Fill, Kills, Order, Venues } from './types.js'

export type ActingState = {
  readonly orders: readonly Order[]
  readonly fills: readonly Fill[]
  readonly attribution: Attribution
  readonly approvals: readonly Approval[]
  readonly venues: Venues
  readonly kills: Kills
  readonly rules: readonly Rule[]
}

export type Acting = {
  /** Absent before the first answer. */
  readonly state?: ActingState
  readonly fault?: string
  /** Asks again now: after something was done. */
  readonly refresh: () => void
}

const EVERY_MS = 1_000

/** What acting knows, asked for every second while it is looked at; one question at a time. */
export function useActing(client: Client): Acting {
  const [state, setState] = useState<ActingState>()
  const [fault, setFault] = useState<string>()
  const [asked, setAsked] = useState(0)
  const refresh = useCallback(() => setAsked((before) => before + 1), [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` asks again.
  useEffect(() => {
    let current = true
    let timer: number | undefined
    const ask = async () => {
      try {
        const [orders, fills, attribution, approvals, venues, kills, rules] = await Promise.all([
          client.orders(),
          client.fills(),
          client.attribution(),
          client.approvals(),
          client.venues(),
          client.kills(),
          client.rules(),
        ])
        if (!current) return
        setState({ orders, fills, attribution, approvals, venues, kills, rules })
        setFault(undefined)
      } catch (error) {
        if (current) setFault(error instanceof Error ? error.message : String(error))
      }
      if (current) timer = window.setTimeout(() => void ask(), EVERY_MS)
    }
    void ask()
    return () => {
      current = false
      window.clearTimeout(timer)
    }
  }, [client, asked])

  return { refresh, ...(state === undefined ? {} : { state }), ...(fault === undefined ? {} : { fault }) }
}
