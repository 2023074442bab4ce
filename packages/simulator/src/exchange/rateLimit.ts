export type Rate = { /** Requests at once. */ readonly burst: number /** Requests a second. */; readonly rate: number }

export type RateLimits = { readonly matching: Rate; readonly nonMatching: Rate }

/** Credits as Deribit counts them: a pool that fills by the second up to its burst; a request takes one of them. */
export class TokenBucket {
  readonly #limit: Rate | undefined
  #tokens: number
  #at = 0

  /** @param limit - undefined: no limit. */
  constructor(limit: Rate | undefined) {
    this.#limit = limit
    this.#tokens = limit?.burst ?? 0
  }

  /** @returns false where the pool is empty. */
  take(time: number): boolean {
    if (this.#limit === undefined) return true
    this.#tokens = Math.min(this.#limit.burst, this.#tokens + ((time - this.#at) / 1_000) * this.#limit.rate)
    this.#at = time
    if (!(this.#tokens >= 1)) return false
    this.#tokens -= 1
    return true
  }
}
