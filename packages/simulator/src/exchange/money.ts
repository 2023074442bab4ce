/**
 * Money and sizes of the simulated exchange: whole numbers of the smallest unit, so that what one account loses another gains
 * to the last unit. Coins are bigint (1e-8 of a coin, Deribit's own precision); prices and amounts are safe integers.
 */

/** Units of money in one coin. */
export const COIN = 100_000_000n
/** Units of price in one: 0.0001, the finest step that an option quotes. */
export const PRICE_UNITS = 10_000
/** Units of amount in one: 0.1, the smallest lot of a BTC option. */
export const AMOUNT_UNITS = 10

/** Money as the number that goes over the wire: exact below 9e7 coins. */
export function coinNumber(units: bigint): number {
  return Number(units) / Number(COIN)
}

/** @throws {RangeError} where the text is not a decimal of at most eight places. */
export function coinUnits(decimal: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,8}))?$/.exec(decimal)
  if (match === null) throw new RangeError(`“${decimal}” is not an amount of coin: write a decimal of at most 8 places`)
  const units = BigInt(match[2]!) * COIN + BigInt((match[3] ?? '').padEnd(8, '0'))
  return match[1] === '-' ? -units : units
}

/** A model number as money, to the nearest unit. */
export function roundCoin(coins: number): bigint {
  return BigInt(Math.round(coins * Number(COIN)))
}

/** Quotient to the nearest whole, halves away from zero. */
export function divideRound(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n
  const n = numerator < 0n ? -numerator : numerator
  const d = denominator < 0n ? -denominator : denominator
  const quotient = (n + d / 2n) / d
  return negative ? -quotient : quotient
}

/** Coins behind a signed USD amount of an inverse contract at a price: N / p. Amount and price in their units. */
export function inverseCoins(amount: number, price: number): bigint {
  return divideRound(BigInt(amount) * 100_000_000_000n, BigInt(price))
}

/** Premium of a signed option amount at a price in coin. Amount and price in their units; exact. */
export function premiumCoins(amount: number, price: number): bigint {
  return BigInt(amount) * BigInt(price) * 1_000n
}

export function priceNumber(units: number): number {
  return units / PRICE_UNITS
}

export function amountNumber(units: number): number {
  return units / AMOUNT_UNITS
}

/** A number as units where it is a whole count of them (to 1e-6 of a unit), else undefined. */
export function wholeUnits(value: number, perOne: number): number | undefined {
  const scaled = value * perOne
  const units = Math.round(scaled)
  return Math.abs(scaled - units) <= 1e-6 * Math.max(1, Math.abs(scaled) * 1e-6) && Number.isSafeInteger(units)
    ? units
    : undefined
}
