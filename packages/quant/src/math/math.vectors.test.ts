import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as math from './index.js'

/** 50-digit figures; see test/vectors/README.md. Each row holds the arguments and, last, the value. */
const vectors = JSON.parse(readFileSync(new URL('../../test/vectors/math.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, readonly (readonly number[])[]>
>

const ULP = 2 ** -52

/** Largest error over the rows, relative to max(|value|, floor). */
function worst(name: string, f: (...args: number[]) => number, floor = 0) {
  let at: readonly number[] = []
  let error = 0
  for (const row of vectors[name]!) {
    const value = row[row.length - 1]!
    const got = f(...row.slice(0, -1))
    const e = got === value ? 0 : Math.abs(got - value) / Math.max(Math.abs(value), floor)
    if (!(e <= error)) {
      error = e
      at = [...row, got]
    }
  }
  return { error, at }
}

// Tolerances are what the docstrings promise; ULP is the spacing of doubles above 1, so 1 ulp of a value is between
// ULP/2 and ULP of it, and the figures themselves are rounded to half of that.
const promised: readonly [string, (...args: number[]) => number, number, number?][] = [
  ['exp', math.exp, ULP],
  ['expm1', math.expm1, 2 * ULP],
  ['log', math.log, ULP],
  ['log1p', math.log1p, ULP],
  ['pow', math.pow, 2 * ULP],
  ['sin', math.sin, ULP],
  ['cos', math.cos, ULP],
  ['atan', math.atan, 1.5 * ULP],
  ['asin', math.asin, 3 * ULP],
  ['erfc', math.erfc, 4e-15],
  ['erfcx', math.erfcx, 4e-15],
  ['normalPdf', math.normalPdf, 4e-16],
  ['normalCdf', math.normalCdf, 4e-15],
  ['normalLogCdf', math.normalLogCdf, 4e-15],
  ['normalQuantile', math.normalQuantile, 1e-14],
  ['logGamma', math.logGamma, 1e-14, 1],
  ['bivariateNormal', math.bivariateNormalCdf, 2e-15, 1],
  ['studentT', math.studentTCdf, 1e-12],
  ['chiSquare', math.chiSquareCdf, 1e-12],
  ['noncentralChiSquare', math.noncentralChiSquareCdf, 1e-11],
]

describe('against 50-digit figures', () => {
  for (const [name, f, tolerance, floor] of promised) {
    it(`behavior: ${name} within ${tolerance}`, () => {
      const { error, at } = worst(name, f, floor)
      expect(error, `worst at ${at.join(', ')} (arguments, figure, ours)`).toBeLessThanOrEqual(tolerance)
    })
  }
})

describe('limits', () => {
  it('limits: exp and log at the ends of the range', () => {
    expect(math.exp(-Infinity)).toBe(0)
    expect(math.exp(Infinity)).toBe(Infinity)
    expect(math.exp(0)).toBe(1)
    expect(math.exp(-745.13)).toBe(5e-324)
    expect(math.exp(709.782712893384)).toBeLessThan(Infinity)
    expect(math.log(0)).toBe(-Infinity)
    expect(math.log(1)).toBe(0)
    expect(math.log(-1)).toBeNaN()
    expect(math.expm1(-Infinity)).toBe(-1)
    expect(math.log1p(-1)).toBe(-Infinity)
  })
  it('limits: pow follows IEEE 754 except that 1^y is 1', () => {
    for (const x of [-Infinity, -2.5, -2, -1, -0.5, -0, 0, 0.5, 2, Infinity]) {
      for (const y of [-Infinity, -3, -2, -0.5, 0, 0.5, 1, 2, 3, Infinity]) {
        const got = math.pow(x, y)
        // biome-ignore lint/style/useExponentiationOperator: the language's own is the reference here
        const native = Math.pow(x, y)
        if (Number.isFinite(native)) expect(got, `${x}^${y}`).toBeCloseTo(native, 14)
        else expect(got, `${x}^${y}`).toBe(native)
      }
    }
  })
  it('limits: the normal distribution at infinity and at 0', () => {
    expect(math.normalCdf(-Infinity)).toBe(0)
    expect(math.normalCdf(Infinity)).toBe(1)
    expect(math.normalCdf(0)).toBe(0.5)
    expect(math.normalQuantile(0)).toBe(-Infinity)
    expect(math.normalQuantile(1)).toBe(Infinity)
    expect(math.normalQuantile(0.5)).toBe(0)
    expect(math.normalQuantile(1.5)).toBeNaN()
    expect(math.normalLogCdf(-Infinity)).toBe(-Infinity)
    expect(math.normalLogCdf(Infinity)).toBe(0)
    expect(math.erfcx(-30)).toBe(Infinity)
    expect(math.erfc(40)).toBe(0)
  })
  it('limits: NaN goes through every function as NaN', () => {
    for (const f of [math.exp, math.expm1, math.log, math.log1p, math.sin, math.cos, math.atan, math.asin]) {
      expect(f(Number.NaN)).toBeNaN()
    }
    for (const f of [math.normalPdf, math.normalCdf, math.normalLogCdf, math.normalQuantile, math.erfc, math.erfcx]) {
      expect(f(Number.NaN)).toBeNaN()
    }
    expect(math.pow(Number.NaN, 2)).toBeNaN()
    expect(math.bivariateNormalCdf(0, Number.NaN, 0.5)).toBeNaN()
  })
  it('limits: the bivariate normal at correlation ±1 and at infinity', () => {
    expect(math.bivariateNormalCdf(0.3, 1, 1)).toBe(math.normalCdf(0.3))
    expect(math.bivariateNormalCdf(0.3, -1, -1)).toBe(0)
    expect(math.bivariateNormalCdf(0.3, 1, -1)).toBeCloseTo(math.normalCdf(0.3) - math.normalCdf(-1), 15)
    expect(math.bivariateNormalCdf(Infinity, 0.3, 0.99)).toBe(math.normalCdf(0.3))
    expect(math.bivariateNormalCdf(0.3, 0.7, 0)).toBeCloseTo(math.normalCdf(0.3) * math.normalCdf(0.7), 15)
    for (const c of [-0.99, -0.93, 0.93, 0.999999]) {
      for (const [x, y] of [
        [60, -60],
        [-60, 60],
        [60, 60],
        [-60, -60],
      ] as const) {
        const got = math.bivariateNormalCdf(x, y, c)
        expect(got >= 0 && got <= 1, `${x}, ${y}, ${c}: ${got}`).toBe(true)
      }
    }
  })
})

describe('laws', () => {
  it('behavior: the Student t quantile undoes its distribution', () => {
    for (const nu of [0.7, 1, 2, 3, 4.5, 10, 30, 300]) {
      for (const p of [1e-14, 1e-6, 0.001, 0.1, 0.249, 0.251, 0.4999, 0.500001, 0.7, 0.95, 0.999]) {
        const back = math.studentTCdf(math.studentTQuantile(p, nu), nu)
        expect(Math.abs(back - p) / Math.min(p, 1 - p), `nu ${nu} p ${p} back ${back}`).toBeLessThan(2e-12)
      }
    }
  })
  it('behavior: the normal quantile undoes the distribution', () => {
    for (let x = -37; x < 5; x += 0.37) {
      const conditioning = x > 0 ? 1e-16 / math.normalPdf(x) : 0
      expect(Math.abs(math.normalQuantile(math.normalCdf(x)) - x)).toBeLessThan(
        1e-14 * Math.abs(x) + conditioning + 1e-15,
      )
    }
  })
  it('behavior: non-central chi-square without noncentrality is chi-square', () => {
    expect(math.noncentralChiSquareCdf(3, 4, 0)).toBe(math.chiSquareCdf(3, 4))
    expect(math.noncentralChiSquareCdf(3, 4, 1e-12)).toBeCloseTo(math.chiSquareCdf(3, 4), 11)
  })
})
