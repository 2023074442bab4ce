import { useState } from 'react'
import type { Acted } from './types.js'

export type Doing = {
  readonly busy: boolean
  /** What came of it, in the server's words. */
  readonly said?: string
  readonly failed?: string
  readonly run: (work: () => Promise<Acted>) => Promise<boolean>
}

/** One thing a person does: not twice at once, and what came of it is told. */
export function useDoing(onDone: () => void): Doing {
  const [busy, setBusy] = useState(false)
  const [said, setSaid] = useState<string>()
  const [failed, setFailed] = useState<string>()
  const run = async (work: () => Promise<Acted>) => {
    if (busy) return false
    setBusy(true)
    setSaid(undefined)
    setFailed(undefined)
    try {
      const { outcome, text } = await work()
      setSaid(`${outcome}: ${text}`)
      return true
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error))
      return false
    } finally {
      setBusy(false)
      onDone()
    }
  }
  return { busy, run, ...(said === undefined ? {} : { said }), ...(failed === undefined ? {} : { failed }) }
}
