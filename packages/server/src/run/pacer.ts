import type { WallClock } from './ports.js'

export type Pacer = {
  /** Waits until engine time `time` is due, or until `signal` fires. */
  until(time: number, signal: AbortSignal): Promise<void>
}

/** Lets engine time pass at `speed` times wall time, counted from the first instant that it is asked for. */
export function createPacer(clock: WallClock, speed: number | 'max'): Pacer {
  let start: { readonly wall: number; readonly engine: number } | undefined
  return {
    async until(time, signal) {
      if (speed === 'max') return
      start ??= { wall: clock.now(), engine: time }
      const due = start.wall + (time - start.engine) / speed
      const wait = due - clock.now()
      if (wait > 0) await clock.sleep(wait, signal)
    },
  }
}
