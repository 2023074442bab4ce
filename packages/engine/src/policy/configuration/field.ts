import { z } from 'zod'
import type { DiagnosticCode } from './diagnostic.js'
import { parseInstant } from './instant.js'
import {
  type Dimension,
  parseQuantity,
  plainDecimal,
  type Quantity,
  toFraction,
  toMilliseconds,
  toVol,
  UNITS_BY_DIMENSION,
} from './quantity.js'

/** What a field's complaint carries beside its message; `issues.ts` turns it into a diagnostic. */
export type IssueDetail = {
  readonly code: DiagnosticCode
  readonly allowed?: string
  readonly suggestion?: string
}

type Context = { issues: z.core.$ZodRawIssue[]; value: unknown }

function complain(context: Context, message: string, detail: IssueDetail): never {
  context.issues.push({ code: 'custom', message, params: { ...detail }, input: context.value })
  return z.NEVER
}

type RangeText = {
  /** Inclusive, as a quantity: `1 s`. */
  readonly min?: string
  readonly max?: string
}

type FieldText = { readonly description: string; readonly example: string }

/** A length of time, such as `5 min`; milliseconds after parsing. */
export function duration(field: FieldText & RangeText) {
  return quantity('time', toMilliseconds, field)
}

/** A fraction, such as `2 %` or `20 bps`; a decimal after parsing. */
export function fraction(field: FieldText & RangeText) {
  return quantity('fraction', toFraction, field)
}

/** A volatility, such as `30 vol`; an annualised decimal after parsing. */
export function vol(field: FieldText & RangeText) {
  return quantity('vol', toVol, field)
}

function quantity(
  dimension: 'time' | 'fraction' | 'vol',
  convert: (quantity: Quantity) => number,
  field: FieldText & RangeText,
) {
  const allowed = allowedText(dimension, field)
  const limit = (text: string | undefined) => {
    const result = text === undefined ? undefined : parseQuantity(text)
    return result?.ok === true ? convert(result.quantity) : undefined
  }
  const min = limit(field.min)
  const max = limit(field.max)
  return z
    .unknown()
    .meta({
      ...jsonSchemaOf(dimension),
      description: `${field.description} Allowed: ${allowed}.`,
      examples: [field.example],
    })
    .transform((value, context): number => {
      const read = readQuantity(context, value, dimension, allowed, field.example)
      if (read === undefined) return z.NEVER
      const number = convert(read)
      if ((min === undefined || number >= min) && (max === undefined || number <= max)) return number
      return complain(context, `${read.number} ${read.unit} is out of range`, { code: 'OUT_OF_RANGE', allowed })
    })
}

/** An amount of an asset, such as `0.25 BTC`; the number stays an exact decimal. */
export function amount(field: FieldText & { readonly sign: 'any' | 'positive' | 'not-negative' }) {
  const sign = field.sign === 'any' ? '' : field.sign === 'positive' ? ', above 0' : ', 0 or above'
  const allowed = `an amount with its asset${sign}, e.g. ${field.example}`
  return z
    .unknown()
    .meta({
      ...jsonSchemaOf('amount'),
      description: `${field.description} Allowed: ${allowed}.`,
      examples: [field.example],
    })
    .transform((value, context): { amount: string; unit: string } => {
      const read = readQuantity(context, value, 'amount', allowed, field.example)
      if (read === undefined) return z.NEVER
      if (field.sign === 'not-negative' && read.number.startsWith('-')) {
        return complain(context, `${read.number} ${read.unit} is negative`, { code: 'OUT_OF_RANGE', allowed })
      }
      if (field.sign === 'positive' && !(Number(read.number) > 0)) {
        return complain(context, `${read.number} ${read.unit} is not above 0`, { code: 'OUT_OF_RANGE', allowed })
      }
      return { amount: read.number, unit: read.unit }
    })
}

/** An exact decimal whose unit its key names (a balance); a number, or text where there are more than 15 digits. */
export function decimal(field: FieldText) {
  const allowed = `a number, e.g. ${field.example}`
  return z
    .unknown()
    .meta({ type: ['number', 'string'], description: field.description, examples: [Number(field.example)] })
    .transform((value, context): string => {
      const text = typeof value === 'number' && Number.isFinite(value) ? plainDecimal(value) : value
      const match = typeof text === 'string' ? parseQuantity(`${text} USD`) : undefined
      if (match?.ok === true) return match.quantity.number
      return complain(context, `${show(value)} is not a number`, { code: 'WRONG_TYPE', allowed })
    })
}

/** An instant, RFC 3339 in UTC, such as `2026-01-29T00:00:00Z`; epoch milliseconds after parsing. */
export function instant(field: FieldText) {
  const allowed = `an instant in UTC, e.g. ${field.example}`
  return z
    .unknown()
    .meta({ type: 'string', format: 'date-time', description: field.description, examples: [field.example] })
    .transform((value, context): number => {
      const parsed = typeof value === 'string' ? parseInstant(value) : undefined
      if (parsed !== undefined) return parsed
      return complain(context, `${show(value)} is not an instant`, { code: 'WRONG_TYPE', allowed })
    })
}

/** Where a secret is to be read from: `env:NAME` or `file:PATH`; never the secret itself. */
export function secret(field: FieldText) {
  const allowed = `env:NAME or file:PATH, e.g. ${field.example}`
  return z
    .unknown()
    .meta({
      type: 'string',
      pattern: '^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$',
      description: field.description,
      examples: [field.example],
    })
    .transform((value, context): { from: 'env' | 'file'; name: string } => {
      const match = typeof value === 'string' ? /^(?:(env):([A-Za-z_]\w*)|(file):(.+))$/.exec(value) : null
      if (match?.[2] !== undefined) return { from: 'env', name: match[2] }
      if (match?.[4] !== undefined) return { from: 'file', name: match[4] }
      return complain(context, 'a secret does not belong into the file: say where it is to be read from', {
        code: 'INLINE_SECRET',
        allowed,
        suggestion: field.example,
      })
    })
}

/**
 * Absolute risk aversion, 1 per USD, as `20 per notional` (of the book's options) or `2 per 100000 USD`: a variance of v USD² is
 * worth half of it times v.
 */
export function riskAversion(field: FieldText) {
  const allowed = `above 0, per notional or per an amount of USD, e.g. ${field.example}`
  return z
    .unknown()
    .meta({
      type: 'string',
      pattern: '^[0-9][0-9_]*(\\.[0-9]+)?\\s+per\\s+(notional|[0-9][0-9_]*(\\.[0-9]+)?\\s*USD)$',
      description: `${field.description} Allowed: ${allowed}.`,
      examples: [field.example],
    })
    .transform((value, context): { amount: number; per: 'notional' | number } => {
      if (typeof value === 'number') {
        return complain(context, `${value} has no unit`, {
          code: 'BARE_NUMBER',
          allowed,
          suggestion: `write what it is per, e.g. ${field.example}`,
        })
      }
      const match = typeof value === 'string' ? /^(\S+)\s+per\s+(.+)$/.exec(value.trim()) : null
      const amount = match === null ? undefined : parseQuantity(`${match[1]} USD`)
      if (match === null || amount?.ok !== true) {
        return complain(context, `${show(value)} is no risk aversion`, { code: 'WRONG_TYPE', allowed })
      }
      const per = match[2] === 'notional' ? undefined : parseQuantity(match[2] ?? '')
      if (per !== undefined && !(per.ok && per.quantity.unit === 'USD')) {
        return complain(context, `'${match[2]}' is neither notional nor an amount of USD`, {
          code: 'WRONG_UNIT',
          allowed,
        })
      }
      const usd = per?.ok === true ? Number(per.quantity.number) : 1
      const number = Number(amount.quantity.number)
      if (!(number > 0 && usd > 0))
        return complain(context, `${value} is out of range`, { code: 'OUT_OF_RANGE', allowed })
      return { amount: number, per: per === undefined ? 'notional' : usd }
    })
}

/** An amount whose allowed unit depends on another field; it is checked where both are known. */
export function quantityText(field: FieldText) {
  return amount({ ...field, sign: 'any' })
}

function readQuantity(
  context: Context,
  value: unknown,
  dimension: Dimension,
  allowed: string,
  example: string,
): Quantity | undefined {
  if (typeof value === 'number') {
    complain(context, `${value} has no unit`, {
      code: 'BARE_NUMBER',
      allowed,
      suggestion: `write the unit, e.g. ${example}`,
    })
    return undefined
  }
  if (typeof value !== 'string') {
    complain(context, `${show(value)} is not a quantity`, { code: 'WRONG_TYPE', allowed })
    return undefined
  }
  const result = parseQuantity(value)
  if (!result.ok) {
    if (result.reason === 'bare-number') {
      complain(context, `${value} has no unit`, {
        code: 'BARE_NUMBER',
        allowed,
        suggestion: `write the unit, e.g. ${example}`,
      })
    } else if (result.reason === 'unknown-unit') {
      const meant = result.suggestion === undefined ? undefined : parseQuantity(result.suggestion)
      const suggestion =
        meant?.ok === true && meant.quantity.dimension === dimension ? result.suggestion : `e.g. ${example}`
      complain(context, `unknown unit '${result.unit}'`, {
        code: 'WRONG_UNIT',
        allowed,
        suggestion: suggestion ?? example,
      })
    } else {
      complain(context, `'${value}' is not a quantity`, { code: 'WRONG_TYPE', allowed })
    }
    return undefined
  }
  if (result.quantity.dimension === dimension) return result.quantity
  complain(context, `${value} is in the wrong unit`, { code: 'WRONG_UNIT', allowed, suggestion: `e.g. ${example}` })
  return undefined
}

function allowedText(dimension: Dimension, { min, max, example }: FieldText & RangeText): string {
  const range =
    min !== undefined && max !== undefined
      ? `${min} to ${max}`
      : min !== undefined
        ? `${min} or more`
        : max !== undefined
          ? `up to ${max}`
          : `e.g. ${example}`
  return `${range} (unit: ${UNITS_BY_DIMENSION[dimension]})`
}

function jsonSchemaOf(dimension: Dimension): { type: 'string'; pattern: string } {
  const number = '^[+-]?[0-9][0-9_]*(\\.[0-9]+)?\\s*'
  const unit = { time: '(ms|s|min|h|d|w)', fraction: '(%|bps)', vol: 'vol', amount: '[A-Z][A-Z0-9]{1,11}' }[dimension]
  return { type: 'string', pattern: `${number}${unit}$` }
}

function show(value: unknown): string {
  if (value === undefined || value === null) return 'an empty value'
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'a list' : 'a section'
}
