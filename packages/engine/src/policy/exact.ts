/**
 * Exact sizes for bounds and orders: decimals as whole numbers of 10⁻⁸. A model's number becomes exact here, and says which
 * way it is rounded.
 */
const SCALE = 8
const UNIT = 100_000_000n

/** Reads a decimal; digits beyond the eighth are cut off. */
export function toUnits(decimal: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal)
  if (match === null) throw new RangeError(`not a decimal: ${decimal}`)
  const [, sign, whole, fraction = ''] = match
  const units = BigInt(whole!) * UNIT + BigInt(fraction.slice(0, SCALE).padEnd(SCALE, '0'))
  return sign === '-' ? -units : units
}

export function fromUnits(units: bigint): string {
  const size = units < 0n ? -units : units
  const fraction = String(size % UNIT)
    .padStart(SCALE, '0')
    .replace(/0+$/, '')
  const text = fraction === '' ? String(size / UNIT) : `${size / UNIT}.${fraction}`
  return units < 0n ? `-${text}` : text
}

/** The largest multiple of a lot that is not larger. */
export function wholeLots(units: bigint, lot: bigint): bigint {
  return (units / lot) * lot
}
