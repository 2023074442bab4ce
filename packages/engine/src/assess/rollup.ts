import type { Concentration, ExpiryExposure, ExpiryGreeks, UnderlyingGreeks } from './assessment.js'
import type { PositionGreeks } from './positionGreeks.js'
import type { PricedPosition } from './priced.js'

/** A priced position with its sensitivities. */
export type Exposed = {
  readonly position: PricedPosition
  readonly greeks: PositionGreeks
  readonly thetaPerDay: number
  /** Of the settlement average, already fixed: 0 but in the last half hour. */
  readonly fixedShare: number
}

/** Milliseconds before an expiry in which the settlement average is formed. */
export const SETTLEMENT_WINDOW_MS = 1_800_000

/** Expiry of what has one. */
export function expiryOf(position: PricedPosition): number | undefined {
  const { instrument } = position.held
  return instrument.kind === 'option' || instrument.kind === 'future' ? instrument.expiry : undefined
}

/** Share of the settlement average that has fixed by now, 0 … 1. */
export function fixedShareAt(expiry: number | undefined, now: number): number {
  if (expiry === undefined || expiry - now >= SETTLEMENT_WINDOW_MS) return 0
  return Math.min(1, 1 - (expiry - now) / SETTLEMENT_WINDOW_MS)
}

/** Groups in the order of their sorted keys; members keep theirs. */
function groups<K extends string | number, T>(
  items: readonly T[],
  keyOf: (item: T) => K,
): readonly [K, readonly T[]][] {
  const found = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = found.get(key)
    if (group === undefined) found.set(key, [item])
    else group.push(item)
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1))
}

const underlyingOf = ({ position }: Exposed) => position.held.instrument.underlying

/** Greeks by underlying, sorted, with their parts by expiry (those without one first). */
export function rollUpGreeks(
  exposed: readonly Exposed[],
  collateral: (underlying: string) => number,
): readonly UnderlyingGreeks[] {
  return groups(exposed, underlyingOf).map(([underlying, members]) => {
    const index = members[0]!.position.index!
    const sum = (read: (greeks: PositionGreeks) => number) =>
      members.reduce((total, one) => total + read(one.greeks), 0)
    const delta = sum((g) => g.delta)
    const gamma = sum((g) => g.gamma)
    return {
      underlying,
      index,
      delta,
      deltaNet: sum((g) => g.deltaNet),
      cashDelta: delta * index,
      collateral: collateral(underlying),
      gamma,
      gammaPerPercent: (gamma * index * index) / 100,
      vegaPerVolPoint: sum((g) => g.vega) / 100,
      thetaPerDay: members.reduce((total, one) => total + one.thetaPerDay, 0),
      rhoPerBp: sum((g) => g.rho) / 10_000,
      vannaPerVolPoint: sum((g) => g.vanna) / 100,
      volgaPerVolPoint: sum((g) => g.volga) / 10_000,
      charmPerDay: sum((g) => g.charm) / 365,
      byExpiry: groups(members, ({ position }) => expiryOf(position) ?? 0).map(([expiry, part]) =>
        expiryGreeks(expiry, part, index),
      ),
    }
  })
}

function expiryGreeks(expiry: number, members: readonly Exposed[], index: number): ExpiryGreeks {
  const sum = (read: (one: Exposed) => number) => members.reduce((total, one) => total + read(one), 0)
  return {
    ...(expiry === 0 ? {} : { expiry }),
    delta: sum((one) => one.greeks.delta),
    gammaPerPercent: (sum((one) => one.greeks.gamma) * index * index) / 100,
    vegaPerVolPoint: sum((one) => one.greeks.vega) / 100,
    thetaPerDay: sum((one) => one.thetaPerDay),
  }
}

/** Gross exposure of a position: |size| in base units × index, USD. */
export function grossNotional({ held, mark, index }: PricedPosition): number {
  const { instrument, size } = held
  const inQuote = instrument.kind !== 'spot' && instrument.kind !== 'option' && instrument.payoff === 'inverse'
  return inQuote ? (Math.abs(size) / mark.value!) * index! : Math.abs(size) * index!
}

/** Shares of gross notional by expiry (dated contracts) and by strike (options), each underlying for itself. */
export function concentrations(exposed: readonly Exposed[]): readonly Concentration[] {
  return groups(exposed, underlyingOf).flatMap(([underlying, members]) => {
    const dated = members.filter(({ position }) => expiryOf(position) !== undefined)
    const options = members.filter(({ position }) => position.held.instrument.kind === 'option')
    return [
      ...shares(underlying, 'expiry', dated, ({ position }) => expiryOf(position)!),
      ...shares(underlying, 'strike', options, ({ position }) => strikeOf(position)!),
    ]
  })
}

function strikeOf({ held }: PricedPosition): number | undefined {
  return held.instrument.kind === 'option' ? held.instrument.strike : undefined
}

function shares(
  underlying: string,
  by: Concentration['by'],
  members: readonly Exposed[],
  keyOf: (one: Exposed) => number,
): readonly Concentration[] {
  const notional = (part: readonly Exposed[]) => part.reduce((sum, { position }) => sum + grossNotional(position), 0)
  const vega = (part: readonly Exposed[]) => part.reduce((sum, { greeks }) => sum + Math.abs(greeks.vega) / 100, 0)
  const total = notional(members)
  return groups(members, keyOf).map(([key, part]) => {
    const gross = notional(part)
    return {
      underlying,
      by,
      key,
      grossNotional: gross,
      grossVegaPerVolPoint: vega(part),
      share: total > 0 ? gross / total : 0,
    }
  })
}

/** Exposure to contracts whose settlement average is being formed: ours, whatever the venue's figures decay to. */
export function expiryWindows(exposed: readonly Exposed[], now: number): readonly ExpiryExposure[] {
  const inWindow = exposed.filter(({ fixedShare, position }) => fixedShare > 0 && expiryOf(position)! > now)
  return groups(inWindow, underlyingOf).flatMap(([underlying, members]) =>
    groups(members, ({ position }) => expiryOf(position)!).map(([expiry, part]) => {
      const { fixedShare } = part[0]!
      const residualDelta = part.reduce((sum, { greeks }) => sum + greeks.delta, 0)
      return {
        underlying,
        expiry,
        minutesLeft: (expiry - now) / 60_000,
        fixedShare,
        delta: residualDelta / (1 - fixedShare),
        residualDelta,
        ...nearestStrike(part),
      }
    }),
  )
}

function nearestStrike(members: readonly Exposed[]): { nearestStrike?: number; distanceToStrike?: number } {
  let nearest: { nearestStrike?: number; distanceToStrike?: number } = {}
  for (const { position } of members) {
    const { priced } = position
    if (priced?.kind !== 'option') continue
    const distance = priced.strike / priced.forward - 1
    if (nearest.distanceToStrike === undefined || Math.abs(distance) < Math.abs(nearest.distanceToStrike)) {
      nearest = { nearestStrike: priced.strike, distanceToStrike: distance }
    }
  }
  return nearest
}
