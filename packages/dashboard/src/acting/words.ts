import { parseInstrumentKey } from '@holdfast/quant'
import { decimal, plain } from '../format/number.js'
import { day } from '../format/time.js'
import type { Order, OrderStatus, RuleBound } from './types.js'

/** `BTC perpetual`, `BTC 27 Feb 26 80,000 put`; a symbol that is no key stays as it is. */
export function keyName(key: string): string {
  const instrument = parseInstrumentKey(key)
  if (instrument === undefined) return key
  const { underlying } = instrument
  switch (instrument.kind) {
    case 'spot':
      return `${underlying} spot`
    case 'perpetual':
      return `${underlying} perpetual${instrument.payoff === 'linear' ? ` in ${instrument.settle}` : ''}`
    case 'future':
      return `${underlying} ${day(new Date(instrument.expiry).toISOString())} future`
    case 'option':
      return `${underlying} ${day(new Date(instrument.expiry).toISOString())} ${plain(instrument.strike)} ${instrument.right}`
  }
}

/** `+1,234.5`: an exact decimal with its sign. */
export function signedDecimal(text: string): string {
  const body = decimal(text)
  return text.startsWith('-') || !/[1-9]/.test(text) ? body : `+${body}`
}

/** The same cut to so many digits behind the point, towards zero: for reading, not for reckoning. */
export function cutDecimal(text: string, digits: number): string {
  const [whole = '', fraction = ''] = text.split('.')
  const kept = fraction.slice(0, digits).replace(/0+$/, '')
  return signedDecimal(kept === '' ? whole : `${whole}.${kept}`)
}

/** Share of an order that is filled, 0 … 1. */
export function filledShare({ size, filled }: Pick<Order, 'size' | 'filled'>): number {
  const share = Number(filled) / Number(size)
  return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0
}

const LIVE: readonly OrderStatus[] = ['unresolved', 'sending', 'open']

/** Those whose fate is unknown first, then what may still trade, then what is done, the newest first. */
export function openFirst(orders: readonly Order[]): readonly Order[] {
  const rank = ({ status }: Order) => (LIVE.includes(status) ? LIVE.indexOf(status) : LIVE.length)
  return [...orders].sort((a, b) => rank(a) - rank(b) || (a.since < b.since ? 1 : a.since > b.since ? -1 : 0))
}

export function isLive({ status }: Order): boolean {
  return LIVE.includes(status)
}

/** `at most 2 BTC an action, 60 BTC a day`. */
export function boundsText(bounds: readonly RuleBound[]): string {
  if (bounds.length === 0) return 'no bound'
  const parts = bounds.map(
    ({ per, amount, unit }) =>
      `${decimal(amount)} ${unit} ${per === 'action' ? 'an action' : per === 'hour' ? 'an hour' : 'a day'}`,
  )
  return `at most ${parts.join(', ')}`
}

/** `account:main` → `account main`; `all` → `everything`. */
export function scopeText(scope: string): string {
  if (scope === 'all') return 'everything'
  const [kind = '', name = ''] = scope.split(/:(.*)/)
  return kind === 'underlying' ? name.replace('/', ' / ') : `${kind} ${name}`
}

/** How long is left: `12 min 5 s`, `45 s`, `2 h 3 min`. */
export function leftText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
