/**
 * An input outside its range. Carries the name of the field, the offending value and what was allowed, so that callers
 * can point at it (`/instrument/strike`) and say what to do.
 */
export class InputError extends Error {
  readonly code = 'INVALID_INPUT'
  readonly field: string
  readonly value: unknown
  readonly allowed: string

  constructor(field: string, value: unknown, allowed: string) {
    super(`${field} must be ${allowed}, got ${String(value)}`)
    this.name = 'InputError'
    this.field = field
    this.value = value
    this.allowed = allowed
  }
}

/** @throws {InputError} unless `value` is a finite number > 0. */
export function requirePositive(field: string, value: number): number {
  if (!(value > 0 && value < Infinity)) throw new InputError(field, value, 'a finite number > 0')
  return value
}

/** @throws {InputError} unless `value` is a finite number >= 0. */
export function requireNonNegative(field: string, value: number): number {
  if (!(value >= 0 && value < Infinity)) throw new InputError(field, value, 'a finite number >= 0')
  return value
}

/** @throws {InputError} unless `value` is a finite number. */
export function requireFinite(field: string, value: number): number {
  if (!(value > -Infinity && value < Infinity)) throw new InputError(field, value, 'a finite number')
  return value
}
