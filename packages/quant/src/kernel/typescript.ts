import { exp } from '../math/exp.js'
import { log } from '../math/log.js'
import { millsDenominator, millsNumerator } from '../math/millsRatio.js'
import { type Arena, createArena } from './arena.js'
import { requireBook, requireRevaluation, requireRows } from './checks.js'
import type {
  BookColumns,
  GreekColumns,
  Kernel,
  OptionColumns,
  RevaluationColumns,
  ScenarioColumns,
} from './contract.js'

import { impliedVols } from './impliedVols.js'
import { pmax, pmin } from './lanes.js'
import { millsNearDenominator, millsNearNumerator, NEAR } from './millsNear.js'

/**
 * The plain implementation: what the kernel of `assembly/` must equal to the bit, line by line, and what serves where
 * WebAssembly SIMD is missing. An expression here is an order of rounding; change both or neither.
 */

const FAR = 37.5
const DENSITY_AT_ZERO = 0.3989422804014327
const YEARS_MIN = 1e-12
const VOL_MIN = 1e-8

function clampFar(d: number): number {
  return pmax(pmin(d, FAR), -FAR)
}

function clampNear(d: number): number {
  return pmax(pmin(d, NEAR), -NEAR)
}

/** whole · Φ(e) from tail = whole · Φ(−|e|). */
function share(whole: number, tail: number, e: number): number {
  return e > 0 ? whole + -tail : 0 + tail
}

function optionGreeks(count: number, options: OptionColumns, out: GreekColumns): void {
  for (let i = 0; i < count; i++) {
    const S = options.spot[i]!
    const T = pmax(options.years[i]!, YEARS_MIN)
    const v = pmax(options.vol[i]!, VOL_MIN)
    const r = options.rate[i]!
    const q = options.dividendYield[i]!
    const w = options.sign[i]!

    const s = v * Math.sqrt(T)
    const inverse = 1 / s
    const k = log(S / options.strike[i]!) + (r - q) * T
    const raw1 = k * inverse + 0.5 * s
    const d1 = clampFar(raw1)
    const d2 = clampFar(raw1 - s)
    const spotValue = S * exp(-(q * T))
    const strikeValue = options.strike[i]! * exp(-(r * T))
    const density = spotValue * (exp(-0.5 * d1 * d1) * DENSITY_AT_ZERO)

    const x1 = Math.abs(d1)
    const x2 = Math.abs(d2)
    const q1 = millsDenominator(x1)
    const q2 = millsDenominator(x2)
    const both = density / (q1 * q2)
    const spotPart = share(spotValue, millsNumerator(x1) * q2 * both, w * d1)
    const strikePart = share(strikeValue, millsNumerator(x2) * q1 * both, w * d2)
    const inverseSpot = 1 / S

    out.price[i] = pmax(w * (spotPart - strikePart), 0)
    out.delta[i] = w * spotPart * inverseSpot
    out.gamma[i] = density * inverse * inverseSpot * inverseSpot
    out.vega[i] = density * Math.sqrt(T)
    out.theta[i] = w * (q * spotPart - r * strikePart) - 0.5 * density * (v * v * inverse)
    out.rho[i] = w * T * strikePart
  }
}

/** Undiscounted Black-76 value of option `i` in scenario `j`. */
function scenarioValue(options: RevaluationColumns, i: number, scenarios: ScenarioColumns, j: number): number {
  const w = options.sign[i]!
  const F = options.forward[i]! * scenarios.spotFactor[j]!
  const s = options.deviation[i]! * scenarios.volFactor[j]!
  const inverse = options.inverseDeviation[i]! * scenarios.inverseVolFactor[j]!
  const raw1 = (options.logMoneyness[i]! + scenarios.logSpotFactor[j]!) * inverse + 0.5 * s
  const d1 = clampNear(raw1)
  const d2 = clampNear(raw1 - s)
  const density = F * (exp(-0.5 * d1 * d1) * DENSITY_AT_ZERO)
  const x1 = Math.abs(d1)
  const x2 = Math.abs(d2)
  const q1 = millsNearDenominator(x1)
  const q2 = millsNearDenominator(x2)
  const both = density / (q1 * q2)
  const forwardPart = share(F, millsNearNumerator(x1) * q2 * both, w * d1)
  const strikePart = share(options.strike[i]!, millsNearNumerator(x2) * q1 * both, w * d2)
  return pmax(w * (forwardPart - strikePart), 0)
}

function revalueOptions(options: RevaluationColumns, scenarios: ScenarioColumns, pnl: Float64Array): void {
  for (let i = 0; i < options.count; i++) {
    for (let j = 0; j < scenarios.count; j++) {
      pnl[j] = pnl[j]! + options.weight[i]! * (scenarioValue(options, i, scenarios, j) - options.base[i]!)
    }
  }
}

function scenarioTable(options: RevaluationColumns, scenarios: ScenarioColumns, table: Float64Array): void {
  for (let i = 0; i < options.count; i++) {
    for (let j = 0; j < scenarios.stride; j++) {
      const gain = scenarioValue(options, i, scenarios, j) - options.base[i]!
      table[i * scenarios.stride + j] = options.weight[i]! * gain
    }
  }
}

function evaluateBook(book: BookColumns, table: Float64Array, stride: number, worst: Float64Array): void {
  for (let a = 0; a < book.accounts; a++) {
    let lowest = Infinity
    for (let j = 0; j < stride; j++) {
      let pnl = 0
      for (let p = book.offsets[a]!; p < book.offsets[a + 1]!; p++) {
        pnl += book.size[p]! * table[book.instrument[p]! * stride + j]!
      }
      lowest = pmin(lowest, pnl)
    }
    worst[a] = lowest
  }
}

/**
 * The kernel in plain TypeScript, with memory of its own.
 *
 * @param capacityBytes - room for columns.
 */
export function createTypeScriptKernel(capacityBytes: number): Kernel {
  const arena: Arena = createArena(new ArrayBuffer(capacityBytes), 0)
  return {
    implementation: 'typescript',
    allocate: arena.allocate,
    allocateIndices: arena.allocateIndices,
    optionGreeks: (count, options, out) => {
      requireRows(arena, count, options, out)
      optionGreeks(count, options, out)
    },
    impliedVols: (count, quotes, vol) => {
      requireRows(arena, count, quotes, { vol })
      impliedVols(count, quotes, vol)
    },
    revalueOptions: (options, scenarios, pnl) => {
      requireRevaluation(arena, options, scenarios)
      arena.require('pnl', pnl, scenarios.count)
      revalueOptions(options, scenarios, pnl)
    },
    scenarioTable: (options, scenarios, table) => {
      requireRevaluation(arena, options, scenarios)
      arena.require('table', table, options.count * scenarios.stride)
      scenarioTable(options, scenarios, table)
    },
    evaluateBook: (book, table, stride, worst) => {
      requireBook(arena, book, table, stride, worst)
      evaluateBook(book, table, stride, worst)
    },
  }
}
