import type { BookColumns, GreekColumns, Kernel, OptionColumns } from './contract.js'
import { prepareOptions, prepareScenarios } from './prepare.js'

/** Memory that `kernelDigest` needs, in bytes. */
export const DIGEST_CAPACITY_BYTES = 4_000_000

const ROWS = 2003
const SCENARIOS = 37

/** Uniform numbers on [0, 1) from a linear congruential generator of 32 bits (Numerical Recipes' constants). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

/** Values where mistakes hide: limits, ties, far wings, the pads' neighbours. */
const ADVERSARIAL: Readonly<Record<keyof OptionColumns, readonly number[]>> = {
  spot: [100, 1e-100, 1e100, 1, 99999.5, 100.00000000000001],
  strike: [100, 1e-100, 1e100, 1, 100000, 99.99999999999999],
  years: [0, 1e-12, 1e-9, 1 / 365, 1, 50],
  vol: [0, 1e-8, 1e-4, 0.6, 1.5, 5],
  rate: [0, -0.05, 0.05, 0.3, -0.3, 1e-18],
  dividendYield: [0, 0.05, -0.05, 0.3, -0.3, 1e-18],
  sign: [1, -1, 1, -1, 1, -1],
}

/** The fixed batch of options: half adversarial combinations, half ordinary. */
export function digestOptions(kernel: Kernel): { readonly count: number; readonly options: OptionColumns } {
  const next = generator(20260205)
  const pick = (values: readonly number[]) => values[Math.floor(next() * values.length)]!
  const column = () => kernel.allocate(ROWS)
  const options: OptionColumns = {
    spot: column(),
    strike: column(),
    years: column(),
    vol: column(),
    rate: column(),
    dividendYield: column(),
    sign: column(),
  }
  for (let i = 0; i < ROWS; i++) {
    const adversarial = i % 2 === 0
    options.spot[i] = adversarial ? pick(ADVERSARIAL.spot) : 50 + 100 * next()
    options.strike[i] = adversarial ? pick(ADVERSARIAL.strike) : 40 + 140 * next()
    options.years[i] = adversarial ? pick(ADVERSARIAL.years) : 0.003 + 2 * next()
    options.vol[i] = adversarial ? pick(ADVERSARIAL.vol) : 0.05 + 1.5 * next()
    options.rate[i] = adversarial ? pick(ADVERSARIAL.rate) : 0.1 * next() - 0.02
    options.dividendYield[i] = adversarial ? pick(ADVERSARIAL.dividendYield) : 0.1 * next() - 0.02
    options.sign[i] = pick(ADVERSARIAL.sign)
  }
  return { count: ROWS, options }
}

export function greekColumns(kernel: Kernel, count: number): GreekColumns {
  const column = () => kernel.allocate(count)
  return { price: column(), delta: column(), gamma: column(), vega: column(), theta: column(), rho: column() }
}

/** Every column that a kernel computes on a fixed set of inputs, odd counts and far wings included. */
export function digestColumns(kernel: Kernel): readonly { readonly name: string; readonly column: Float64Array }[] {
  const { count, options } = digestOptions(kernel)
  const greeks = greekColumns(kernel, count)
  kernel.optionGreeks(count, options, greeks)

  const vols = digestVols(kernel, count, options, greeks)

  const next = generator(7)
  const held = prepareOptions(
    kernel,
    Array.from({ length: 41 }, (_, i) => ({
      right: i % 3 === 0 ? ('put' as const) : ('call' as const),
      forward: 80_000 + 10_000 * next(),
      strike: i === 5 ? 1e-3 : 30_000 + 100_000 * next(),
      yearsToExpiry: i % 7 === 0 ? 0 : next(),
      vol: i % 11 === 0 ? 0 : 0.2 + next(),
      discountFactor: 0.9 + 0.1 * next(),
      size: 20 * next() - 10,
    })),
  )
  const shocks = Array.from({ length: SCENARIOS }, (_, j) => ({
    spotFactor: j === 0 ? 1 : j === 1 ? 1e-3 : 0.4 + 1.2 * next(),
    volFactor: j === 0 ? 1 : j === 2 ? 10 : 0.5 + next(),
  }))
  const scenarios = prepareScenarios(kernel, shocks)
  const pnl = kernel.allocate(scenarios.count)
  kernel.revalueOptions(held, scenarios, pnl)
  const table = kernel.allocate(held.count * scenarios.stride)
  kernel.scenarioTable(held, scenarios, table)

  const book = digestBook(kernel, held.count, next)
  const worst = kernel.allocate(book.accounts)
  kernel.evaluateBook(book, table, scenarios.stride, worst)
  return [
    ...Object.entries(greeks).map(([name, column]) => ({ name, column })),
    { name: 'vols', column: vols },
    { name: 'pnl', column: pnl },
    { name: 'table', column: table },
    { name: 'worst', column: worst },
  ]
}

/** Implied vols of quotes with a forward of 1: tiny, ordinary, at intrinsic, below it and above the maximum. */
function digestVols(kernel: Kernel, count: number, options: OptionColumns, greeks: GreekColumns): Float64Array {
  const next = generator(11)
  const column = () => kernel.allocate(count)
  const quotes = { forward: column(), strike: column(), years: options.years, sign: options.sign, price: column() }
  for (let i = 0; i < count; i++) {
    const strike = i % 5 === 0 ? 1 : 1e-2 + 3 * next()
    const kind = i % 9
    const intrinsic = Math.max(options.sign[i]! * (1 - strike), 0)
    quotes.forward[i] = 1
    quotes.strike[i] = strike
    quotes.price[i] = kind === 0 ? intrinsic : kind === 1 ? -1e-9 : kind === 2 ? 1e-200 : intrinsic + 1.1 * next()
  }
  // Some of the prices that the kernel itself has given.
  for (let i = 1; i < count; i += 4) {
    quotes.forward[i] = options.spot[i]!
    quotes.strike[i] = options.strike[i]!
    quotes.price[i] = greeks.price[i]!
  }
  const vols = column()
  kernel.impliedVols(count, quotes, vols)
  return vols
}

function digestBook(kernel: Kernel, instruments: number, next: () => number): BookColumns {
  const accounts = 101
  const offsets = kernel.allocateIndices(accounts + 1)
  for (let a = 0; a < accounts; a++) offsets[a + 1] = offsets[a]! + (a % 10 === 3 ? 0 : Math.floor(12 * next()))
  const positions = offsets[accounts]!
  const instrument = kernel.allocateIndices(positions)
  const size = kernel.allocate(positions)
  for (let p = 0; p < positions; p++) {
    instrument[p] = Math.floor(instruments * next())
    size[p] = 2 * next() - 1
  }
  return { accounts, offsets, instrument, size }
}

/**
 * A hash (FNV-1a, 64 bits, hexadecimal) of everything the kernel computes on a fixed set of inputs. Two machines that show
 * the same digest compute the same bits.
 *
 * @param kernel - freshly opened with `DIGEST_CAPACITY_BYTES`.
 */
export function kernelDigest(kernel: Kernel): string {
  let hash = 0xcbf29ce484222325n
  const half = new Uint32Array(2)
  const whole = new Float64Array(half.buffer)
  for (const { column } of digestColumns(kernel)) {
    for (const x of column) {
      whole[0] = x
      for (const word of half) hash = BigInt.asUintN(64, (hash ^ BigInt(word)) * 0x100000001b3n)
    }
  }
  return hash.toString(16).padStart(16, '0')
}
