import { type ClearingParameters, DEFAULT_CLEARED_MARKET, DEFAULT_CLEARING } from '@holdfast/engine'

export const ONE = 1_000_000_000_000_000_000n
const bps = (points: number) => (ONE * BigInt(points)) / 10_000n

/** Oracles speak every half hour here: a mark is fresh for two minutes, and usable until the next one. */
const oracle = { ...DEFAULT_CLEARED_MARKET.oracle, delayedAfterMs: 120_000, maxAgeMs: 12 * 3_600_000 }
const market = {
  ...DEFAULT_CLEARED_MARKET,
  initialRate: bps(400),
  maintenanceRate: bps(250),
  ratePerMillion: bps(5),
  liquidationSlippage: bps(75),
  liquidationPenalty: bps(75),
  fundDrawCap: 500_000n * ONE,
  oracle,
}

/** The rules of the built-in venue: two perpetuals, three kinds of collateral. */
export const VENUE_PARAMETERS: ClearingParameters = {
  ...DEFAULT_CLEARING,
  markets: {
    'BTC-PERP': { ...market, underlying: 'BTC', trancheSize: 10n * ONE },
    'ETH-PERP': { ...market, underlying: 'ETH', trancheSize: 200n * ONE },
  },
  collateral: {
    BTC: { weight: bps(9_000), maxAgeMs: oracle.maxAgeMs },
    ETH: { weight: bps(8_500), maxAgeMs: oracle.maxAgeMs },
  },
}

export const MARKETS = ['BTC-PERP', 'ETH-PERP'] as const

/** A number as money or size, to the thousandth: a lot of every market here. */
export function thousandths(value: number): bigint {
  return BigInt(Math.round(value * 1_000)) * (ONE / 1_000n)
}
