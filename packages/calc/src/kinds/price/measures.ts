import {
  differentiatedMeasures,
  INVERSE_MEASURES,
  MEASURES,
  type Measure,
  measuresOfAxes,
  type Valuation,
} from '@holdfast/quant'
import { z } from 'zod'
import { CalcError } from '../../error.js'

const names = [...new Set<string>([...MEASURES, ...INVERSE_MEASURES])] as [string, ...string[]]

export const measures = z
  .union([z.literal('all'), z.array(z.enum(names)).min(1)])
  .default(['price'])
  .describe('"all": every measure that exists for the instrument under the model')
export type MeasuresAsked = z.output<typeof measures>

/** The measures to answer, in the order asked. @throws {CalcError} for the first that does not exist here. */
export function chosenMeasures(asked: MeasuresAsked, existing: readonly string[]): readonly string[] {
  if (asked === 'all') return existing
  asked.forEach((name, i) => {
    if (existing.includes(name)) return
    const message = `${name} does not exist for this instrument under this model; there are ${existing.join(', ')}`
    throw new CalcError({ code: 'UNSUPPORTED', path: `/measures/${i}`, message })
  })
  return asked
}

/** Measures of a price without closed forms for them. */
export function answerByDifferences(valuation: Valuation, asked: MeasuresAsked): Readonly<Record<string, number>> {
  const chosen = chosenMeasures(asked, measuresOfAxes(valuation.axes))
  return differentiatedMeasures(valuation, chosen as readonly Measure[])
}
