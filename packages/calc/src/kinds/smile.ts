import {
  jumpWingsToRaw,
  naturalToRaw,
  type SviParameters,
  sabrSmile,
  ssviPhi,
  ssviToRaw,
  sviSmile,
  type VarianceSmile,
} from '@holdfast/quant'
import { missing, refusing } from './refusal.js'
import type { SmileRequest, SsviParams } from './surfaceRequest.js'

/** One slice of a request: where it says so, its own years and forward. */
export type SliceRequest = {
  readonly years?: number | undefined
  readonly forward?: number | undefined
  /** The smile at an expiry; `forward` matters to SABR alone. */
  smile(years: number, forward: number | undefined): VarianceSmile
}

/** Slices of a request in its order; the models differ only here. */
export function slicesOf(request: SmileRequest): readonly SliceRequest[] {
  switch (request.model) {
    case 'svi':
      return rawSlices(request.params, (params) => params)
    case 'svi-natural':
      return rawSlices(request.params, naturalToRaw)
    case 'svi-jump-wings':
      return rawSlices(request.params, (params, years) => jumpWingsToRaw(params, years))
    case 'ssvi':
    case 'essvi':
      return rawSlices(request.params, (params) => ssviToRaw({ ...params, phi: phiOf(params) }))
    case 'sabr':
      return list(request.params).map(({ years, forward, ...parameters }, index) => ({
        years,
        forward,
        smile: (at, given) => {
          const F = given ?? forward
          if (F === undefined)
            throw missing(`/params/${index}/forward`, 'SABR needs a forward: of the point or of the slice')
          return sabrSmile(parameters, F, at)
        },
      }))
  }
}

type Term = { readonly years?: number | undefined; readonly forward?: number | undefined }

function rawSlices<Params extends Term>(
  params: Params | Params[] | undefined,
  toRaw: (params: Params, years: number) => SviParameters,
): readonly SliceRequest[] {
  const many = Array.isArray(params)
  return list(params).map((slice, index) => ({
    years: slice.years,
    forward: slice.forward,
    smile: (years) => {
      const svi = refusing(many ? `/params/${index}` : '/params', () => toRaw(slice, slice.years ?? years))
      return sviSmile({ years, forward: 1, svi })
    },
  }))
}

function list<Params>(params: Params | Params[] | undefined): readonly Params[] {
  if (params === undefined) throw missing('/params', 'points are evaluated on params')
  return Array.isArray(params) ? params : [params]
}

function phiOf({ theta, phi, eta, gamma, lambda }: SsviParams): number {
  if (phi !== undefined) return phi
  if (lambda !== undefined) return ssviPhi({ kind: 'heston-like', lambda }, theta)
  return ssviPhi({ kind: 'power-law', eta: eta!, gamma: gamma! }, theta)
}
