import type { Money } from '../book/money.js'
import { maxMoney, ONE } from './fraction.js'

/**
 * Where an account stands, best first. `notice`: told. `call`: asked for collateral within a term. `liquidation`: below
 * maintenance, and until its target is restored. `insolvent`: equity below 0.
 */
export const HEALTH_BANDS = ['healthy', 'notice', 'call', 'liquidation', 'insolvent'] as const
export type HealthBand = (typeof HEALTH_BANDS)[number]

/** Margin of an account, exact. Requirements ≥ 0. */
export type Health = { readonly equity: Money; readonly initialMargin: Money; readonly maintenanceMargin: Money }

/** A band is entered at one margin ratio and left at a lower one. Fixed-point fractions of maintenance ÷ equity. */
export type BandLevel = { readonly enterAt: Money; readonly leaveAt: Money }

export type HealthSettings = {
  readonly notice: BandLevel
  readonly call: BandLevel
  /** Liquidation restores initial margin times 1 + this. */
  readonly restoreBuffer: Money
}

export const DEFAULT_HEALTH: HealthSettings = {
  notice: { enterAt: (ONE * 70n) / 100n, leaveAt: (ONE * 60n) / 100n },
  call: { enterAt: (ONE * 85n) / 100n, leaveAt: (ONE * 75n) / 100n },
  restoreBuffer: (ONE * 5n) / 100n,
}

/** Whether maintenance ÷ equity ≥ level; true where equity ≤ 0 < maintenance or equity < 0. */
export function ratioAtLeast(health: Health, level: Money): boolean {
  if (health.equity < 0n) return true
  if (health.maintenanceMargin === 0n) return false
  return health.maintenanceMargin * ONE >= level * health.equity
}

/** Equity that a liquidation restores: initial margin · (1 + buffer), never below maintenance. */
export function restoreTarget(health: Health, settings: HealthSettings): Money {
  const target = health.initialMargin + (health.initialMargin * settings.restoreBuffer) / ONE
  return maxMoney(target, health.maintenanceMargin)
}

/**
 * The band an account is in now, given the one it was in: worse at once, better only below the level at which a band is left,
 * so that an account that hovers at a threshold does not flap. Liquidation begins where equity < maintenance and lasts until the
 * target is restored; an account that holds nothing leaves it at equity ≥ 0.
 */
export function nextBand(band: HealthBand, health: Health, settings: HealthSettings): HealthBand {
  if (health.equity < 0n) return 'insolvent'
  if (health.equity < health.maintenanceMargin) return 'liquidation'
  const wasLiquidated = band === 'liquidation' || band === 'insolvent'
  if (wasLiquidated && health.equity < restoreTarget(health, settings)) return 'liquidation'
  const held = wasLiquidated ? 'healthy' : band
  if (ratioAtLeast(health, held === 'call' ? settings.call.leaveAt : settings.call.enterAt)) return 'call'
  const noticed = held === 'notice' || held === 'call'
  return ratioAtLeast(health, noticed ? settings.notice.leaveAt : settings.notice.enterAt) ? 'notice' : 'healthy'
}

export type Wish = 'withdraw' | 'open' | 'reduce'

/** The ladder of refusals: withdrawals go first, then opening; reducing is always allowed. */
export function bandPermits(band: HealthBand, wish: Wish): boolean {
  switch (wish) {
    case 'withdraw':
      return band === 'healthy'
    case 'open':
      return band === 'healthy' || band === 'notice'
    case 'reduce':
      return true
  }
}
