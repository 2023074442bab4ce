/**
 * Batches of numbers over columns (structure of arrays). Two implementations stand behind this contract: the SIMD kernel
 * of `assembly/` and plain TypeScript, its oracle. They agree to the bit.
 *
 * The caller owns the memory: columns come from `allocate` of the kernel that is to read them, and nothing is allocated
 * in a call. Lanes are two doubles; `allocate` reserves an even number, so that the last pair may run over the end.
 */
export type Kernel = {
  readonly implementation: 'wasm-simd' | 'typescript'
  /**
   * A zeroed column of `length` doubles.
   *
   * @throws {InputError} where the kernel's memory is used up.
   */
  readonly allocate: (length: number) => Float64Array
  /** A zeroed column of `length` unsigned 32-bit numbers; errors as `allocate`. */
  readonly allocateIndices: (length: number) => Uint32Array
  /**
   * Black–Scholes price and five Greeks of `count` options; see `OptionColumns` for the domain.
   *
   * Error against 50 digits: below 1e-13 of the natural size (S for price, 1 for delta, 1/(S s) for gamma, …).
   *
   * @throws {InputError} where a column is shorter than `count` or not from this kernel.
   */
  readonly optionGreeks: (count: number, options: OptionColumns, out: GreekColumns) => void
  /**
   * Black-76 implied vols of `count` undiscounted prices into `vol`: −1 marks a price below intrinsic, −2 one that is not
   * under its maximum, 0 one at intrinsic. Relative error below 2e-15/(σ√T) + 4e-14, times the conditioning of the time
   * value; for very short-dated quotes near the money `impliedVol` keeps all digits. Errors as `optionGreeks`.
   */
  readonly impliedVols: (count: number, quotes: QuoteColumns, vol: Float64Array) => void
  /**
   * P&L of a list of options in each scenario, for VaR by full revaluation:
   * pnl[j] += weight[i] (value(i, j) − base[i]), for i in order. A value is within 2e-13 of the forward. Errors as `optionGreeks`.
   */
  readonly revalueOptions: (options: RevaluationColumns, scenarios: ScenarioColumns, pnl: Float64Array) => void
  /**
   * One row of scenario P&Ls an option: table[i · stride + j] = weight[i] (value(i, j) − base[i]), j < stride, where the
   * columns past the last scenario repeat the first. Errors as `optionGreeks`.
   */
  readonly scenarioTable: (options: RevaluationColumns, scenarios: ScenarioColumns, table: Float64Array) => void
  /**
   * Lowest scenario P&L of each account, Σ size · table row, positions added in their order. An account without positions
   * has 0. Errors as `optionGreeks`, and where an offset or instrument points outside.
   */
  readonly evaluateBook: (book: BookColumns, table: Float64Array, stride: number, worst: Float64Array) => void
}

/**
 * Options for `optionGreeks`, one number each a row. Domain: spot and strike within [1e-100, 1e100], |rate · years| and
 * |dividendYield · years| ≤ 700, vol · √years ≤ 12; `checkOptionColumns` tells. Years below 1e-12 count as 1e-12 and vols
 * below 1e-8 as 1e-8, so that limits are values. For Black-76 give the forward as `spot` and the rate as `dividendYield`.
 */
export type OptionColumns = {
  readonly spot: Float64Array
  readonly strike: Float64Array
  readonly years: Float64Array
  readonly vol: Float64Array
  readonly rate: Float64Array
  readonly dividendYield: Float64Array
  /** +1 call, −1 put. */
  readonly sign: Float64Array
}

/** Results of `optionGreeks`: units and signs as in `Measures`; rho at fixed dividend yield. */
export type GreekColumns = {
  readonly price: Float64Array
  readonly delta: Float64Array
  readonly gamma: Float64Array
  readonly vega: Float64Array
  readonly theta: Float64Array
  readonly rho: Float64Array
}

/** Quotes for `impliedVols`. Domain: forward, strike and price within [1e-100, 1e100], |ln F/K| ≤ 30, years ≥ 0. */
export type QuoteColumns = {
  readonly forward: Float64Array
  readonly strike: Float64Array
  readonly years: Float64Array
  /** +1 call, −1 put. */
  readonly sign: Float64Array
  /** Not discounted. */
  readonly price: Float64Array
}

/** Options made ready for revaluation by `prepareOptions`: what does not depend on the scenario is hoisted. */
export type RevaluationColumns = {
  readonly count: number
  readonly sign: Float64Array
  readonly strike: Float64Array
  readonly forward: Float64Array
  /** ln(F/K). */
  readonly logMoneyness: Float64Array
  /** σ√T. */
  readonly deviation: Float64Array
  readonly inverseDeviation: Float64Array
  /** Size times discount factor. */
  readonly weight: Float64Array
  /** Undiscounted value now. */
  readonly base: Float64Array
}

/** Scenarios made ready by `prepareScenarios`. */
export type ScenarioColumns = {
  readonly count: number
  /** `count` rounded up to a multiple of 8: the length of the columns, whose pad repeats the first scenario. */
  readonly stride: number
  readonly spotFactor: Float64Array
  readonly logSpotFactor: Float64Array
  readonly volFactor: Float64Array
  readonly inverseVolFactor: Float64Array
}

/** Accounts in compressed rows: the positions of account a are those from offsets[a] to offsets[a + 1]. */
export type BookColumns = {
  readonly accounts: number
  /** accounts + 1 numbers, not falling. */
  readonly offsets: Uint32Array
  /** Row of the scenario table of each position. */
  readonly instrument: Uint32Array
  /** Signed size of each position. */
  readonly size: Float64Array
}
