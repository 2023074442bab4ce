import type { ExchangeCore } from './core.js'
import { RpcError } from './error.js'
import { AMOUNT_UNITS, PRICE_UNITS, wholeUnits } from './money.js'
import type { Terms } from './terms.js'

/** Parameters of a request. Over HTTP all values are text, so numbers and truth values are read from text as well. */
export type Params = Readonly<Record<string, unknown>>

export function invalid(param: string, reason: string): RpcError {
  return new RpcError('invalid_params', { param, reason }, 'Invalid params')
}

export function textOf(params: Params, name: string): string | undefined {
  const value = params[name]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'number') return `${value}`
  throw invalid(name, 'must be a string')
}

export function numberOf(params: Params, name: string): number | undefined {
  const value = params[name]
  if (value === undefined || value === null || value === '') return undefined
  const number =
    typeof value === 'string' && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value.trim()) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) throw invalid(name, 'must be a number')
  return number
}

export function flagOf(params: Params, name: string, otherwise = false): boolean {
  const value = params[name]
  if (value === undefined || value === null) return otherwise
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw invalid(name, 'must be true or false')
}

export function listOf(params: Params, name: string): readonly string[] {
  const value = params[name]
  const list = typeof value === 'string' ? parseList(name, value) : value
  if (!Array.isArray(list) || list.some((item) => typeof item !== 'string'))
    throw invalid(name, 'must be a list of strings')
  return list as string[]
}

function parseList(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid(name, 'must be a list of strings')
  }
}

export function requiredText(params: Params, name: string): string {
  const text = textOf(params, name)
  if (text === undefined) throw invalid(name, 'missing')
  return text
}

/** The instrument that a request names. @throws {RpcError} 13020 where there is none. */
export function termsIn(core: ExchangeCore, params: Params): Terms {
  const name = requiredText(params, 'instrument_name')
  const terms = core.instruments.get(name)
  if (terms === undefined) throw new RpcError('not_found', { param: 'instrument_name', reason: 'instrument_not_found' })
  return terms
}

export function currencyIn(core: ExchangeCore, params: Params): string {
  const currency = requiredText(params, 'currency').toUpperCase()
  if (!core.market.currencies.includes(currency)) throw invalid('currency', 'unknown currency')
  return currency
}

/** `amount` (or `contracts`) in units; a whole count of lots. */
export function amountIn(params: Params, terms: Terms): number {
  const contracts = numberOf(params, 'contracts')
  const amount =
    numberOf(params, 'amount') ?? (contracts === undefined ? undefined : (contracts * terms.contract) / AMOUNT_UNITS)
  if (amount === undefined) throw invalid('amount', 'missing')
  const units = wholeUnits(amount, AMOUNT_UNITS)
  if (units === undefined || units % terms.lot !== 0)
    throw new RpcError(
      'invalid_params',
      { param: 'amount', reason: `must be a multiple of ${terms.lot / AMOUNT_UNITS}` },
      'Invalid params',
    )
  if (units < terms.lot) throw new RpcError('qty_too_low', { param: 'amount', reason: 'below the minimum' })
  return units
}

/** `price` in units, on the tick. */
export function priceIn(params: Params, terms: Terms): number {
  const price = numberOf(params, 'price')
  if (price === undefined) throw invalid('price', 'missing')
  const units = wholeUnits(price, PRICE_UNITS)
  if (units === undefined || units <= 0 || units % terms.tick !== 0)
    throw new RpcError('price_wrong_tick', {
      param: 'price',
      reason: `must be a multiple of ${terms.tick / PRICE_UNITS}`,
    })
  return units
}
