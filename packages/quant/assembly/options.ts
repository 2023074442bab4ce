import {
  add, clampFar, densityAtZero, div, exp, half, log, minusHalf, mul, one, signBit, storeTails, sub, volMin, yearsMin, zero,
} from './elementary'
import { BLOCK, D1, DENSITY, DEVIATION, INVERSE, SPOT_VALUE, STRIKE_VALUE, TAIL1, TAIL2 } from './scratch'

/** whole · Φ(e) from tail = whole · Φ(−|e|): whole − tail where e > 0, else tail. */
// @ts-ignore: decorator
@inline export function share(whole: v128, tail: v128, e: v128): v128 {
  const positive = f64x2.gt(e, zero())
  return add(v128.and(whole, positive), v128.xor(tail, v128.and(positive, signBit())))
}

/**
 * Black–Scholes price and Greeks of `count` options, two a step. Columns of f64, 16-byte aligned, padded to an even
 * length: the pad is computed and ignored.
 *
 * In passes over blocks, because one long body would wait for its own chain of dependent operations: a processor
 * overlaps many steps of a short loop, and few of a long one.
 */
export function optionGreeks(
  count: i32,
  spot: usize, strike: usize, years: usize, vol: usize, rate: usize, dividendYield: usize, sign: usize,
  price: usize, delta: usize, gamma: usize, vega: usize, theta: usize, rho: usize,
  scratch: usize,
): void {
  const end = <usize>count << 3
  for (let block: usize = 0; block < end; block += BLOCK) {
    const size = block + BLOCK < end ? BLOCK : end - block
    distances(size, scratch, spot + block, strike + block, years + block, vol + block, rate + block, dividendYield + block)
    discounted(size, scratch + SPOT_VALUE, spot + block, dividendYield + block, years + block)
    discounted(size, scratch + STRIKE_VALUE, strike + block, rate + block, years + block)
    densities(size, scratch)
    tails(size, scratch)
    greeks(
      size, scratch, spot + block, years + block, vol + block, rate + block, dividendYield + block, sign + block,
      price + block, delta + block, gamma + block, vega + block, theta + block, rho + block,
    )
  }
}

function distances(
  size: usize, scratch: usize, spot: usize, strike: usize, years: usize, vol: usize, rate: usize, dividendYield: usize,
): void {
  for (let at: usize = 0; at < size; at += 16) {
    const T = f64x2.pmax(v128.load(years + at), yearsMin())
    const s = mul(f64x2.pmax(v128.load(vol + at), volMin()), f64x2.sqrt(T))
    const inverse = div(one(), s)
    const carry = mul(sub(v128.load(rate + at), v128.load(dividendYield + at)), T)
    const k = add(log(div(v128.load(spot + at), v128.load(strike + at))), carry)
    v128.store(scratch + D1 + at, add(mul(k, inverse), mul(half(), s)))
    v128.store(scratch + DEVIATION + at, s)
    v128.store(scratch + INVERSE + at, inverse)
  }
}

/** amount e^(−rate T) */
function discounted(size: usize, out: usize, amount: usize, rate: usize, years: usize): void {
  for (let at: usize = 0; at < size; at += 16) {
    const T = f64x2.pmax(v128.load(years + at), yearsMin())
    v128.store(out + at, mul(v128.load(amount + at), exp(f64x2.neg(mul(v128.load(rate + at), T)))))
  }
}

/** S e^(−qT) φ(d1) */
function densities(size: usize, scratch: usize): void {
  for (let at: usize = 0; at < size; at += 16) {
    const d1 = clampFar(v128.load(scratch + D1 + at))
    const bell = mul(exp(mul(mul(minusHalf(), d1), d1)), densityAtZero())
    v128.store(scratch + DENSITY + at, mul(v128.load(scratch + SPOT_VALUE + at), bell))
  }
}

/** S e^(−qT) Φ(−|d1|) and K e^(−rT) Φ(−|d2|): both are the density times a Mills ratio. */
function tails(size: usize, scratch: usize): void {
  for (let at: usize = 0; at < size; at += 16) {
    const raw1 = v128.load(scratch + D1 + at)
    const x1 = f64x2.abs(clampFar(raw1))
    const x2 = f64x2.abs(clampFar(sub(raw1, v128.load(scratch + DEVIATION + at))))
    storeTails(x1, x2, v128.load(scratch + DENSITY + at), scratch + TAIL1 + at, scratch + TAIL2 + at)
  }
}

function greeks(
  size: usize, scratch: usize, spot: usize, years: usize, vol: usize, rate: usize, dividendYield: usize, sign: usize,
  price: usize, delta: usize, gamma: usize, vega: usize, theta: usize, rho: usize,
): void {
  for (let at: usize = 0; at < size; at += 16) {
    const raw1 = v128.load(scratch + D1 + at)
    const d1 = clampFar(raw1)
    const d2 = clampFar(sub(raw1, v128.load(scratch + DEVIATION + at)))
    const density = v128.load(scratch + DENSITY + at)
    const tail1 = v128.load(scratch + TAIL1 + at)
    const tail2 = v128.load(scratch + TAIL2 + at)

    const w = v128.load(sign + at)
    const spotPart = share(v128.load(scratch + SPOT_VALUE + at), tail1, mul(w, d1))
    const strikePart = share(v128.load(scratch + STRIKE_VALUE + at), tail2, mul(w, d2))
    const T = f64x2.pmax(v128.load(years + at), yearsMin())
    const v = f64x2.pmax(v128.load(vol + at), volMin())
    const inverse = v128.load(scratch + INVERSE + at)
    const inverseSpot = div(one(), v128.load(spot + at))

    v128.store(price + at, f64x2.pmax(mul(w, sub(spotPart, strikePart)), zero()))
    v128.store(delta + at, mul(mul(w, spotPart), inverseSpot))
    v128.store(gamma + at, mul(mul(mul(density, inverse), inverseSpot), inverseSpot))
    v128.store(vega + at, mul(density, f64x2.sqrt(T)))
    const decay = mul(mul(half(), density), mul(mul(v, v), inverse))
    const carry = sub(mul(v128.load(dividendYield + at), spotPart), mul(v128.load(rate + at), strikePart))
    v128.store(theta + at, sub(mul(w, carry), decay))
    v128.store(rho + at, mul(mul(w, T), strikePart))
  }
}
