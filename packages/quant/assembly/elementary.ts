// Two lanes of the package's elementary functions. Each line does what src/math does, in the same order, so that both
// give the same bits; no fused multiply-add, no relaxed SIMD.
//
// Constants are read from memory: a 128-bit literal costs the engine several instructions each time it is met.

// @ts-ignore: decorator
@inline export function add(a: v128, b: v128): v128 { return f64x2.add(a, b) }
// @ts-ignore: decorator
@inline export function sub(a: v128, b: v128): v128 { return f64x2.sub(a, b) }
// @ts-ignore: decorator
@inline export function mul(a: v128, b: v128): v128 { return f64x2.mul(a, b) }
// @ts-ignore: decorator
@inline export function div(a: v128, b: v128): v128 { return f64x2.div(a, b) }

/** Number `index` of a table in both lanes. */
// @ts-ignore: decorator
@inline export function constant(table: usize, index: usize): v128 {
  return v128.load64_splat(table + (index << 3))
}

/** t[i] + t[i + 1] x */
// @ts-ignore: decorator
@inline function line(table: usize, i: usize, x: v128): v128 {
  return add(constant(table, i), mul(constant(table, i + 1), x))
}

/** (t[i] + t[i + 1] x) + (t[i + 2] + t[i + 3] x) x² */
// @ts-ignore: decorator
@inline function cubic(table: usize, i: usize, x: v128, x2: v128): v128 {
  return add(line(table, i, x), mul(line(table, i + 2, x), x2))
}

/** low + (middle + high x⁴) x⁴ */
// @ts-ignore: decorator
@inline function join(low: v128, middle: v128, high: v128, x4: v128): v128 {
  return add(low, mul(add(middle, mul(high, x4)), x4))
}

const EXP: usize = memory.data<f64>([
  0.5000000000000001, 0.16666666666666669, 0.041666666666623824, 0.008333333333330039, 0.0013888888917367081,
  0.00019841269863171557, 2.4801521057868204e-5, 2.7557268276905696e-6, 2.7620201591031547e-7, 2.5100472505694996e-8,
  // log2 e, 1.5 · 2^52, ln 2 in two parts, 1
  1.4426950408889634, 6755399441055744, 6.9314718036912382e-1, 1.9082149292705877e-10, 1,
])

/** src/math/exp.ts, for arguments within ±708. */
// @ts-ignore: decorator
@inline export function exp(x: v128): v128 {
  const shifted = add(mul(x, constant(EXP, 10)), constant(EXP, 11))
  const k = sub(shifted, constant(EXP, 11))
  const r = sub(sub(x, mul(k, constant(EXP, 12))), mul(k, constant(EXP, 13)))
  const r2 = mul(r, r)
  const rest = join(cubic(EXP, 0, r, r2), cubic(EXP, 4, r, r2), line(EXP, 8, r), mul(r2, r2))
  const y = add(constant(EXP, 14), add(r, mul(r2, rest)))
  // y is within [½, 2): adding k to its exponent is the product with 2^k.
  return i64x2.add(y, i64x2.shl(shifted, 52))
}

const LOG: usize = memory.data<f64>([
  0.666666666666667, 0.3999999999989889, 0.28571428626253836, 0.22222211089379496, 0.1818289243253687,
  0.15331611722055008, 0.14617807153417325,
  // ln 2 in two parts, 1, 2, ½, 2^52 + 1023
  6.9314718036912382e-1, 1.9082149292705877e-10, 1, 2, 0.5, 4503599627371519,
])
const LOG_BITS: usize = memory.data<u64>([
  0x3ff0000000000000 - 0x3fe6a09e00000000, 0x4330000000000000, 0x000fffffffffffff, 0x3fe6a09e00000000,
])

/** src/math/log.ts, for positive normal arguments. */
// @ts-ignore: decorator
@inline export function log(x: v128): v128 {
  const shifted = i64x2.add(x, constant(LOG_BITS, 0))
  // The exponent as a double, by way of 2^52.
  const k = sub(v128.or(i64x2.shr_u(shifted, 52), constant(LOG_BITS, 1)), constant(LOG, 12))
  const fraction = i64x2.add(v128.and(shifted, constant(LOG_BITS, 2)), constant(LOG_BITS, 3))
  const f = sub(fraction, constant(LOG, 9))
  const s = div(f, add(constant(LOG, 10), f))
  const z = mul(s, s)
  const z2 = mul(z, z)
  const high = add(line(LOG, 4, z), mul(constant(LOG, 6), z2))
  const rest = add(cubic(LOG, 0, z, z2), mul(high, mul(z2, z2)))
  const half = mul(mul(constant(LOG, 11), f), f)
  const inner = add(mul(s, add(half, mul(z, rest))), mul(k, constant(LOG, 8)))
  return sub(mul(k, constant(LOG, 7)), sub(sub(half, inner), f))
}

/** a + b x */
// @ts-ignore: decorator
@inline function linear(a: v128, b: v128, x: v128): v128 { return add(a, mul(b, x)) }

/** (a + b x) + (c + d x) x² */
// @ts-ignore: decorator
@inline function cubicOf(a: v128, b: v128, c: v128, d: v128, x: v128, x2: v128): v128 {
  return add(linear(a, b, x), mul(linear(c, d, x), x2))
}

const MILLS: usize = memory.data<f64>([
  // numerator
  1.2533141373155001, 1.9343392924602012, 1.477130632565168, 0.7164987592268063, 0.24085976264579273,
  0.05794356596600657, 0.009972261006555374, 0.0011876297661518797, 8.943884635144609e-5, 3.2883806313960094e-6,
  // denominator
  1, 2.341264017611198, 2.5466381384279577, 1.6989360618870721, 0.7721002077634684, 0.2506531336118121,
  0.05912461941581575, 0.010061699841338693, 0.0011909181469863042, 8.943884634931043e-5, 3.28838063140611e-6,
])

/**
 * Stores factor · R(x1) and factor · R(x2) with the Mills ratio of src/math/millsRatio.ts. Both share each constant and
 * one division: n1 q2 (factor/(q1 q2)).
 */
// @ts-ignore: decorator
@inline export function storeTails(x1: v128, x2: v128, factor: v128, tail1: usize, tail2: usize): void {
  const y1 = mul(x1, x1)
  const y2 = mul(x2, x2)
  const z1 = mul(y1, y1)
  const z2 = mul(y2, y2)

  let a = constant(MILLS, 0)
  let b = constant(MILLS, 1)
  let c = constant(MILLS, 2)
  let d = constant(MILLS, 3)
  let low1 = cubicOf(a, b, c, d, x1, y1)
  let low2 = cubicOf(a, b, c, d, x2, y2)
  a = constant(MILLS, 4)
  b = constant(MILLS, 5)
  c = constant(MILLS, 6)
  d = constant(MILLS, 7)
  let middle1 = cubicOf(a, b, c, d, x1, y1)
  let middle2 = cubicOf(a, b, c, d, x2, y2)
  a = constant(MILLS, 8)
  b = constant(MILLS, 9)
  const n1 = join(low1, middle1, linear(a, b, x1), z1)
  const n2 = join(low2, middle2, linear(a, b, x2), z2)

  a = constant(MILLS, 10)
  b = constant(MILLS, 11)
  c = constant(MILLS, 12)
  d = constant(MILLS, 13)
  low1 = cubicOf(a, b, c, d, x1, y1)
  low2 = cubicOf(a, b, c, d, x2, y2)
  a = constant(MILLS, 14)
  b = constant(MILLS, 15)
  c = constant(MILLS, 16)
  d = constant(MILLS, 17)
  middle1 = cubicOf(a, b, c, d, x1, y1)
  middle2 = cubicOf(a, b, c, d, x2, y2)
  a = constant(MILLS, 18)
  b = constant(MILLS, 19)
  c = constant(MILLS, 20)
  const q1 = join(low1, middle1, add(linear(a, b, x1), mul(c, y1)), z1)
  const q2 = join(low2, middle2, add(linear(a, b, x2), mul(c, y2)), z2)

  const both = div(factor, mul(q1, q2))
  v128.store(tail1, mul(mul(n1, q2), both))
  v128.store(tail2, mul(mul(n2, q1), both))
}

const MILLS_NEAR: usize = memory.data<f64>([
  // numerator
  1.2533141373157244, 1.385589686106934, 0.7571726089691602, 0.24864634027262547, 0.05114377485051731,
  0.006246128402114716, 0.00035837121836649537,
  // denominator
  1, 1.9034251789803251, 1.6228498969486855, 0.8074868889628305, 0.2549010334437144, 0.05150169009863265,
  0.0062461435342652215, 0.0003583709837305528,
])

/** `storeTails` with the shorter rational of src/kernel/millsNear.ts, for arguments up to 9. */
// @ts-ignore: decorator
@inline export function storeTailsNear(x1: v128, x2: v128, factor: v128, tail1: usize, tail2: usize): void {
  const y1 = mul(x1, x1)
  const y2 = mul(x2, x2)
  const z1 = mul(y1, y1)
  const z2 = mul(y2, y2)
  let a = constant(MILLS_NEAR, 0)
  let b = constant(MILLS_NEAR, 1)
  let c = constant(MILLS_NEAR, 2)
  let d = constant(MILLS_NEAR, 3)
  let low1 = cubicOf(a, b, c, d, x1, y1)
  let low2 = cubicOf(a, b, c, d, x2, y2)
  a = constant(MILLS_NEAR, 4)
  b = constant(MILLS_NEAR, 5)
  c = constant(MILLS_NEAR, 6)
  const n1 = add(low1, mul(add(linear(a, b, x1), mul(c, y1)), z1))
  const n2 = add(low2, mul(add(linear(a, b, x2), mul(c, y2)), z2))
  a = constant(MILLS_NEAR, 7)
  b = constant(MILLS_NEAR, 8)
  c = constant(MILLS_NEAR, 9)
  d = constant(MILLS_NEAR, 10)
  low1 = cubicOf(a, b, c, d, x1, y1)
  low2 = cubicOf(a, b, c, d, x2, y2)
  a = constant(MILLS_NEAR, 11)
  b = constant(MILLS_NEAR, 12)
  c = constant(MILLS_NEAR, 13)
  d = constant(MILLS_NEAR, 14)
  const q1 = add(low1, mul(cubicOf(a, b, c, d, x1, y1), z1))
  const q2 = add(low2, mul(cubicOf(a, b, c, d, x2, y2), z2))
  const both = div(factor, mul(q1, q2))
  v128.store(tail1, mul(mul(n1, q2), both))
  v128.store(tail2, mul(mul(n2, q1), both))
}

/** Named constants of the kernels. */
const SHARED: usize = memory.data<f64>([0, 1, 0.5, -0.5, 0.3989422804014327, 37.5, -37.5, -0.0, 1e-12, 1e-8, 9, -9])
// @ts-ignore: decorator
@inline export function zero(): v128 { return constant(SHARED, 0) }
// @ts-ignore: decorator
@inline export function one(): v128 { return constant(SHARED, 1) }
// @ts-ignore: decorator
@inline export function half(): v128 { return constant(SHARED, 2) }
// @ts-ignore: decorator
@inline export function minusHalf(): v128 { return constant(SHARED, 3) }
/** 1/√(2π) */
// @ts-ignore: decorator
@inline export function densityAtZero(): v128 { return constant(SHARED, 4) }
/** Densities beyond this are zero for every purpose; clamping keeps the rational functions in range. */
// @ts-ignore: decorator
@inline export function clampFar(d: v128): v128 {
  return f64x2.pmax(f64x2.pmin(d, constant(SHARED, 5)), constant(SHARED, 6))
}
/** The sign bit. */
// @ts-ignore: decorator
@inline export function signBit(): v128 { return constant(SHARED, 7) }
// @ts-ignore: decorator
@inline export function yearsMin(): v128 { return constant(SHARED, 8) }
// @ts-ignore: decorator
@inline export function volMin(): v128 { return constant(SHARED, 9) }
/** Tails beyond this are below 1e-18 of the whole. */
// @ts-ignore: decorator
@inline export function clampNear(d: v128): v128 {
  return f64x2.pmax(f64x2.pmin(d, constant(SHARED, 10)), constant(SHARED, 11))
}
