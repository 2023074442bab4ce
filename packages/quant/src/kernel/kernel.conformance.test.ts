import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../inputError.js'
import { black76Price, black76Vega } from '../pricing/black76.js'
import { blackScholesMeasures } from '../pricing/blackScholes.js'
import { checkOptionColumns } from './checks.js'
import type { Kernel, OptionColumns } from './contract.js'
import { DIGEST_CAPACITY_BYTES, digestColumns, digestOptions, greekColumns, kernelDigest } from './digest.js'
import { openKernel, openKernelAsync } from './open.js'
import { type HeldOption, prepareOptions, prepareScenarios } from './prepare.js'
import { createTypeScriptKernel } from './typescript.js'
import { createWasmKernel, kernelArtefactBytes } from './wasm.js'

/** The digest of the fixed inputs, the same on every machine. It changes only with the formulas. */
const DIGEST = '715d626454cb6b07'
/** What the built kernel may weigh. */
const BUDGET_BYTES = 12_288

function wasmKernel(capacity = DIGEST_CAPACITY_BYTES): Kernel {
  const kernel = createWasmKernel(capacity)
  if (kernel === undefined) throw new Error('this engine has no WebAssembly SIMD')
  return kernel
}

const NAMES = ['spot', 'strike', 'years', 'vol', 'rate', 'dividendYield', 'sign'] as const
const GREEKS = ['price', 'delta', 'gamma', 'vega', 'theta', 'rho'] as const

type Row = Record<(typeof NAMES)[number], number>

function columnsOf(kernel: Kernel, rows: readonly Row[]): OptionColumns {
  const columns = Object.fromEntries(NAMES.map((name) => [name, kernel.allocate(rows.length)])) as OptionColumns
  rows.forEach((row, i) => {
    for (const name of NAMES) columns[name][i] = row[name]
  })
  return columns
}

/** Bits of a column, so that −0 and 0 differ. */
function bits(column: Float64Array): BigUint64Array {
  return new BigUint64Array(column.slice().buffer)
}

/** Weighted to where bugs hide: ties F = K, zero time, zero vol, far wings. */
const row: fc.Arbitrary<Row> = fc.record({
  spot: fc.oneof(fc.constantFrom(100, 1, 1e100, 1e-100), fc.double({ min: 1e-5, max: 1e6, noNaN: true })),
  strike: fc.oneof(fc.constantFrom(100, 1, 1e100, 1e-100), fc.double({ min: 1e-5, max: 1e6, noNaN: true })),
  years: fc.oneof(fc.constantFrom(0, 1e-12, 1e-300), fc.double({ min: 0, max: 5, noNaN: true })),
  vol: fc.oneof(fc.constantFrom(0, 1e-8, 1e-300), fc.double({ min: 0, max: 5, noNaN: true })),
  rate: fc.oneof(fc.constantFrom(0, -0), fc.double({ min: -1, max: 1, noNaN: true })),
  dividendYield: fc.oneof(fc.constantFrom(0, -0), fc.double({ min: -1, max: 1, noNaN: true })),
  sign: fc.constantFrom(1, -1),
})

describe('SIMD and TypeScript agree to the bit', () => {
  it('behavior: on the fixed adversarial set, column by column', () => {
    const ours = digestColumns(wasmKernel())
    const oracle = digestColumns(createTypeScriptKernel(DIGEST_CAPACITY_BYTES))
    expect(ours.map((c) => c.name)).toEqual(oracle.map((c) => c.name))
    ours.forEach(({ name, column }, i) => {
      const got = bits(column)
      const want = bits(oracle[i]!.column)
      const at = got.findIndex((x, j) => x !== want[j])
      expect(at, `${name}[${at}]: ${column[at]} and ${oracle[i]!.column[at]}`).toBe(-1)
    })
  })
  it('behavior: the digest is the one of every machine', () => {
    expect(kernelDigest(wasmKernel())).toBe(DIGEST)
    expect(kernelDigest(createTypeScriptKernel(DIGEST_CAPACITY_BYTES))).toBe(DIGEST)
  })
  it('behavior: on random batches of every length up to 300, remainder lanes and block ends included', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 0, maxLength: 300 }), (rows) => {
        const results = [wasmKernel(200_000), createTypeScriptKernel(200_000)].map((kernel) => {
          const out = greekColumns(kernel, rows.length)
          kernel.optionGreeks(rows.length, columnsOf(kernel, rows), out)
          return out
        })
        for (const name of GREEKS) expect(bits(results[0]![name])).toEqual(bits(results[1]![name]))
      }),
      { seed: 20260207, numRuns: 150 },
    )
  })
  it('behavior: implied vols on random batches, whose lanes converge at different steps', () => {
    const quote = fc.record({
      forward: fc.oneof(fc.constantFrom(1, 100), fc.double({ min: 1e-3, max: 1e6, noNaN: true })),
      logMoneyness: fc.oneof(fc.constant(0), fc.double({ min: -16, max: 16, noNaN: true })),
      years: fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 5, noNaN: true })),
      sign: fc.constantFrom(1, -1),
      share: fc.oneof(fc.constantFrom(-1, 0, 1e-280, 0.5, 1, 2), fc.double({ min: 0, max: 1, noNaN: true })),
    })
    fc.assert(
      fc.property(fc.array(quote, { minLength: 1, maxLength: 99 }), (list) => {
        const results = [wasmKernel(100_000), createTypeScriptKernel(100_000)].map((kernel) => {
          const column = () => kernel.allocate(list.length)
          const columns = { forward: column(), strike: column(), years: column(), sign: column(), price: column() }
          list.forEach((q, i) => {
            const strike = q.forward * Math.E ** q.logMoneyness
            columns.forward[i] = q.forward
            columns.strike[i] = strike
            columns.years[i] = q.years
            columns.sign[i] = q.sign
            const intrinsic = Math.max(q.sign * (q.forward - strike), 0)
            columns.price[i] = intrinsic + q.share * Math.min(q.forward, strike)
          })
          const vol = column()
          kernel.impliedVols(list.length, columns, vol)
          return vol
        })
        expect(bits(results[0]!)).toEqual(bits(results[1]!))
        expect(results[0]!.every((x) => x >= 0 || x === -1 || x === -2)).toBe(true)
      }),
      { seed: 20260209, numRuns: 300 },
    )
  })
  it('behavior: revaluation, table and book on random sizes', () => {
    const option: fc.Arbitrary<HeldOption> = fc.record({
      right: fc.constantFrom('call' as const, 'put' as const),
      forward: fc.double({ min: 1, max: 1e6, noNaN: true }),
      strike: fc.double({ min: 1, max: 1e6, noNaN: true }),
      yearsToExpiry: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3, noNaN: true })),
      vol: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3, noNaN: true })),
      discountFactor: fc.double({ min: 0.5, max: 1.1, noNaN: true }),
      size: fc.double({ min: -100, max: 100, noNaN: true }),
    })
    const shock = fc.record({
      spotFactor: fc.double({ min: 0.001, max: 10, noNaN: true }),
      volFactor: fc.double({ min: 0.1, max: 5, noNaN: true }),
    })
    const options = fc.array(option, { minLength: 1, maxLength: 9 })
    fc.assert(
      fc.property(options, fc.array(shock, { minLength: 1, maxLength: 300 }), (held, shocks) => {
        const results = [wasmKernel(500_000), createTypeScriptKernel(500_000)].map((kernel) => {
          const rows = prepareOptions(kernel, held)
          const scenarios = prepareScenarios(kernel, shocks)
          const pnl = kernel.allocate(scenarios.count)
          kernel.revalueOptions(rows, scenarios, pnl)
          const table = kernel.allocate(rows.count * scenarios.stride)
          kernel.scenarioTable(rows, scenarios, table)
          const offsets = kernel.allocateIndices(4)
          offsets.set([0, 0, 1, held.length])
          const instrument = kernel.allocateIndices(held.length)
          instrument.set(held.map((_, i) => (i * 3) % held.length))
          const size = kernel.allocate(held.length)
          size.set(held.map((h) => h.size))
          const worst = kernel.allocate(3)
          kernel.evaluateBook({ accounts: 3, offsets, instrument, size }, table, scenarios.stride, worst)
          return [pnl, table, worst]
        })
        results[0]!.forEach((column, i) => {
          expect(bits(column)).toEqual(bits(results[1]![i]!))
        })
        expect(results[0]![2]![0]).toBe(0)
      }),
      { seed: 20260208, numRuns: 60 },
    )
  })
})

describe('the numbers are right', () => {
  it('behavior: Greeks within 1e-12 of the exact library, in units of their natural size', () => {
    const kernel = wasmKernel()
    const { count, options } = digestOptions(kernel)
    const out = greekColumns(kernel, count)
    kernel.optionGreeks(count, options, out)
    let compared = 0
    for (let i = 1; i < count; i += 2) {
      const spot = options.spot[i]!
      const years = options.years[i]!
      const option = {
        right: options.sign[i] === 1 ? ('call' as const) : ('put' as const),
        strike: options.strike[i]!,
        yearsToExpiry: years,
      }
      const market = { spot, rate: options.rate[i]!, dividendYield: options.dividendYield[i]!, vol: options.vol[i]! }
      const exact = blackScholesMeasures(option, market)
      const s = market.vol * Math.sqrt(years)
      const natural = {
        price: spot,
        delta: 1,
        gamma: 1 / (spot * s),
        vega: spot * Math.sqrt(years),
        theta: spot * (market.vol / Math.sqrt(years) + Math.abs(market.rate) + Math.abs(market.dividendYield)),
        rho: option.strike * years,
      }
      for (const name of GREEKS) {
        expect(Math.abs(out[name][i]! - exact[name]) / natural[name], `${name} of row ${i}`).toBeLessThan(1e-12)
      }
      compared++
    }
    expect(compared).toBeGreaterThan(900)
  })
  it('behavior: implied vols on a dense grid within what the contract promises', () => {
    const rows: { strike: number; deviation: number; price: number; conditioning: number }[] = []
    for (let a = -40; a <= 12; a++) {
      const k = a === -40 ? 0 : 16 * 2 ** ((a - 12) / 2)
      for (let i = 0; i <= 150; i++) {
        const deviation = 1e-4 * 1.2e5 ** (i / 150)
        const strike = Math.E ** k
        const price = black76Price('call', 1, strike, 1, deviation)
        if (!(price > 1e-280 && price < 1 - 1e-12)) continue
        const conditioning = Math.max(1, price / (deviation * black76Vega(1, strike, 1, deviation)))
        rows.push({ strike, deviation, price, conditioning })
      }
    }
    const kernel = wasmKernel()
    const column = (f: (row: (typeof rows)[number]) => number) => {
      const numbers = kernel.allocate(rows.length)
      numbers.set(rows.map(f))
      return numbers
    }
    const one = column(() => 1)
    const vol = column(() => 0)
    const quotes = {
      forward: one,
      strike: column((r) => r.strike),
      years: one,
      sign: one,
      price: column((r) => r.price),
    }
    kernel.impliedVols(rows.length, quotes, vol)
    rows.forEach((row, i) => {
      const error = Math.abs(vol[i]! / row.deviation - 1) / row.conditioning
      const promised = 2e-15 / row.deviation + 4e-14
      expect(error, `strike ${row.strike} deviation ${row.deviation}: ${vol[i]}`).toBeLessThan(promised)
    })
    expect(rows.length).toBeGreaterThan(5000)
  })
  it('limits: prices without a solution are marked', () => {
    for (const kernel of [wasmKernel(10_000), createTypeScriptKernel(10_000)]) {
      const column = (...numbers: number[]) => {
        const c = kernel.allocate(5)
        c.set(numbers)
        return c
      }
      const quotes = {
        forward: column(100, 100, 100, 100, 100),
        strike: column(80, 80, 120, 120, 100),
        years: column(1, 1, 1, 0.25, 1),
        sign: column(1, 1, -1, 1, -1),
        price: column(19.9, 20, 120, 100.5, -1),
      }
      const vol = kernel.allocate(5)
      kernel.impliedVols(5, quotes, vol)
      expect([...vol]).toEqual([-1, 0, -2, -2, -1])
    }
  })
  it('behavior: every output is a number on the adversarial rows', () => {
    for (const kernel of [wasmKernel(), createTypeScriptKernel(DIGEST_CAPACITY_BYTES)]) {
      for (const { name, column } of digestColumns(kernel)) {
        expect(
          column.findIndex((x) => Number.isNaN(x)),
          name,
        ).toBe(-1)
      }
    }
  })
  it('behavior: revaluation is the sum of price differences', () => {
    const kernel = openKernel(100_000)
    const held: HeldOption[] = [
      { right: 'call', forward: 100, strike: 110, yearsToExpiry: 0.3, vol: 0.7, discountFactor: 0.98, size: 2 },
      { right: 'put', forward: 100, strike: 80, yearsToExpiry: 0.1, vol: 0.9, discountFactor: 1, size: -5 },
    ]
    const shocks = [
      { spotFactor: 1, volFactor: 1 },
      { spotFactor: 0.7, volFactor: 1.5 },
      { spotFactor: 1.3, volFactor: 0.8 },
    ]
    const scenarios = prepareScenarios(kernel, shocks)
    const pnl = kernel.allocate(3)
    kernel.revalueOptions(prepareOptions(kernel, held), scenarios, pnl)
    shocks.forEach((shock, j) => {
      let sum = 0
      for (const h of held) {
        const at = (spot: number, vol: number) =>
          black76Price(h.right, 100 * spot, h.strike, h.yearsToExpiry, h.vol * vol, h.discountFactor)
        sum += h.size * (at(shock.spotFactor, shock.volFactor) - at(1, 1))
      }
      expect(pnl[j]).toBeCloseTo(sum, 10)
    })
  })
})

describe('around the kernel', () => {
  it(`behavior: the artefact stays within its budget of ${BUDGET_BYTES} bytes`, () => {
    expect(kernelArtefactBytes()).toBeLessThanOrEqual(BUDGET_BYTES)
  })
  it('behavior: where WebAssembly is missing, TypeScript serves', async () => {
    const native = Object.getOwnPropertyDescriptor(globalThis, 'WebAssembly')!
    try {
      Reflect.deleteProperty(globalThis, 'WebAssembly')
      expect(openKernel(1000).implementation).toBe('typescript')
      expect((await openKernelAsync(1000)).implementation).toBe('typescript')
    } finally {
      Object.defineProperty(globalThis, 'WebAssembly', native)
    }
    expect(openKernel(1000).implementation).toBe('wasm-simd')
    expect((await openKernelAsync(1000)).implementation).toBe('wasm-simd')
  })
  it('error: columns of another kernel, short columns and used-up memory are refused by both', () => {
    for (const kernel of [wasmKernel(100_000), createTypeScriptKernel(100_000)]) {
      const other = createTypeScriptKernel(100_000)
      const rows: Row[] = [{ spot: 100, strike: 100, years: 1, vol: 0.5, rate: 0, dividendYield: 0, sign: 1 }]
      const options = columnsOf(kernel, rows)
      const out = greekColumns(kernel, 1)
      expect(() => kernel.optionGreeks(1, { ...options, spot: other.allocate(1) }, out)).toThrow(
        /spot must be a column/,
      )
      expect(() => kernel.optionGreeks(2, options, out)).toThrow(/at least 2/)
      expect(() => kernel.optionGreeks(-1, options, out)).toThrow(InputError)
      expect(() => kernel.allocate(1e9)).toThrow(/capacityBytes/)
      expect(() => kernel.allocate(Number.NaN)).toThrow(InputError)
    }
    expect(() => openKernel(Number.NaN)).toThrow(InputError)
  })
  it('error: a book that points outside its table is refused by both', () => {
    for (const kernel of [wasmKernel(100_000), createTypeScriptKernel(100_000)]) {
      const offsets = kernel.allocateIndices(3)
      const instrument = kernel.allocateIndices(2)
      const size = kernel.allocate(2)
      const table = kernel.allocate(16)
      const worst = kernel.allocate(2)
      const book = { accounts: 2, offsets, instrument, size }
      offsets.set([0, 1, 2])
      instrument.set([0, 2])
      expect(() => kernel.evaluateBook(book, table, 8, worst)).toThrow(/instrument\[1\]/)
      instrument.set([0, 1])
      offsets.set([0, 2, 1])
      expect(() => kernel.evaluateBook(book, table, 8, worst)).toThrow(/offsets/)
      offsets.set([0, 1, 2])
      expect(() => kernel.evaluateBook(book, table, 7, worst)).toThrow(/stride/)
      kernel.evaluateBook(book, table, 8, worst)
    }
  })
  it('error: rows outside the domain are found with their place', () => {
    const kernel = openKernel(100_000)
    const good: Row = { spot: 100, strike: 100, years: 1, vol: 0.5, rate: 0, dividendYield: 0, sign: 1 }
    expect(checkOptionColumns(2, columnsOf(kernel, [good, good]))).toBeUndefined()
    for (const name of NAMES) {
      for (const value of [Number.NaN, Infinity, -Infinity]) {
        const found = checkOptionColumns(2, columnsOf(kernel, [good, { ...good, [name]: value }]))
        expect(found).toMatchObject({ row: 1, error: { code: 'INVALID_INPUT', field: name } })
      }
    }
  })
  it('error: shocks and held options outside their range are refused', () => {
    const kernel = openKernel(100_000)
    expect(() => prepareScenarios(kernel, [])).toThrow(/shocks/)
    expect(() => prepareScenarios(kernel, [{ spotFactor: 0, volFactor: 1 }])).toThrow(/spotFactor/)
    expect(() => prepareScenarios(kernel, [{ spotFactor: 1, volFactor: Number.NaN }])).toThrow(/volFactor/)
    const held: HeldOption = {
      right: 'call',
      forward: 100,
      strike: 100,
      yearsToExpiry: 1,
      vol: 0.5,
      discountFactor: 1,
      size: 1,
    }
    expect(() => prepareOptions(kernel, [{ ...held, vol: 13 }])).toThrow(/vol/)
    expect(() => prepareOptions(kernel, [{ ...held, size: Number.NaN }])).toThrow(/size/)
  })
})
