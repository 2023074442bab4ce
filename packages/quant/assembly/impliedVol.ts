import { add, constant, densityAtZero, div, half, log, minusHalf, mul, one, storeTails, sub, yearsMin, zero } from './elementary'

const NUMBERS: usize = memory.data<f64>([
  // smallest share that is solved, ln √(2π), √(π/2), 2, ¼, 3, -0.6, 1e-5, -1, -2
  1e-290, 0.9189385332046728, 1.2533141373155001, 2, 0.25, 3, -0.6, 1e-5, -1, -2,
])
const STEPS_MAX: i32 = 16
/** Offsets in the scratch region. */
const RATIO1: usize = 0
const RATIO2: usize = 16

// @ts-ignore: decorator
@inline function select(mask: v128, yes: v128, no: v128): v128 {
  return v128.bitselect(yes, no, mask)
}

/**
 * Implied vols of undiscounted prices, two a step; -1 marks a price below intrinsic, -2 one not under its maximum. Columns
 * of f64, padded to an even length. A lane that has converged is frozen, so that its neighbour cannot change it.
 */
export function impliedVols(
  count: i32, forward: usize, strike: usize, years: usize, sign: usize, price: usize, vol: usize, scratch: usize,
): void {
  const end = <usize>count << 3
  for (let at: usize = 0; at < end; at += 16) {
    const F = v128.load(forward + at)
    const K = v128.load(strike + at)
    const w = v128.load(sign + at)
    const V = v128.load(price + at)
    const low = f64x2.pmin(F, K)
    const intrinsic = mul(w, sub(F, K))
    const timeValue = sub(V, f64x2.pmax(intrinsic, zero()))
    const room = sub(select(f64x2.gt(w, zero()), F, K), V)
    const share = f64x2.pmax(div(timeValue, low), constant(NUMBERS, 0))
    const rest = f64x2.pmax(div(room, low), constant(NUMBERS, 0))
    const k = log(div(f64x2.pmax(F, K), low))
    const s = solve(k, share, rest, scratch)
    const sqrtT = f64x2.sqrt(f64x2.pmax(v128.load(years + at), yearsMin()))
    let answer = div(s, sqrtT)
    answer = select(f64x2.gt(room, zero()), answer, constant(NUMBERS, 9))
    answer = select(f64x2.eq(timeValue, zero()), zero(), answer)
    answer = select(f64x2.lt(timeValue, zero()), constant(NUMBERS, 8), answer)
    v128.store(vol + at, answer)
  }
}

/**
 * Deviation at which β(s) is `share`, 1 − β being `rest`: Householder's third-order method on 1/ln β below the point of
 * inflection and on ln(1 − β) above it, as src/pricing/impliedDeviation.ts explains.
 */
// @ts-ignore: decorator
@inline function solve(k: v128, share: v128, rest: v128, scratch: usize): v128 {
  const inflection = f64x2.sqrt(mul(constant(NUMBERS, 3), k))
  storeTails(inflection, inflection, one(), scratch + RATIO1, scratch + RATIO2)
  const shareThere = mul(densityAtZero(), sub(constant(NUMBERS, 2), v128.load(scratch + RATIO1)))
  const lower = f64x2.lt(share, shareThere)
  const target = log(select(lower, share, rest))
  const tangent = add(inflection, div(sub(share, shareThere), densityAtZero()))
  const depth = sub(log(f64x2.pmax(shareThere, constant(NUMBERS, 0))), target)
  const outer = div(k, f64x2.sqrt(add(mul(half(), k), mul(constant(NUMBERS, 3), depth))))
  let s = select(lower, f64x2.pmax(outer, tangent), tangent)
  let active = f64x2.eq(one(), one())
  for (let n = 0; n < STEPS_MAX && v128.any_true(active); n++) {
    const moved = next(k, s, target, lower, inflection, scratch)
    const step = f64x2.abs(sub(moved, s))
    const frozen = s
    s = select(active, moved, s)
    active = v128.and(active, f64x2.gt(step, mul(constant(NUMBERS, 7), frozen)))
  }
  return s
}

// @ts-ignore: decorator
@inline function next(k: v128, s: v128, target: v128, lower: v128, inflection: v128, scratch: usize): v128 {
  const z = div(k, s)
  const h1 = sub(mul(half(), s), z)
  storeTails(f64x2.abs(h1), add(mul(half(), s), z), one(), scratch + RATIO1, scratch + RATIO2)
  const ratio1 = v128.load(scratch + RATIO1)
  const ratio2 = v128.load(scratch + RATIO2)
  // For deviations near the spacing of doubles the difference may round to 0, which has no logarithm.
  const bracket = f64x2.pmax(select(lower, sub(ratio1, ratio2), add(ratio1, ratio2)), constant(NUMBERS, 0))
  const logValue = add(sub(mul(mul(minusHalf(), h1), h1), constant(NUMBERS, 1)), log(bracket))
  const inverseBracket = div(one(), bracket)
  const first = select(lower, inverseBracket, f64x2.neg(inverseBracket))
  const inverseLog = select(lower, div(one(), logValue), zero())
  const inverseS = div(one(), s)
  const second = sub(mul(mul(z, z), inverseS), mul(constant(NUMBERS, 4), s))
  const bend = mul(z, inverseS)
  const third = sub(sub(mul(second, second), mul(constant(NUMBERS, 5), mul(bend, bend))), constant(NUMBERS, 4))

  const gap = mul(sub(target, logValue), select(lower, div(logValue, target), one()))
  const newton = div(gap, first)
  const twice = add(one(), mul(constant(NUMBERS, 3), inverseLog))
  const halley = sub(second, mul(first, twice))
  const cube = add(one(), mul(constant(NUMBERS, 5), mul(inverseLog, add(one(), inverseLog))))
  const last = sub(
    add(third, mul(constant(NUMBERS, 3), mul(mul(first, first), cube))),
    mul(constant(NUMBERS, 5), mul(mul(second, first), twice)),
  )
  const above = mul(newton, add(one(), mul(mul(half(), newton), halley)))
  const below = add(one(), mul(newton, add(halley, div(mul(newton, last), mul(constant(NUMBERS, 3), constant(NUMBERS, 5))))))
  const step = f64x2.pmax(
    f64x2.pmin(div(above, below), add(mul(constant(NUMBERS, 3), s), one())),
    mul(constant(NUMBERS, 6), s),
  )
  const moved = add(s, step)
  return select(lower, f64x2.pmin(moved, inflection), f64x2.pmax(moved, mul(half(), add(s, inflection))))
}
