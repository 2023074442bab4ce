import { exp, impliedVol as solveImpliedVol } from '@holdfast/quant'
import { z } from 'zod'
import { CalcError } from '../../error.js'
import { defineKind, requestId } from '../../kind.js'
import { option } from './instrument.js'
import { marketWithoutVol, underlyingOf } from './market.js'
import { refusingPrice } from './refusal.js'

const request = z.strictObject({
  id: requestId,
  instrument: option,
  market: marketWithoutVol,
  price: z
    .number()
    .optional()
    .describe('quote per unit of base: premium today (linear), or USD value of the coin price (inverse)'),
  priceCoin: z.number().optional().describe('inverse only: the coin price; give this or price'),
})
type Request = z.output<typeof request>

/** `implied-vol`: the volatility that gives a price. */
export const impliedVol = defineKind({
  name: 'implied-vol',
  summary: 'The volatility at which an option is worth a given price.',
  request,
  answer: (asked) => {
    if (asked.instrument.style === 'american') {
      const message = 'implied vol is solved for the european style'
      throw new CalcError({ code: 'UNSUPPORTED', path: '/instrument/style', message })
    }
    return refusingPrice(new Set(Object.keys(asked.instrument)), () => {
      const { right, strike, years: yearsToExpiry } = asked.instrument
      const solved = solveImpliedVol({ right, strike, yearsToExpiry, ...quoteOf(asked) })
      if (solved.ok) return { impliedVol: solved.impliedVol }
      throw new CalcError({
        code: 'NO_SOLUTION',
        path: '/price',
        reason: solved.reason,
        message: MESSAGES[solved.reason],
      })
    })
  },
})

const MESSAGES = {
  'below-intrinsic': 'the price is below the discounted intrinsic value, which any volatility exceeds',
  'above-maximum': 'the price is not below its limit for infinite volatility',
} as const

/** The quote as Black-76 reads it. A coin price is undiscounted and in units of the forward. */
function quoteOf({ instrument, market, price, priceCoin }: Request) {
  const { fromForward, price: underlying, dividendYield } = underlyingOf(market, market.rate, '/market')
  if (instrument.payoff === 'linear') {
    if (priceCoin !== undefined) throw invalid('/priceCoin', 'a linear option has its price in quote: give price')
    if (price === undefined) throw missing('/price', 'the price that the volatility is to give')
    const discountFactor = exp(-market.rate * instrument.years)
    const carry = fromForward ? 0 : market.rate - dividendYield
    return { forward: underlying * exp(carry * instrument.years), discountFactor, price }
  }
  if (!fromForward) throw missing('/market/forward', 'an inverse option is priced on the forward of its expiry')
  if (price !== undefined && priceCoin !== undefined)
    throw invalid('/priceCoin', 'give either price (USD) or priceCoin')
  const usd = priceCoin === undefined ? price : priceCoin * underlying
  if (usd === undefined) throw missing('/priceCoin', 'the coin price, or price in USD')
  return { forward: underlying, discountFactor: 1, price: usd }
}

function missing(path: string, message: string): CalcError {
  return new CalcError({ code: 'MISSING_INPUT', path, message })
}

function invalid(path: string, message: string): CalcError {
  return new CalcError({ code: 'INVALID_INPUT', path, message })
}
