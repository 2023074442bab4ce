/** Times of acting, milliseconds. */
export type ActSettings = {
  /** A decision that is older when its turn to be sent comes is not sent: the world has moved on. */
  readonly liveMs: number
  /** An answer that takes longer is awaited no more; what it says is still taken in when it comes. */
  readonly answerMs: number
  /** A request that the venue does not know of after so long will not come any more. */
  readonly arrivalMs: number
  /** Pause before a question is asked again: at first, and at most. */
  readonly backoffMs: number
  readonly backoffMaxMs: number
  /** How long an order waits for cancels that were decided before it. */
  readonly cancelWaitMs: number
  /** A difference between a statement and what fills led to must be said twice, so far apart, before it counts. */
  readonly doubtMs: number
  /** Fills are asked for from so long before the latest statement on: venues list them late. */
  readonly overlapMs: number
  /** How long an orderly stop may take. */
  readonly closeMs: number
}

export const ACT_SETTINGS: ActSettings = {
  liveMs: 10_000,
  answerMs: 15_000,
  arrivalMs: 10_000,
  backoffMs: 250,
  backoffMaxMs: 10_000,
  cancelWaitMs: 2_000,
  doubtMs: 500,
  overlapMs: 60_000,
  closeMs: 10_000,
}
