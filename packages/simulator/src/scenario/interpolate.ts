import { daysFromCivil, EXPIRY_HOUR_UTC } from '@holdfast/quant'
import type { ScenarioSlice, ScenarioSnapshot, UnderlyingState } from './format.js'

/**
 * The market between two recorded instants. Only +, −, ×, ÷ and √ are used, so that the numbers are the same on every machine.
 *
 * - Index, perpetual and forward prices: linear in time.
 * - Slices of one expiry: total variance at the money, the slopes of both wings b(1 ± ρ), m and σ: linear in time; a follows.
 *   Where the result would not be a smile (a variance that is not positive), and for an expiry that the later instant no
 *   longer has, the earlier slice stands with its total variance scaled by the time left: its implied vols hold.
 * - Expiries that have passed are left out; those that begin later come with their instant.
 *
 * @param time - epoch milliseconds, from `from.time` to `to.time`.
 */
export function interpolateMarket(
  from: ScenarioSnapshot,
  to: ScenarioSnapshot,
  underlying: string,
  time: number,
): UnderlyingState {
  const [first, last] = [from.market[underlying]!, to.market[underlying]!]
  const share = (time - from.time) / (to.time - from.time)
  const later = new Map(last.slices.map((slice) => [slice[0], slice]))
  return {
    index: cents(mix(first.index, last.index, share)),
    perpetual: cents(mix(first.perpetual, last.perpetual, share)),
    slices: first.slices
      .filter(([date]) => expiryOf(date) > time)
      .map((slice) => between(slice, later.get(slice[0]), share, timeLeftShare(slice[0], from.time, time))),
  }
}

/** Epoch milliseconds of `260227`, 08:00 UTC. */
export function expiryOf(date: string): number {
  const days = daysFromCivil(2000 + Number(date.slice(0, 2)), Number(date.slice(2, 4)), Number(date.slice(4, 6)))
  return days * 86_400_000 + EXPIRY_HOUR_UTC * 3_600_000
}

function between(slice: ScenarioSlice, later: ScenarioSlice | undefined, share: number, left: number): ScenarioSlice {
  const held = scaled(slice, left)
  if (later === undefined) return held
  const [date, forward] = slice
  const m = mix(slice[5], later[5], share)
  const sigma = mix(slice[6], later[6], share)
  const left1 = mix(leftSlope(slice), leftSlope(later), share)
  const right1 = mix(rightSlope(slice), rightSlope(later), share)
  const b = (left1 + right1) / 2
  const rho = b === 0 ? 0 : (right1 - left1) / (right1 + left1)
  const atTheMoney = mix(variance(slice, 0), variance(later, 0), share)
  const a = atTheMoney - b * (Math.sqrt(m * m + sigma * sigma) - rho * m)
  const made = rounded([date, cents(mix(forward, later[1], share)), a, b, rho, m, sigma])
  if (lowest(made) > 0) return made
  return [held[0], made[1], held[2], held[3], held[4], held[5], held[6]]
}

function scaled(slice: ScenarioSlice, left: number): ScenarioSlice {
  const [date, forward, a, b, rho, m, sigma] = slice
  return rounded([date, forward, a * left, b * left, rho, m, sigma])
}

/** Total variance of the slice at log-moneyness k. */
export function variance([, , a, b, rho, m, sigma]: ScenarioSlice, k: number): number {
  const x = k - m
  return a + b * (rho * x + Math.sqrt(x * x + sigma * sigma))
}

function lowest([, , a, b, rho, , sigma]: ScenarioSlice): number {
  return a + b * sigma * Math.sqrt((1 - rho) * (1 + rho))
}

function leftSlope([, , , b, rho]: ScenarioSlice): number {
  return b * (1 - rho)
}

function rightSlope([, , , b, rho]: ScenarioSlice): number {
  return b * (1 + rho)
}

function timeLeftShare(date: string, from: number, time: number): number {
  const expiry = expiryOf(date)
  return (expiry - time) / (expiry - from)
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share
}

function cents(price: number): number {
  return Math.round(price * 100) / 100
}

/** Nine decimals: 1e-9 of total variance is under 0.01 vol points even with an hour to expiry. */
function rounded([date, forward, a, b, rho, m, sigma]: ScenarioSlice): ScenarioSlice {
  const nine = (value: number) => Math.round(value * 1e9) / 1e9
  return [date, forward, nine(a), nine(b), nine(rho), nine(m), nine(sigma)]
}
