import { z } from 'zod'
import { duration, fraction } from './field.js'

type GuardDefaults = {
  delayedAfter: string
  maxAge: string
  maxJump: string
  maxDivergence: string
  maxConfidence: string
}

function guardSchema(what: string, defaults: GuardDefaults) {
  return z
    .strictObject({
      delayedAfter: duration({
        description: 'Older than this is `delayed`.',
        example: '5 s',
        min: '1 ms',
        max: '30 d',
      }).prefault(defaults.delayedAfter),
      maxAge: duration({
        description: 'Older than this, or without progress for this long, is `stale`.',
        example: '15 min',
        min: '1 ms',
        max: '30 d',
      }).prefault(defaults.maxAge),
      maxJump: fraction({
        description: 'A larger move against the time-weighted average is `suspect`.',
        example: '15 %',
        min: '0.01 %',
        max: '1000 %',
      }).prefault(defaults.maxJump),
      maxDivergence: fraction({
        description: 'Sources that differ by more are `suspect`.',
        example: '2 %',
        min: '0.01 %',
        max: '100 %',
      }).prefault(defaults.maxDivergence),
      maxConfidence: fraction({
        description: 'A feed whose own confidence interval, as a share of the price, is wider is `suspect`.',
        example: '1 %',
        min: '0.01 %',
        max: '100 %',
      }).prefault(defaults.maxConfidence),
    })
    .prefault({})
    .meta({ description: `What is tolerated of ${what}.` })
}

const usual = { delayedAfter: '10 s', maxAge: '60 s', maxJump: '10 %', maxDivergence: '1 %', maxConfidence: '1 %' }
const slower = { ...usual, delayedAfter: '5 min', maxAge: '20 min', maxJump: '100 %' }

/** The section `guard`. Defaults are those of the guard itself. */
export const guardsSchema = z
  .strictObject({
    index: guardSchema('index prices', usual),
    forward: guardSchema('forwards', { ...usual, delayedAfter: '30 s', maxAge: '2 min', maxDivergence: '2 %' }),
    surface: guardSchema('volatility surfaces', { ...slower, maxDivergence: '25 %' }),
    quote: guardSchema('quotes of single instruments', { ...slower, maxDivergence: '10 %' }),
    account: guardSchema('balances and positions', {
      ...slower,
      delayedAfter: '1 h',
      maxAge: '24 h',
      maxDivergence: '100 %',
    }),
    averageWindow: duration({
      description: 'Window of the time-weighted average against which jumps are measured.',
      example: '30 min',
      min: '1 s',
      max: '30 d',
    }).prefault('5 min'),
  })
  .prefault({})
  .meta({ description: 'The oracle guard: which data is trusted.' })

const moves = (what: string, low: string, example: string) =>
  fraction({ description: `A relative move of ${what}.`, example, min: low, max: '1000 %' })

/** The section `assess`. Defaults are those of the assessment itself. */
export const assessSchema = z
  .strictObject({
    spotMoves: z
      .array(moves('spot', '-99 %', '-15 %'))
      .min(1)
      .max(101)
      .prefault([
        '-50 %',
        '-30 %',
        '-20 %',
        '-15 %',
        '-10 %',
        '-5 %',
        '0 %',
        '5 %',
        '10 %',
        '15 %',
        '20 %',
        '30 %',
        '50 %',
      ])
      .meta({ description: 'Spot axis of the scenario grid.' }),
    volMoves: z
      .array(moves('implied volatility', '-99 %', '50 %'))
      .min(1)
      .max(51)
      .prefault(['-30 %', '0 %', '30 %', '60 %', '100 %'])
      .meta({ description: 'Volatility axis of the scenario grid.' }),
    valueAtRisk: z
      .strictObject({
        confidence: fraction({
          description: 'Confidence level.',
          example: '99 %',
          min: '50 %',
          max: '99.9 %',
        }).prefault('99 %'),
        horizon: duration({ description: 'Over how long.', example: '1 d', min: '1 h', max: '30 d' }).prefault('1 d'),
        window: duration({
          description: 'Past returns that historical value at risk looks at.',
          example: '365 d',
          min: '1 d',
          max: '3650 d',
        }).prefault('365 d'),
      })
      .prefault({})
      .meta({ description: 'Value at risk and expected shortfall.' }),
    distance: z
      .strictObject({
        searchDown: moves('spot', '-99 %', '-70 %').prefault('-70 %'),
        searchUp: moves('spot', '0 %', '100 %').prefault('100 %'),
        volUp: moves('implied volatility', '0 %', '50 %').prefault('50 %'),
        betas: z
          .record(z.string(), z.number().min(-10).max(10))
          .prefault({})
          .meta({
            description: 'Betas of underlyings to the first; worked out from the data where absent.',
            examples: [{ ETH: 1.25 }],
          }),
      })
      .prefault({})
      .meta({ description: 'How far liquidation is searched.' }),
  })
  .prefault({})
  .meta({ description: 'What is worked out of the book.' })

/** The section `calibration`. Defaults are those of the calibration itself. */
export const calibrationSchema = z
  .strictObject({
    minimum: fraction({
      description: 'Buffer on the requirements of an account whose venue figures were compared, at least.',
      example: '2 %',
      min: '0 %',
      max: '100 %',
    }).prefault('0 %'),
    maximum: fraction({
      description: 'The buffer never grows beyond this.',
      example: '50 %',
      min: '0 %',
      max: '1000 %',
    }).prefault('100 %'),
    multiple: z
      .number()
      .min(1)
      .max(10)
      .prefault(1.5)
      .meta({ description: 'Buffer per share by which our figures are too favourable.' }),
    halfLife: duration({
      description: 'Time in which what the buffer holds above its minimum halves.',
      example: '6 h',
      min: '1 s',
      max: '365 d',
    }).prefault('6 h'),
    maxAge: duration({
      description: 'Figures of the venue that are older than this are not compared.',
      example: '10 s',
      min: '1 ms',
      max: '1 d',
    }).prefault('30 s'),
  })
  .refine(({ minimum, maximum }) => minimum <= maximum, '`minimum` must not exceed `maximum`')
  .prefault({})
  .meta({ description: "How a venue's own margin figures widen the safety buffer of an account." })
