import { cos, exp, log, normalCdf, sin } from '../math/index.js'
import { type Asset, costOfCarry } from './asset.js'

/** ln(S_T/S) while the asset has stayed strictly between two barriers; σ√T > 0. */
export type KilledMotion = {
  /** ln(L/S) < 0 and ln(U/S) > 0. */
  readonly lower: number
  readonly upper: number
  /** σ√T. */
  readonly sd: number
  /** ν/σ², ν = b − σ²/2. */
  readonly tilt: number
}

export function killedMotion(asset: Asset, lower: number, upper: number, yearsToExpiry: number): KilledMotion {
  return {
    lower: log(lower / asset.spot),
    upper: log(upper / asset.spot),
    sd: asset.vol * Math.sqrt(yearsToExpiry),
    tilt: costOfCarry(asset) / (asset.vol * asset.vol) - 0.5,
  }
}

/**
 * E[e^(αx); x in (from, to), barriers untouched] of x = ln(S_T/S): α = 0 is a probability, α = 1 the asset's share.
 *
 * With h = ν/σ² and ℓ = ln(U/L) the density is e^(hx − h²s²/2) times that of the motion without drift, which is a sum of
 * images, quick while s < ℓ, or of sines, quick after:
 *
 *   Σ_n [ g(x − 2nℓ) − g(x − 2u − 2nℓ) ]  =  (2/ℓ) Σ_k sin(kπ(−l)/ℓ) sin(kπ(x − l)/ℓ) e^(−k²π²s²/2ℓ²)
 *
 * @see N. Kunitomo, M. Ikeda, "Pricing options with curved boundaries", Mathematical Finance 2 (1992), 275–298.
 */
export function killedExpectation(motion: KilledMotion, alpha: number, from: number, to: number): number {
  const a = Math.max(from, motion.lower)
  const b = Math.min(to, motion.upper)
  if (!(b > a)) return 0
  const width = motion.upper - motion.lower
  const sum = motion.sd < 0.7 * width ? byImages(motion, alpha, a, b, width) : bySines(motion, alpha, a, b, width)
  return Math.max(0, sum)
}

function byImages(motion: KilledMotion, alpha: number, a: number, b: number, width: number): number {
  const { sd, upper, tilt } = motion
  const c = alpha + tilt
  const constant = ((c * c - tilt * tilt) * sd * sd) / 2
  const mass = (mean: number) => {
    const between = cdfBetween((a - mean) / sd - c * sd, (b - mean) / sd - c * sd)
    return between === 0 ? 0 : exp(c * mean + constant) * between
  }
  // The nearest image left out lies more than 9 standard deviations beyond the interval.
  const count = 2 + Math.ceil((5 * sd + Math.abs(c) * sd * sd) / width)
  let sum = 0
  for (let n = -count; n <= count; n++) sum += mass(2 * n * width) - mass(2 * upper + 2 * n * width)
  return sum
}

function bySines(motion: KilledMotion, alpha: number, a: number, b: number, width: number): number {
  const { sd, lower, tilt } = motion
  const c = alpha + tilt
  const ratio = (Math.PI * sd) / width
  let sum = 0
  for (let k = 1; ; k++) {
    const decay = (k * ratio * k * ratio) / 2
    if (decay > 745) break
    const kappa = (k * Math.PI) / width
    const primitive = (x: number) => {
      const angle = kappa * (x - lower)
      return (exp(c * x) * (c * sin(angle) - kappa * cos(angle))) / (c * c + kappa * kappa)
    }
    const term = sin(kappa * -lower) * (primitive(b) - primitive(a)) * exp(-decay)
    sum += term
    if (decay > 45) break
  }
  return (2 / width) * exp((-tilt * tilt * sd * sd) / 2) * sum
}

/** N(to) − N(from), from the tail in which both are small. */
function cdfBetween(from: number, to: number): number {
  return from > 0 ? normalCdf(-from) - normalCdf(-to) : normalCdf(to) - normalCdf(from)
}
