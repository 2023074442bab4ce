/** 1.5 · 2^52: adding and subtracting it rounds to the nearest integer. */
const ROUNDER = 6755399441055744
const TWO_OVER_PI = 0.6366197723675814
/** π/2 in parts of 33 bits, so that products with k < 2^20 are exact, and the rest. */
const HALF_PI_1 = 1.5707963267341256
const HALF_PI_2 = 6.077100506303966e-11
const HALF_PI_3 = 2.0222662487111665e-21
const HALF_PI_4 = 8.4784276603689e-32
const HALF_PI = 1.5707963267948966
const HALF_PI_REST = 6.123233995736766e-17
const QUARTER_PI = 0.7853981633974483
const QUARTER_PI_REST = 3.061616997868383e-17
/** Beyond this the reduction takes exact integers. */
const LARGE = 1_000_000
const TWO_40 = 1099511627776
const TWO_900 = 8.452712498170644e270

/** sin(r + rest) for |r| ≤ π/4. */
function sinReduced(r: number, rest: number): number {
  const z = r * r
  const z2 = z * z
  const low = -0.16666666666666666 + 0.008333333333330936 * z
  const middle = -0.00019841269836740532 + 2.7557316093198404e-6 * z
  const high = -2.5051129896450185e-8 + 1.5917988979397435e-10 * z
  const p = low + (middle + high * z2) * z2
  return r + (r * z * p + rest * (1 - 0.5 * z))
}

/** cos(r + rest) for |r| ≤ π/4. */
function cosReduced(r: number, rest: number): number {
  const z = r * r
  const z2 = z * z
  const low = 0.041666666666666664 - 0.0013888888888887389 * z
  const middle = 2.48015872987544e-5 - 2.755731726587808e-7 * z
  const high = 2.087614504941318e-9 - 1.138254464534925e-11 * z
  const p = low + (middle + high * z2) * z2
  const half = 0.5 * z
  const lead = 1 - half
  return lead + (1 - lead - half + (z2 * p - r * rest))
}

type Reduced = { readonly quadrant: number; readonly r: number; readonly rest: number }

/** x = k π/2 + r + rest with |r| ≤ π/4; only k mod 4 is kept. */
function reduce(x: number): Reduced {
  if (x > LARGE || x < -LARGE) return reduceExactly(x)
  const k = x * TWO_OVER_PI + ROUNDER - ROUNDER
  const first = x - k * HALF_PI_1
  const secondPart = k * HALF_PI_2
  const second = first - secondPart
  const secondLost = first - second - secondPart
  const third = k * HALF_PI_3
  const tail = secondLost - (third + k * HALF_PI_4)
  const r = second + tail
  return { quadrant: ((k % 4) + 4) % 4, r, rest: second - r + tail }
}

/** π/2 · 2^1280, so that every finite double reduces with more than 100 correct bits. */
const HALF_PI_SCALED =
  0x1921fb54442d18469898cc51701b839a252049c1114cf98e804177d4c76273644a29410f31c6809bbdf2a33679a748636605614dbe4be286e9fc26adadaa3848bc90b6aecc4bcfd8de89885d34c6fdad617feb96de80d6fdbdc70d7f6b5133f4b5d3e4822f8963fcc9250cca3d9c8b67b8400f97142c77e0b31b4906c38aba734d22c7f51fa499ebf06caba47b9475b2c38c5e6ac410aa5773daa520ee12d2cdan

function reduceExactly(x: number): Reduced {
  // From 10^6 on, x · 2^40 is a whole number.
  const scaled = Math.abs(x) < TWO_900 ? BigInt(x * TWO_40) << 1240n : BigInt(x) << 1280n
  let quotient = scaled / HALF_PI_SCALED
  let remainder = scaled - quotient * HALF_PI_SCALED
  const bound = HALF_PI_SCALED >> 1n
  if (remainder > bound) {
    remainder -= HALF_PI_SCALED
    quotient += 1n
  } else if (remainder < -bound) {
    remainder += HALF_PI_SCALED
    quotient -= 1n
  }
  // 160 bits after the point carry r to far below its last bit.
  const unit = 6.842277657836021e-49
  const short = remainder >> 1120n
  const r = Number(short) * unit
  const rest = Number(short - BigInt(Number(short))) * unit
  return { quadrant: Number(BigInt.asUintN(2, quotient)), r, rest }
}

/** sin x for x in radians, within 1 ulp for every finite x; NaN and infinities give NaN. */
export function sin(x: number): number {
  if (!(x > -Infinity && x < Infinity)) return Number.NaN
  if (x === 0) return x
  const { quadrant, r, rest } = reduce(x)
  const value = quadrant % 2 === 0 ? sinReduced(r, rest) : cosReduced(r, rest)
  return quadrant < 2 ? value : -value
}

/** cos x for x in radians, within 1 ulp for every finite x; NaN and infinities give NaN. */
export function cos(x: number): number {
  if (!(x > -Infinity && x < Infinity)) return Number.NaN
  const { quadrant, r, rest } = reduce(x)
  const value = quadrant % 2 === 0 ? cosReduced(r, rest) : sinReduced(r, rest)
  return quadrant === 0 || quadrant === 3 ? value : -value
}

/** atan x for |x| ≤ tan(π/8), less x: x z P(z). */
function atanRest(x: number): number {
  const z = x * x
  const z2 = z * z
  const z4 = z2 * z2
  const p0 = -0.3333333333333333 + 0.1999999999999548 * z + (-0.14285714284657894 + 0.11111111014561013 * z) * z2
  const p1 = -0.09090904549884611 + 0.07692182535116648 * z + (-0.06664502215671447 + 0.058580687568615106 * z) * z2
  const p2 = -0.05085030492810941 + 0.03921955253255129 * z - 0.019162068915902573 * z2
  return x * z * (p0 + (p1 + p2 * z4) * z4)
}

/** Angle in radians whose tangent is x, within 2 ulp; in [−π/2, π/2]. */
export function atan(x: number): number {
  if (x < 0) return -atan(-x)
  if (x <= 0.4142135623730951) return x + atanRest(x)
  if (x <= 2.414213562373095) {
    const t = (x - 1) / (x + 1)
    return QUARTER_PI + (t + (atanRest(t) + QUARTER_PI_REST))
  }
  const t = 1 / x
  return HALF_PI - (t + (atanRest(t) - HALF_PI_REST))
}

/** Angle in radians of the point (x, y), in [−π, π], with the signs of zeros kept as IEEE 754 asks. */
export function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN
  const negative = y < 0 || Object.is(y, -0)
  const height = negative ? -y : y
  const left = x < 0 || Object.is(x, -0)
  const width = left ? -x : x
  const acute = acuteAngle(height, width)
  const angle = left ? Math.PI - (acute - 2 * HALF_PI_REST) : acute
  return negative ? -angle : angle
}

function acuteAngle(height: number, width: number): number {
  if (height === 0) return 0
  if (height === Infinity) return width === Infinity ? QUARTER_PI : HALF_PI
  if (width === Infinity) return 0
  if (width === 0) return HALF_PI
  const ratio = height / width
  return ratio === Infinity ? HALF_PI : atan(ratio)
}

/** Angle in radians whose sine is x, in [−π/2, π/2]; NaN outside [−1, 1]. */
export function asin(x: number): number {
  return 2 * atan(x / (1 + Math.sqrt((1 - x) * (1 + x))))
}
