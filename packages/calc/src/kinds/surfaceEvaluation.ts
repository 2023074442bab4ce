import { checkSmiles, gatheralDensity, log, type VarianceJet, type VarianceSmile } from '@holdfast/quant'
import { CalcError } from '../error.js'
import { missing } from './refusal.js'
import { type SliceRequest, slicesOf } from './smile.js'
import type { SmileRequest, SurfacePoint } from './surfaceRequest.js'

/** Total variance, vol and density at each point, and the arbitrage of the slices on a dense grid. */
export function evaluateSurface(request: SmileRequest, points: readonly SurfacePoint[]) {
  const slices = slicesOf(request)
  const smiles = slices.length === 1 ? looseSmiles(slices[0]!, points) : termSmiles(slices)
  return {
    points: points.map((point, index) => {
      const k = logMoneynessOf(point, slices, `/points/${index}`)
      const smile = slices.length === 1 ? slices[0]!.smile(point.years, point.forward) : smileAt(smiles, point.years)
      const jet = smile.jet(k)
      if (!(jet.w > 0)) {
        throw new CalcError({
          code: 'NO_SOLUTION',
          path: `/points/${index}`,
          message: `total variance at log-moneyness ${k} is ${jet.w}: no vol there`,
          reason: 'variance-not-positive',
        })
      }
      return {
        logMoneyness: k,
        years: point.years,
        totalVariance: jet.w,
        impliedVol: Math.sqrt(jet.w / point.years),
        density: gatheralDensity(jet, k),
      }
    }),
    arbitrage: checkSmiles(smiles),
  }
}

/** One slice without an expiry of its own is the smile of each point's expiry. */
function looseSmiles(slice: SliceRequest, points: readonly SurfacePoint[]): readonly VarianceSmile[] {
  if (slice.years !== undefined) return [slice.smile(slice.years, slice.forward ?? points[0]!.forward)]
  const forwards = new Map(points.map((point) => [point.years, point.forward]))
  return [...forwards].sort(([x], [y]) => x - y).map(([years, forward]) => slice.smile(years, forward))
}

function termSmiles(slices: readonly SliceRequest[]): readonly VarianceSmile[] {
  const smiles = slices.map((slice, index) => {
    if (slice.years === undefined) throw missing(`/params/${index}/years`, 'each of several slices has its years')
    return slice.smile(slice.years, slice.forward)
  })
  smiles.sort((x, y) => x.years - y.years)
  smiles.forEach((smile, index) => {
    if (index > 0 && smiles[index - 1]!.years === smile.years) {
      throw new CalcError({ code: 'INVALID_INPUT', path: '/params', message: `two slices of ${smile.years} years` })
    }
  })
  return smiles
}

/** Total variance linear in time at constant k; beyond the ends the vol of the nearest slice, as `surfaceTotalVariance`. */
function smileAt(smiles: readonly VarianceSmile[], years: number): VarianceSmile {
  const after = smiles.findIndex((smile) => smile.years >= years)
  const high = smiles[after === -1 ? smiles.length - 1 : after]!
  if (high.years === years) return high
  const low = after > 0 ? smiles[after - 1] : undefined
  if (low === undefined) return { years, jet: (k) => mix(high.jet(k), years / high.years) }
  const share = (years - low.years) / (high.years - low.years)
  return { years, jet: (k) => mix(low.jet(k), 1 - share, high.jet(k), share) }
}

function mix(x: VarianceJet, shareX: number, y: VarianceJet = x, shareY = 0): VarianceJet {
  return {
    w: x.w * shareX + y.w * shareY,
    slope: x.slope * shareX + y.slope * shareY,
    curvature: x.curvature * shareX + y.curvature * shareY,
  }
}

function logMoneynessOf(point: SurfacePoint, slices: readonly SliceRequest[], path: string): number {
  const { logMoneyness, strike } = point
  if ((logMoneyness === undefined) === (strike === undefined)) {
    throw new CalcError({ code: 'INVALID_INPUT', path, message: 'give either logMoneyness or strike' })
  }
  if (logMoneyness !== undefined) return logMoneyness
  const forward =
    point.forward ?? (slices.length === 1 ? slices[0]! : slices.find((s) => s.years === point.years))?.forward
  if (forward === undefined) throw missing(`${path}/forward`, 'a strike needs a forward: of the point or of its slice')
  return log(strike! / forward)
}
