import { type ClearingDecision, moneyToNumber } from '@holdfast/engine'

/** A decision in words for operators; `undefined` where it is routine: single orders, refusals, notices. */
export function describeClearing(decision: ClearingDecision): string | undefined {
  switch (decision.kind) {
    case 'margin-call':
      return `margin call on ${decision.account}, due ${new Date(decision.dueTime).toISOString().slice(11, 16)} UTC`
    case 'call-overdue':
      return `the call on ${decision.account} is overdue${decision.proof === null ? ', delivery unproven' : ''}`
    case 'band': {
      if (decision.to !== 'liquidation' && decision.to !== 'insolvent') return undefined
      const figures = `equity ${usd(decision.equity)}, maintenance ${usd(decision.maintenanceMargin)}`
      return `${decision.account} ${decision.to === 'insolvent' ? 'is insolvent' : 'is liquidated'}: ${figures}`
    }
    case 'liquidation-order': {
      if (decision.purpose !== 'hedge') return undefined
      const amount = Math.abs(moneyToNumber(decision.size))
      return `${decision.account} is hedged by ${decision.size > 0n ? 'buying' : 'selling'} ${amount} ${decision.market}`
    }
    case 'liquidation-held':
      return `liquidation of ${decision.account} waits: ${decision.reason}`
    case 'auction':
      return `auction of ${decision.account} ${decision.what}, ${decision.phase}`
    case 'bid-accepted': {
      const share = `${(moneyToNumber(decision.share) * 100).toFixed(1)} %`
      return `${decision.bidder} takes ${share} of ${decision.account} for ${usd(decision.payment)}`
    }
    case 'fund-draw':
      return `the fund of ${decision.market} pays ${usd(decision.amount)} for ${decision.account}`
    case 'deleveraged':
      return `${decision.counterparty} is deleveraged against ${decision.account} in ${decision.market}, bears ${usd(decision.loss)}`
    case 'loss-shared':
      return `loss of ${decision.account} beyond the fund: ${usd(decision.residual)}, deleveraged ${usd(decision.deleveraged)}, socialised ${usd(decision.socialised)}`
    case 'margin-unknown':
      return `the margin of ${decision.account} is not known: ${decision.missing.join(', ')}; nothing of it opens or leaves`
    case 'withdrawals':
      return decision.gated ? 'withdrawals are gated' : 'withdrawals are open again'
    case 'all-markets-bad':
      return decision.raised ? 'no market can be trusted' : 'markets can be trusted again'
    case 'asset-price':
      return `the price of ${decision.asset} is ${decision.stale ? 'too old: it backs nothing' : 'fresh again'}`
    case 'market-quality':
      return decision.quality === 'suspect' || decision.quality === 'stale'
        ? `the mark of ${decision.market} is ${decision.quality}${decision.divergent ? ', divergent' : ''}`
        : undefined
    case 'refused':
    case 'margin-known':
    case 'notice':
    case 'call-closed':
    case 'cancel-orders':
    case 'order-lapsed':
    case 'auction-closed':
    case 'keeper-reward':
    case 'socialised':
      return undefined
  }
}

function usd(money: bigint): string {
  const value = Math.round(moneyToNumber(money))
  const digits = Math.abs(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
  return `${value < 0 ? '−' : ''}$${digits}`
}
