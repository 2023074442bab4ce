import {
  bookPnl,
  cornishFisherRisk,
  covarianceRisk,
  ewmaFilter,
  filteredReturns,
  historicalComponents,
  historicalRisk,
  type Matrix,
  parametricRisk,
  type Scenario,
  type ScenarioItem,
  sampleMoments,
  scenarioTable,
} from '@holdfast/quant'
import { CalcError } from '../error.js'
import { missing, refusing } from './refusal.js'
import type { RiskMarket, RiskPosition, RiskScenario, ValueAtRiskRequest } from './riskRequest.js'

/** What a request gives to measure: P&L of the whole by scenario, and of its parts where they are told apart. */
type Sample = {
  readonly pnl: readonly number[]
  readonly components?: readonly { readonly name: string; readonly pnl: readonly number[] }[]
}

const NORMAL = { kind: 'normal' } as const
const DECAY = 0.94

/** VaR and ES by the method asked for, with what the method assumed printed beside them. */
export function answerValueAtRisk(request: ValueAtRiskRequest): Readonly<Record<string, unknown>> {
  const { confidence, method = 'historical', quantile = 'inverse-cdf', distribution = NORMAL } = request
  if (request.exposures !== undefined || request.covariance !== undefined) return byCovariance(request)
  const sample = sampleOf(request)
  const head = { method, confidence, scenarios: sample.pnl.length }
  switch (method) {
    case 'historical':
      return { ...head, ...refusing('', () => historical(sample, confidence, quantile)) }
    case 'filtered': {
      const filter = request.garch ?? ewmaFilter(request.decay ?? DECAY)
      const filtered = refusing('', () => filteredReturns(sample.pnl, filter))
      const { volatility } = filtered
      return { ...head, filter, volatility, ...historicalRisk(filtered.returns, confidence, quantile) }
    }
    case 'parametric': {
      if (sample.components !== undefined) return { ...head, distribution, ...componentsByCovariance(request, sample) }
      const moments = refusing('', () => sampleMoments(sample.pnl))
      const risk = parametricRisk(moments.mean, moments.standardDeviation, confidence, distribution)
      return { ...head, distribution, ...risk, moments }
    }
    case 'cornish-fisher': {
      const moments = refusing('', () => sampleMoments(sample.pnl))
      return { ...head, ...cornishFisherRisk(moments, confidence), moments }
    }
  }
}

function historical(sample: Sample, confidence: number, quantile: ValueAtRiskRequest['quantile']) {
  return sample.components === undefined
    ? historicalRisk(sample.pnl, confidence, quantile)
    : historicalComponents(sample.components, confidence, quantile)
}

function byCovariance(request: ValueAtRiskRequest) {
  const { exposures, covariance, means, confidence, distribution = NORMAL, method } = request
  if (exposures === undefined) throw missing('/exposures', 'a covariance needs the exposures that it is of')
  if (covariance === undefined) throw missing('/covariance', 'exposures need the covariance of their returns')
  if (method !== undefined && method !== 'parametric') {
    throw new CalcError({ code: 'UNSUPPORTED', path: '/method', message: 'exposures and covariance are parametric' })
  }
  refuseBeside(request, ['pnl', 'returns', 'components', 'positions'])
  const risk = refusing('', () => covarianceRisk(exposures, covariance, confidence, distribution, means))
  return { method: 'parametric', confidence, distribution, ...risk }
}

/** Parts of a sample: their sample covariance (n − 1) and means, every exposure 1. */
function componentsByCovariance({ confidence, distribution = NORMAL }: ValueAtRiskRequest, sample: Sample) {
  const parts = sample.components!
  const means = parts.map(({ pnl }) => sampleMoments(pnl).mean)
  const count = sample.pnl.length
  const covariance: Matrix = parts.map((x, i) =>
    parts.map((y, j) => {
      let sum = 0
      for (let n = 0; n < count; n++) sum += (x.pnl[n]! - means[i]!) * (y.pnl[n]! - means[j]!)
      return sum / (count - 1)
    }),
  )
  const ones = parts.map(() => 1)
  const risk = refusing('', () => covarianceRisk(ones, covariance, confidence, distribution, means))
  return { ...risk, components: risk.components.map((part, i) => ({ name: parts[i]!.name, ...part })) }
}

function sampleOf(request: ValueAtRiskRequest): Sample {
  const { pnl, returns, components, positions, market, scenarios, exposure = 1 } = request
  const given = [pnl, returns, components, positions].filter((value) => value !== undefined).length
  if (given !== 1) {
    throw new CalcError({
      code: given === 0 ? 'MISSING_INPUT' : 'INVALID_INPUT',
      path: '',
      message:
        'give one of pnl, returns, components, positions (with market and scenarios), exposures (with covariance)',
    })
  }
  if (pnl !== undefined) return { pnl }
  if (returns !== undefined) return { pnl: returns.map((value) => value * exposure) }
  if (components !== undefined) return { pnl: totalOf(components), components }
  if (market === undefined) throw missing('/market', 'positions are revalued from a market')
  if (scenarios === undefined) throw missing('/scenarios', 'positions are revalued under scenarios')
  return revalued(positions!, market, scenarios)
}

function totalOf(components: readonly { readonly name: string; readonly pnl: readonly number[] }[]): readonly number[] {
  const { length } = components[0]!.pnl
  components.forEach(({ pnl }, index) => {
    if (pnl.length === length) return
    const message = `every component needs ${length} scenarios like the first; given: ${pnl.length}`
    throw new CalcError({ code: 'INVALID_INPUT', path: `/components/${index}/pnl`, message })
  })
  return Array.from({ length }, (_, n) => components.reduce((sum, { pnl }) => sum + pnl[n]!, 0))
}

function revalued(positions: readonly RiskPosition[], market: RiskMarket, moves: readonly RiskScenario[]): Sample {
  const items = positions.map((position, index) => itemOf(position, market, `/positions/${index}`))
  const scenarios = moves.map(
    ({ name, spotMove, volMove = 0, volKind = 'relative', yearsPassed = 0 }, index): Scenario => ({
      name: name ?? String(index),
      shock: { spotMove, vol: { kind: volKind, change: volMove }, yearsPassed },
    }),
  )
  const table = scenarioTable(items, scenarios)
  const sizes = positions.map((position) => position.size)
  const components = positions.map(({ name, size }, row) => ({
    name: name ?? String(row),
    pnl: scenarios.map((_, column) => size * table.pnl[row * table.scenarios + column]!),
  }))
  return { pnl: [...bookPnl(table, sizes)], components }
}

function itemOf({ instrument, forward, vol }: RiskPosition, market: RiskMarket, path: string): ScenarioItem {
  const index = market.spot
  const price = forward ?? market.forward ?? index
  switch (instrument.kind) {
    case 'spot':
      return { kind: 'spot', underlying: '', price: index }
    case 'future':
    case 'perpetual':
      return { kind: instrument.kind, underlying: '', payoff: instrument.payoff ?? 'linear', price, index }
    case 'option': {
      const impliedVol = vol ?? market.vol
      if (impliedVol === undefined)
        throw missing(`${path}/vol`, 'an option needs a vol: of the position or of the market')
      const { right, strike, years, payoff = 'linear' } = instrument
      return { kind: 'option', underlying: '', payoff, right, strike, years, forward: price, impliedVol, index }
    }
  }
}

function refuseBeside(
  request: ValueAtRiskRequest,
  fields: readonly ('pnl' | 'returns' | 'components' | 'positions')[],
) {
  const extra = fields.find((field) => request[field] !== undefined)
  if (extra === undefined) return
  throw new CalcError({
    code: 'INVALID_INPUT',
    path: `/${extra}`,
    message: `${extra} and exposures exclude each other`,
  })
}
