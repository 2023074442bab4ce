/** A put that could be bought. Prices in USD per unit of the underlying. */
export type PutOffer = {
  readonly instrument: string
  readonly strike: number
  readonly expiry: number
  /** What one unit costs with fees, USD; > 0. */
  readonly cost: number
  /** What there is at that price, base units. */
  readonly depth: number
}

export type PutProblem = {
  /** Net value today and the floor at the expiry, USD. */
  readonly value: number
  readonly floor: number
  /** Units of the underlying to protect (long), and its price, USD. */
  readonly units: number
  readonly price: number
  /** Smallest step of size, base units. */
  readonly lot: number
  /** Most that may be paid, USD. */
  readonly budget: number
}

export type PutChoice = {
  readonly offer: PutOffer
  /** Base units, a multiple of the lot. */
  readonly size: number
  /** USD. */
  readonly paid: number
  /** Least value at the expiry at any price of the underlying, USD. */
  readonly worst: number
}

export type PutSearch = {
  readonly choice?: PutChoice
  /** Why others were not taken: instrument and reason, in the order of strikes. */
  readonly refused: readonly { readonly instrument: string; readonly reason: string }[]
}

/**
 * The strike that meets the floor exactly when every unit is protected and the premium is paid from what there is:
 *
 *   reserve + n K − n P(K) = F,   reserve = V − n S
 *
 * The left side grows with K, since P grows with slope at most 1 (undiscounted): the root is found by bisection between 0 and
 * `highest`. For n S = V this is the equation K − P(K) = F S / V of option-based insurance.
 *
 * @param putPrice - P(K), USD per unit, convex, 0 ≤ P′ ≤ 1.
 * @returns undefined where even `highest` does not reach the floor: no put does.
 * @see H. Leland, M. Rubinstein, "The evolution of portfolio insurance" (1988), in D. Luskin (ed.), "Portfolio Insurance".
 */
export function floorStrike(
  problem: Pick<PutProblem, 'value' | 'floor' | 'units' | 'price'>,
  putPrice: (strike: number) => number,
  highest: number,
): number | undefined {
  const { value, floor, units, price } = problem
  const reserve = value - units * price
  const surplus = (strike: number) => reserve + units * (strike - putPrice(strike)) - floor
  if (!(surplus(highest) >= 0)) return undefined
  if (surplus(0) >= 0) return 0
  let low = 0
  let high = highest
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (surplus(middle) >= 0) high = middle
    else low = middle
  }
  return high
}

/**
 * The cheapest listed put that keeps the floor within the budget: every unit is protected, sizes are rounded up to the lot,
 * and the least value at expiry, with the premium paid, is
 *
 *   worst = V − n S + min over S_T ≥ 0 of (n S_T + q (K − S_T)⁺) − q · cost = V − n S + min(n, q) K − q · cost
 *
 * A put that lacks depth is refused whole: half a protection keeps no floor.
 */
export function chooseProtectivePut(problem: PutProblem, offers: readonly PutOffer[]): PutSearch {
  const { value, floor, units, price, lot, budget } = problem
  const size = Math.ceil(units / lot - 1e-9) * lot
  const refused: { instrument: string; reason: string }[] = []
  let choice: PutChoice | undefined
  for (const offer of [...offers].sort((a, b) => a.strike - b.strike || a.expiry - b.expiry)) {
    const { instrument, strike, cost, depth } = offer
    const refuse = (reason: string) => refused.push({ instrument, reason })
    const paid = size * cost
    const worst = value - units * price + Math.min(units, size) * strike - paid
    if (!(cost > 0) || !Number.isFinite(worst)) refuse('no price')
    else if (!(worst >= floor)) refuse(`leaves ${worst.toFixed(0)} USD at worst, below the floor`)
    else if (!(paid <= budget)) refuse(`costs ${paid.toFixed(0)} USD, above the budget`)
    else if (!(depth >= size)) refuse(`${depth} on offer, ${size.toFixed(4)} needed`)
    else if (choice !== undefined && !(paid < choice.paid)) refuse(`costs ${paid.toFixed(0)} USD, more than another`)
    else {
      if (choice !== undefined) {
        refused.push({
          instrument: choice.offer.instrument,
          reason: `costs ${choice.paid.toFixed(0)} USD, more than another`,
        })
      }
      choice = { offer, size, paid, worst }
    }
  }
  return choice === undefined ? { refused } : { choice, refused }
}
