import type { Action, Position, Scope } from '../api/types.js'
import { decimal, plain } from './number.js'
import { day } from './time.js'

/** `BTC 27 Feb 26 80,000 put`, `ETH perpetual`: what a position is, without the venue's shorthand. */
export function instrumentName(position: Position): string {
  switch (position.kind) {
    case 'option':
      return `${position.underlying} ${day(position.expiry)} ${plain(position.strike)} ${position.right}`
    case 'future':
      return `${position.underlying} ${day(position.expiry)} future`
    case 'perpetual':
      return `${position.underlying} perpetual`
    case 'spot':
      return `${position.underlying} spot`
  }
}

export function scopeName(scope: Scope): string {
  switch (scope.kind) {
    case 'account':
      return scope.account
    case 'portfolio':
      return scope.portfolio
    case 'underlying':
      return `${scope.portfolio} / ${scope.underlying}`
    case 'input':
      return scope.input
  }
}

/** An action in one line. */
export function actionSummary(action: Action): string {
  switch (action.kind) {
    case 'alert':
      return action.summary
    case 'order': {
      const side = action.size.startsWith('-') ? 'sell' : 'buy'
      const size = decimal(action.size.replace('-', ''))
      const [, symbol = action.instrument] = action.instrument.split(/:(.*)/)
      return `${side} ${size} ${action.sizeUnit} of ${symbol} at ${decimal(action.limitPrice)} ${action.priceUnit}`
    }
    case 'collateral':
      return `top up ${action.amount} ${action.asset} to ${action.account}`
    case 'cancel':
      return `cancel ${action.instruments === 'all' ? 'all orders' : `orders in ${action.instruments.length} instruments`} of ${action.account}`
    case 'halt':
      return `halt ${scopeName(action.scope)}: ${action.reason}`
    case 'kill-report':
      return `${action.drill ? 'drill of ' : ''}kill ${action.scope} (${action.mode}): ${action.state}`
    case 'stage':
      return `${action.rule} from ${action.from} to ${action.to}, by ${action.by}`
    case 'adopt':
      return `what the venue says of ${action.account} is ours, by ${action.by}`
  }
}

/** What a decision is called in the feed: the tier of an alert, the kind of anything else. */
export function actionWord(action: Action): string {
  if (action.kind === 'alert') return action.state === 'resolved' ? 'resolved' : action.tier
  return action.kind === 'order' ? (action.purpose === 'reduce' ? 'reduce' : 'hedge') : action.kind
}
