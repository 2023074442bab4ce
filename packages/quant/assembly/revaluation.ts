import {
  add, clampNear, densityAtZero, exp, half, minusHalf, mul, storeTailsNear, sub, zero,
} from './elementary'
import { share } from './options'
import { BLOCK, D1, DENSITY, DEVIATION, SPOT_VALUE, TAIL1, TAIL2 } from './scratch'

/** First half of an undiscounted Black-76 value in the scenarios of a block: forward, distance, deviation, density. */
function prepare(
  size: usize, scratch: usize, row: usize, forward: usize, logMoneyness: usize, deviation: usize, inverseDeviation: usize,
  spotFactor: usize, logSpotFactor: usize, volFactor: usize, inverseVolFactor: usize,
): void {
  const F0 = v128.load64_splat(forward + row)
  const k0 = v128.load64_splat(logMoneyness + row)
  const s0 = v128.load64_splat(deviation + row)
  const inverse0 = v128.load64_splat(inverseDeviation + row)
  for (let at: usize = 0; at < size; at += 16) {
    const F = mul(F0, v128.load(spotFactor + at))
    const s = mul(s0, v128.load(volFactor + at))
    const inverse = mul(inverse0, v128.load(inverseVolFactor + at))
    const raw1 = add(mul(add(k0, v128.load(logSpotFactor + at)), inverse), mul(half(), s))
    const d1 = clampNear(raw1)
    v128.store(scratch + SPOT_VALUE + at, F)
    v128.store(scratch + DEVIATION + at, s)
    v128.store(scratch + D1 + at, raw1)
    v128.store(scratch + DENSITY + at, mul(F, mul(exp(mul(mul(minusHalf(), d1), d1)), densityAtZero())))
  }
}

/** F Φ(−|d1|) and K Φ(−|d2|): both are the density times a Mills ratio. */
function tails(size: usize, scratch: usize): void {
  for (let at: usize = 0; at < size; at += 16) {
    const raw1 = v128.load(scratch + D1 + at)
    const x1 = f64x2.abs(clampNear(raw1))
    const x2 = f64x2.abs(clampNear(sub(raw1, v128.load(scratch + DEVIATION + at))))
    storeTailsNear(x1, x2, v128.load(scratch + DENSITY + at), scratch + TAIL1 + at, scratch + TAIL2 + at)
  }
}

/** Second half: w (F Φ(w d1) − K Φ(w d2)) in two scenarios. */
// @ts-ignore: decorator
@inline function value(w: v128, strike: v128, scratch: usize, at: usize): v128 {
  const raw1 = v128.load(scratch + D1 + at)
  const d1 = clampNear(raw1)
  const d2 = clampNear(sub(raw1, v128.load(scratch + DEVIATION + at)))
  const forwardPart = share(v128.load(scratch + SPOT_VALUE + at), v128.load(scratch + TAIL1 + at), mul(w, d1))
  const strikePart = share(strike, v128.load(scratch + TAIL2 + at), mul(w, d2))
  return f64x2.pmax(mul(w, sub(forwardPart, strikePart)), zero())
}

/** pnl[j] += weight[i] (value(i, j) − base[i]) for instruments i in order. Scenario columns are padded to even length. */
export function revalueOptions(
  instruments: i32,
  sign: usize, strike: usize, forward: usize, logMoneyness: usize, deviation: usize, inverseDeviation: usize,
  weight: usize, base: usize,
  scenarios: i32,
  spotFactor: usize, logSpotFactor: usize, volFactor: usize, inverseVolFactor: usize, pnl: usize,
  scratch: usize,
): void {
  const rows = <usize>instruments << 3
  const end = <usize>scenarios << 3
  for (let block: usize = 0; block < end; block += BLOCK) {
    const bytes = block + BLOCK < end ? BLOCK : end - block
    for (let i: usize = 0; i < rows; i += 8) {
      prepare(
        bytes, scratch, i, forward, logMoneyness, deviation, inverseDeviation,
        spotFactor + block, logSpotFactor + block, volFactor + block, inverseVolFactor + block,
      )
      tails(bytes, scratch)
      const w = v128.load64_splat(sign + i)
      const K = v128.load64_splat(strike + i)
      const size = v128.load64_splat(weight + i)
      const before = v128.load64_splat(base + i)
      for (let at: usize = 0; at < bytes; at += 16) {
        const gain = mul(size, sub(value(w, K, scratch, at), before))
        v128.store(pnl + block + at, add(v128.load(pnl + block + at), gain))
      }
    }
  }
}

/** table[i stride + j] = weight[i] (value(i, j) − base[i]); `stride` in elements, even, ≥ scenarios. */
export function scenarioTable(
  instruments: i32,
  sign: usize, strike: usize, forward: usize, logMoneyness: usize, deviation: usize, inverseDeviation: usize,
  weight: usize, base: usize,
  scenarios: i32,
  spotFactor: usize, logSpotFactor: usize, volFactor: usize, inverseVolFactor: usize, table: usize, stride: i32,
  scratch: usize,
): void {
  const rows = <usize>instruments << 3
  const end = <usize>scenarios << 3
  let row = table
  for (let i: usize = 0; i < rows; i += 8) {
    const w = v128.load64_splat(sign + i)
    const K = v128.load64_splat(strike + i)
    const size = v128.load64_splat(weight + i)
    const before = v128.load64_splat(base + i)
    for (let block: usize = 0; block < end; block += BLOCK) {
      const bytes = block + BLOCK < end ? BLOCK : end - block
      prepare(
        bytes, scratch, i, forward, logMoneyness, deviation, inverseDeviation,
        spotFactor + block, logSpotFactor + block, volFactor + block, inverseVolFactor + block,
      )
      tails(bytes, scratch)
      for (let at: usize = 0; at < bytes; at += 16) {
        v128.store(row + block + at, mul(size, sub(value(w, K, scratch, at), before)))
      }
    }
    row += <usize>stride << 3
  }
}
