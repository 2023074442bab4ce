/** Sensitivities of a book or of one unit of an instrument: delta in base units, money in USD. */
export type HedgeGreeks = {
  readonly delta: number
  /** Change of cash delta for a 1 % move: Γ S²/100, USD. */
  readonly gammaPerPercent: number
  /** By bucket (most often an expiry), USD per vol point. */
  readonly vega: Readonly<Record<string, number>>
}

/** How far each may be from 0 afterwards, ≥ 0; a bucket that is not named is free. */
export type HedgeTolerance = HedgeGreeks

export type HedgeInstrument = {
  /** Name in the plan. */
  readonly name: string
  readonly venue: string
  /** Of one unit, bought. */
  readonly greeks: HedgeGreeks
  /** Half spread and fee of one unit, USD, ≥ 0. */
  readonly buyCost: number
  readonly sellCost: number
  /** Units that may be traded at most, each way, ≥ 0. */
  readonly buyDepth: number
  readonly sellDepth: number
  /** Smallest step of a trade, units, > 0. */
  readonly lot: number
  /** Initial margin that one unit binds when bought (a premium paid included) and when sold, USD, ≥ 0. */
  readonly buyMargin: number
  readonly sellMargin: number
  /** Notional of one unit, USD, ≥ 0. */
  readonly notional: number
}

export type VenueLimit = {
  /** USD of margin that the hedge may bind there. */
  readonly margin: number
  /** USD of notional that may be traded there. */
  readonly notional: number
}

export type OptionHedgeProblem = {
  /** What is held, before the hedge. */
  readonly exposure: HedgeGreeks
  readonly tolerance: HedgeTolerance
  readonly instruments: readonly HedgeInstrument[]
  /** By venue; one that is not named has no limit. */
  readonly venues: Readonly<Record<string, VenueLimit>>
}

export type OptionHedgeTrade = { readonly name: string; readonly venue: string /** Signed. */; readonly size: number }

export type OptionHedgePlan = {
  readonly trades: readonly OptionHedgeTrade[]
  /** USD: half spreads and fees. */
  readonly cost: number
  /** What is left afterwards. */
  readonly residual: HedgeGreeks
} & (
  | { readonly ok: true }
  | {
      readonly ok: false
      /** The trades are those that come nearest. */
      readonly code: 'INFEASIBLE'
      /** Limits without which it could be done; each alone is enough. Empty: no single one is to blame. */
      readonly binding: readonly string[]
      readonly reason: string
    }
)

/** A problem that cannot be posed. `code` is stable. */
export class HedgeError extends Error {
  override readonly name = 'HedgeError'
  readonly code: 'HEDGE_INPUT' | 'HEDGE_UNSOLVED'

  constructor(code: HedgeError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** One row of the programme: a Greek with what is held of it, and how far from 0 it may be. */
export type GreekRow = {
  readonly name: string
  readonly held: number
  readonly tolerance: number
  readonly of: (greeks: HedgeGreeks) => number
}

/** Delta, gamma, then every bucket of vega that has a tolerance, sorted. */
export function greekRows({ exposure, tolerance }: OptionHedgeProblem): readonly GreekRow[] {
  const row = (name: string, of: (greeks: HedgeGreeks) => number): GreekRow => ({
    name,
    held: of(exposure),
    tolerance: of(tolerance),
    of,
  })
  return [
    row('delta', ({ delta }) => delta),
    row('gamma', ({ gammaPerPercent }) => gammaPerPercent),
    ...Object.keys(tolerance.vega)
      .sort()
      .map((bucket) => row(`vega ${bucket}`, ({ vega }) => vega[bucket] ?? 0)),
  ]
}

/** Greeks of a book after trades. */
export function greeksAfter(problem: OptionHedgeProblem, sizes: readonly number[]): HedgeGreeks {
  const { exposure, instruments } = problem
  const buckets = new Set(Object.keys(exposure.vega))
  for (const { greeks } of instruments) for (const bucket of Object.keys(greeks.vega)) buckets.add(bucket)
  const sum = (of: (greeks: HedgeGreeks) => number) =>
    instruments.reduce((total, { greeks }, i) => total + of(greeks) * sizes[i]!, of(exposure))
  return {
    delta: sum(({ delta }) => delta),
    gammaPerPercent: sum(({ gammaPerPercent }) => gammaPerPercent),
    vega: Object.fromEntries([...buckets].sort().map((bucket) => [bucket, sum(({ vega }) => vega[bucket] ?? 0)])),
  }
}

/** USD. */
export function tradesCost({ instruments }: OptionHedgeProblem, sizes: readonly number[]): number {
  return instruments.reduce(
    (total, { buyCost, sellCost }, i) => total + Math.max(0, sizes[i]!) * buyCost + Math.max(0, -sizes[i]!) * sellCost,
    0,
  )
}

/** Refuses what is not known: a NaN in a programme is no programme. */
export function requireProblem(problem: OptionHedgeProblem): void {
  for (const { name, held, tolerance } of greekRows(problem)) {
    if (!Number.isFinite(held)) throw new HedgeError('HEDGE_INPUT', `${name} of the book is not known`)
    if (!(tolerance >= 0)) throw new HedgeError('HEDGE_INPUT', `the tolerance of ${name} must be 0 or above`)
  }
  for (const instrument of problem.instruments) {
    const { name, lot } = instrument
    const figures = [instrument.buyCost, instrument.sellCost, instrument.buyDepth, instrument.sellDepth]
    const limits = [instrument.buyMargin, instrument.sellMargin, instrument.notional]
    if (![...figures, ...limits].every((x) => x >= 0) || !(lot > 0)) {
      throw new HedgeError(
        'HEDGE_INPUT',
        `${name}: costs, depths and margins must be known and 0 or above, the lot above 0`,
      )
    }
    if (!greekRows(problem).every(({ of }) => Number.isFinite(of(instrument.greeks)))) {
      throw new HedgeError('HEDGE_INPUT', `${name}: its Greeks are not known`)
    }
  }
}
