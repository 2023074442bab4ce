export type LivenessSettings = {
  /** Nothing at all came for so long: the line is dead. */
  readonly silentMs: number
  /** Data or heartbeats come, but the venue's own clock stood still for so long. */
  readonly frozenMs: number
  /** Heartbeats come, but no data for so long although another source of the same market moves. */
  readonly stalledMs: number
}

export const LIVENESS_SETTINGS: LivenessSettings = { silentMs: 15_000, frozenMs: 30_000, stalledMs: 30_000 }

/** A quiet market is alive: heartbeats come and the venue's clock goes on. */
export type LivenessVerdict =
  | { readonly state: 'live' | 'quiet' }
  | { readonly state: 'lost'; readonly why: 'silent' | 'frozen' | 'stalled'; readonly detail: string }

export type Liveness = {
  /** Data came; `venueTime` is what the venue's clock said in it. */
  data(now: number, venueTime?: number): void
  heartbeat(now: number, venueTime?: number): void
  /** Another source says that the market moved. */
  movedElsewhere(now: number): void
  judge(now: number): LivenessVerdict
  reset(now: number): void
}

/** Age and progress of one line: what comes, whether the venue's clock advances in it, and whether others see more. */
export function createLiveness(settings: LivenessSettings, start: number): Liveness {
  let heard = start
  let data = start
  let moved = Number.NEGATIVE_INFINITY
  let clock = Number.NEGATIVE_INFINITY
  let progressed = start
  let told = false

  function venueClock(now: number, venueTime: number | undefined): void {
    if (venueTime === undefined) return
    told = true
    if (venueTime > clock) {
      clock = venueTime
      progressed = now
    }
  }

  return {
    data(now, venueTime) {
      heard = now
      data = now
      venueClock(now, venueTime)
    },
    heartbeat(now, venueTime) {
      heard = now
      venueClock(now, venueTime)
    },
    movedElsewhere(now) {
      moved = now
    },
    judge(now) {
      if (!(now - heard < settings.silentMs)) return lost('silent', `nothing came for ${now - heard} ms`)
      if (told && !(now - progressed < settings.frozenMs))
        return lost('frozen', `the venue's clock has stood still for ${now - progressed} ms`)
      if (moved > data && !(now - data < settings.stalledMs))
        return lost('stalled', `no data for ${now - data} ms while another source moved`)
      return { state: now - data < settings.stalledMs ? 'live' : 'quiet' }
    },
    reset(now) {
      heard = now
      data = now
      progressed = now
      clock = Number.NEGATIVE_INFINITY
      told = false
      moved = Number.NEGATIVE_INFINITY
    },
  }
}

function lost(why: 'silent' | 'frozen' | 'stalled', detail: string): LivenessVerdict {
  return { state: 'lost', why, detail }
}

/** Waits before another attempt: doubling, bounded, back to the first after a success. */
export function createBackoff(firstMs = 500, mostMs = 30_000) {
  let next = firstMs
  return {
    next(): number {
      const wait = next
      next = Math.min(mostMs, next * 2)
      return wait
    },
    reset(): void {
      next = firstMs
    },
  }
}
