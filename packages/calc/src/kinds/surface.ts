import { checkSmiles, fairVariance } from '@holdfast/quant'
import { CalcError } from '../error.js'
import { defineKind } from '../kind.js'
import { refusing } from './refusal.js'
import { slicesOf } from './smile.js'
import { evaluateSurface } from './surfaceEvaluation.js'
import { fitSurfaceRequest } from './surfaceFit.js'
import { surfaceRequest, varianceSwapRequest } from './surfaceRequest.js'

/** `surface`: total variance, vol and density at points of a smile, or a fit of a chain of quotes. */
export const surface = defineKind({
  name: 'surface',
  summary: 'Smiles: evaluates one at points, or fits a chain of quoted vols without arbitrage.',
  request: surfaceRequest,
  answer: (request) => {
    const { points, quotes } = request
    if ((points === undefined) === (quotes === undefined)) {
      throw new CalcError({
        code: 'INVALID_INPUT',
        path: '',
        message: 'give either points (with params) to evaluate, or quotes to fit',
      })
    }
    return points !== undefined ? evaluateSurface(request, points) : fitSurfaceRequest(request, quotes!)
  },
})

/** `variance-swap`: the fair variance of one smile by static replication. */
export const varianceSwap = defineKind({
  name: 'variance-swap',
  summary: 'Fair variance of a variance swap from a smile.',
  request: varianceSwapRequest,
  answer: (request) => {
    const smile = slicesOf(request)[0]!.smile(request.years, request.forward)
    const arbitrage = checkSmiles([smile])
    const wing = arbitrage.where.find((finding) => finding.kind === 'wing')
    if (wing !== undefined) {
      throw new CalcError({
        code: 'INVALID_INPUT',
        path: '/params',
        message: `a wing's slope of total variance is ${wing.amount + 2}; no density, and so no fair variance, from 2 on`,
      })
    }
    const fair = refusing('/params', () => fairVariance(smile.jet, request.years))
    return { ...fair, totalVariance: fair.fairVariance * request.years, arbitrage }
  },
})
