import {
  fitLeanModel,
  fitSurface,
  type RejectedQuote,
  rawToJumpWings,
  rawToNatural,
  type SurfaceQuote,
} from '@holdfast/quant'
import type { z } from 'zod'
import { CalcError } from '../error.js'
import { refusing } from './refusal.js'
import type { SurfaceRequest, surfaceQuote } from './surfaceRequest.js'

type Quote = z.output<typeof surfaceQuote>

/** Parameters of each expiry, residuals, what was left out and why, and the arbitrage that is left. */
export function fitSurfaceRequest(request: SurfaceRequest, quotes: readonly Quote[]) {
  const given = quotes as readonly SurfaceQuote[]
  const fit = refusing('', () => fitted(request, given))
  if (fit.expiries.every((expiry) => expiry.status === 'unfitted')) throw nothingFitted(fit.expiries, fit.rejected)
  const rejected = fit.rejected.map(({ index, reason, quote }) => ({ index, reason, quote }))
  return { model: request.model, ...fit, rejected }
}

function fitted(request: SurfaceRequest, quotes: readonly SurfaceQuote[]) {
  switch (request.model) {
    case 'svi':
    case 'svi-natural':
    case 'svi-jump-wings': {
      const { expiries, arbitrage, arbitrageFree, rejected } = fitSurface(quotes)
      return {
        expiries: expiries.map((expiry) => {
          if (expiry.status === 'unfitted') return expiry
          const { svi, ...rest } = expiry
          return { ...rest, params: formOf(request.model, svi, expiry.years) }
        }),
        arbitrage,
        arbitrageFree,
        rejected,
      }
    }
    case 'ssvi':
    case 'essvi':
      return lean(fitLeanModel(quotes, { kind: request.model }))
    case 'sabr':
      return lean(fitLeanModel(quotes, { kind: 'sabr', beta: request.beta ?? 1 }))
  }
}

function formOf(model: SurfaceRequest['model'], svi: Parameters<typeof rawToNatural>[0], years: number) {
  if (model === 'svi-natural') return rawToNatural(svi)
  if (model === 'svi-jump-wings') return rawToJumpWings(svi, years)
  return svi
}

function lean(fit: ReturnType<typeof fitLeanModel>) {
  return {
    ...fit,
    expiries: fit.expiries.map((expiry) => {
      if (expiry.status === 'unfitted') return expiry
      const { parameters, ...rest } = expiry
      return { ...rest, params: parameters }
    }),
  }
}

function nothingFitted(
  expiries: readonly { readonly years: number; readonly strikes: number }[],
  rejected: readonly RejectedQuote[],
): CalcError {
  const few = expiries.map(({ years, strikes }) => `${strikes} strike${strikes === 1 ? '' : 's'} at ${years} years`)
  const bad = rejected.map(({ index, reason }) => `quote ${index} ${reason}`)
  const why = [...few, ...bad].slice(0, 10).join(', ')
  return new CalcError({
    code: 'NO_SOLUTION',
    path: '/quotes',
    message: `no expiry has the five different strikes that a smile needs: ${why}`,
    reason: 'too-few-strikes',
  })
}
