import { z } from 'zod'
import { STAGES } from '../../decision.js'
import { amount, duration, fraction } from './field.js'
import { boostSchema, insureSchema, rebalanceSchema, repaySchema, sellOptionsSchema } from './vaultSchema.js'

const oneOrMany = (description: string, example: string) =>
  z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .meta({ description, examples: [example] })
    .transform((value): readonly string[] => (typeof value === 'string' ? [value] : value))

/** `account`, or `{ account: deribit-main }` for some of them. */
export const scopeSchema = z
  .union([
    z.enum(['account', 'portfolio', 'underlying', 'input']),
    z.strictObject({ account: oneOrMany('Accounts by id.', 'deribit-main') }),
    z.strictObject({ portfolio: oneOrMany('Portfolios by name.', 'desk') }),
    z.strictObject({
      underlying: oneOrMany('Underlyings.', 'BTC'),
      portfolio: oneOrMany('Only in these portfolios.', 'desk').optional(),
    }),
    z.strictObject({ input: oneOrMany('Inputs by name, or by the beginning of it.', 'index:') }),
  ])
  .meta({ description: 'What the rule watches; each thing in scope is judged for itself.' })

const slippage = fraction({
  description: 'How far beyond the best quote the limit price may be.',
  example: '20 bps',
  min: '0 %',
  max: '10 %',
})

const instruments = z
  .union([z.enum(['all', 'options', 'futures']), z.array(z.string()).min(1)])
  .meta({ description: '`all`, `options`, `futures` (with perpetuals), or a list of instrument keys.' })

const alertAction = z
  .strictObject({
    tier: z.enum(['notice', 'warning', 'critical']).meta({ description: 'How urgent it is.' }),
    subject: z.string().optional().meta({
      description:
        'Rules that share a subject are tiers of one alert: only the highest tier that fires is told. The rule itself where absent.',
    }),
    summary: z
      .string()
      .min(1)
      .max(500)
      .meta({
        description:
          'The message; `{measure}`, `{account}`, `{portfolio}`, `{underlying}` and `{input}` are filled in.',
        examples: ['margin ratio {margin_ratio} of {account}'],
      }),
  })
  .meta({ description: 'Tell people.' })

const hedgeDelta = z
  .strictObject({
    with: z.string().meta({ description: 'Key of the instrument to hedge with.', examples: ['deribit:BTC/USD:BTC'] }),
    account: z.string().meta({ description: 'Account that the order is for.' }),
    target: amount({ description: 'Net delta to end at.', example: '0 BTC', sign: 'any' }),
    above: amount({
      description: 'Leave net delta alone up to this far above the target.',
      example: '1 BTC',
      sign: 'not-negative',
    }).optional(),
    below: amount({
      description: 'Leave net delta alone down to this far below the target.',
      example: '1 BTC',
      sign: 'not-negative',
    }).optional(),
    ratio: fraction({
      description: 'Share of the difference that is hedged.',
      example: '100 %',
      min: '1 %',
      max: '150 %',
    }).prefault('100 %'),
    lot: amount({
      description: "Smallest step of the order, in the instrument's size unit; 10 USD or 0.0001 of base where absent.",
      example: '10 USD',
      sign: 'positive',
    }).optional(),
    maxSlippage: slippage.prefault('20 bps'),
  })
  .meta({ description: 'Plan an order that brings net delta back to its target.' })

const reduce = z
  .strictObject({
    account: z.string().optional().meta({ description: 'Account to reduce; the one in scope where absent.' }),
    share: fraction({ description: 'Share of each position to close.', example: '25 %', min: '1 %', max: '100 %' }),
    instruments: instruments.prefault('all'),
    maxSlippage: slippage.prefault('50 bps'),
  })
  .meta({ description: 'Plan orders that close a share of positions.' })

const topUp = z
  .strictObject({
    account: z.string().optional().meta({ description: 'Account to top up; the one in scope where absent.' }),
    amount: amount({ description: 'How much collateral to add.', example: '2 BTC', sign: 'positive' }),
  })
  .meta({ description: 'Plan a transfer of collateral.' })

const cancel = z
  .strictObject({
    account: z
      .string()
      .optional()
      .meta({ description: 'Account whose orders are cancelled; the one in scope where absent.' }),
    instruments: z
      .union([z.literal('all'), z.array(z.string()).min(1)])
      .prefault('all')
      .meta({ description: '`all`, or a list of instrument keys.' }),
  })
  .meta({ description: 'Cancel open orders.' })

const halt = z
  .strictObject({ reason: z.string().min(1).max(500).meta({ description: 'What people will read.' }) })
  .meta({ description: 'Hold back everything that opens risk in scope, until a person resumes.' })

/** Exactly one of these. */
export const ACTION_NAMES = [
  'alert',
  'hedge-delta',
  'reduce',
  'top-up',
  'cancel',
  'halt',
  'rebalance-collateral',
  'repay',
  'boost',
  'insure',
  'sell-options',
] as const

const actionSchema = z
  .strictObject({
    alert: alertAction.optional(),
    'hedge-delta': hedgeDelta.optional(),
    reduce: reduce.optional(),
    'top-up': topUp.optional(),
    cancel: cancel.optional(),
    halt: halt.optional(),
    'rebalance-collateral': rebalanceSchema.optional(),
    repay: repaySchema.optional(),
    boost: boostSchema.optional(),
    insure: insureSchema.optional(),
    'sell-options': sellOptionsSchema.optional(),
  })
  .meta({ description: 'What to do: exactly one action.', minProperties: 1, maxProperties: 1 })

const bound = (description: string) => amount({ description, example: '5 BTC', sign: 'positive' }).optional()

const boundsSchema = z
  .strictObject({
    perAction: bound('Largest single action.'),
    perHour: bound('Most within any 60 minutes.'),
    perDay: bound('Most within any 24 hours.'),
  })
  .prefault({})
  .meta({ description: 'Limits of what the rule may do; all that it does counts, in every scope.' })

/** The parts of a rule that its action is checked by. */
export const actionPartSchema = z.object({ id: z.string(), do: actionSchema, bounds: boundsSchema })
export type ActionPart = z.output<typeof actionPartSchema>

const condition = (description: string, example: string) =>
  z
    .string()
    .min(1)
    .max(2000)
    .meta({ description, examples: [example] })

export const ruleSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'lower-case letters, digits and `-`')
      .meta({ description: 'Name of the rule; unique.' }),
    scope: scopeSchema,
    when: condition(
      'Condition (Common Expression Language) over the measures of the scope. A number without a function is in the unit of the measure.',
      'margin_ratio > 0.65',
    ),
    rearm: z
      .strictObject({
        when: condition('It can fire again only after this held.', 'margin_ratio < 0.55'),
        after: duration({
          description: 'For how long it must have held.',
          example: '1 h',
          min: '0 s',
          max: '30 d',
        }).prefault('0 s'),
      })
      .meta({ description: 'Hysteresis: recovery, and time.' }),
    cooldown: duration({
      description: 'Shortest time between two firings.',
      example: '4 h',
      min: '0 s',
      max: '30 d',
    }).prefault('0 s'),
    repeat: duration({
      description: 'While the condition still holds, act again this often; once for each time it fires where absent.',
      example: '10 min',
      min: '1 s',
      max: '30 d',
    }).optional(),
    bounds: boundsSchema,
    stage: z.enum(STAGES).prefault('shadow').meta({
      description:
        'plan: print. shadow: record. paper: simulated fills. approve: a person confirms. live: within bounds.',
    }),
    do: actionSchema,
  })
  .meta({ description: 'When a condition holds for something in scope, do one thing.' })

export const rulesSchema = z.array(ruleSchema).prefault([]).meta({ description: 'The policy.' })

export type RuleFile = z.output<typeof ruleSchema>
export type ScopeFile = z.output<typeof scopeSchema>
