import { backtestHits, backtestShortfall } from '@holdfast/quant'
import { z } from 'zod'
import { CalcError } from '../error.js'
import { defineKind } from '../kind.js'
import { refusing } from './refusal.js'
import { type BacktestRequest, backtest, riskRequest, valueAtRisk } from './riskRequest.js'
import { answerValueAtRisk } from './valueAtRisk.js'

/** `risk`: value at risk and expected shortfall, or the backtest of their forecasts. */
export const risk = defineKind({
  name: 'risk',
  summary: 'Value at risk and expected shortfall by four methods with components, and their backtests.',
  request: riskRequest,
  answer: (request) => (request.kind === 'var' ? answerValueAtRisk(request) : answerBacktest(request)),
})

/** The two questions of `risk` under names of their own, for streams that ask only one of them. */
export const valueAtRiskAlone = defineKind({
  name: 'var',
  summary: 'Value at risk and expected shortfall: `risk` with kind var.',
  request: valueAtRisk.extend({ kind: z.literal('var').default('var') }),
  answer: answerValueAtRisk,
})

export const backtestAlone = defineKind({
  name: 'backtest',
  summary: 'Kupiec, Christoffersen, Basel zone, Acerbi–Székely: `risk` with kind backtest.',
  request: backtest.extend({ kind: z.literal('backtest').default('backtest') }),
  answer: answerBacktest,
})

function answerBacktest(request: BacktestRequest) {
  const { hits, pnl, level, simulation = {} } = request
  const chance = Math.min(level, 1 - level)
  if ((hits === undefined) === (pnl === undefined)) {
    throw new CalcError({ code: 'INVALID_INPUT', path: '', message: 'give either hits, or pnl with var' })
  }
  if (hits !== undefined) {
    const flags = hits.map((hit) => hit === true || hit === 1)
    return { level: chance, ...refusing('', () => backtestHits(flags, chance)) }
  }
  const forecast = perDay(request.var, pnl!.length, 'var')
  const coverage = refusing('', () =>
    backtestHits(
      pnl!.map((value, day) => -value > forecast[day]!),
      chance,
    ),
  )
  if (request.expectedShortfall === undefined) return { level: chance, ...coverage }
  const shortfall = perDay(request.expectedShortfall, pnl!.length, 'expectedShortfall')
  const { distribution = { kind: 'normal' } as const, samples = 5000, seed = 1 } = simulation
  const acerbiSzekely = refusing('', () =>
    backtestShortfall(pnl!, forecast, shortfall, chance, { distribution, samples, seed }),
  )
  return { level: chance, ...coverage, acerbiSzekely }
}

function perDay(value: number | readonly number[] | undefined, days: number, field: string): readonly number[] {
  if (value === undefined) {
    throw new CalcError({ code: 'MISSING_INPUT', path: `/${field}`, message: `pnl is held against ${field}` })
  }
  if (typeof value === 'number') return new Array<number>(days).fill(value)
  if (value.length === days) return value
  const message = `${field} needs one figure, or one for each of ${days} days; given: ${value.length}`
  throw new CalcError({ code: 'INVALID_INPUT', path: `/${field}`, message })
}
