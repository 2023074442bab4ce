import { z } from 'zod'
import { KILL_MODES, STAGES } from '../../decision.js'
import { amount, duration, fraction, riskAversion } from './field.js'
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

const marginRate = (description: string, example: string) =>
  fraction({ description, example, min: '0 %', max: '100 %' })
const fee = fraction({
  description: "Taker's fee, of notional.",
  example: '5 bps',
  min: '0 bps',
  max: '1 %',
})

const hedgePlace = z
  .strictObject({
    instrument: z.string().meta({ description: 'Key of the instrument.', examples: ['deribit:BTC/USD:BTC'] }),
    account: z.string().optional().meta({ description: 'Account there; that of the action where absent.' }),
    fee: fee.prefault('5 bps'),
    marginRate: marginRate('Initial margin of the hedge, of notional.', '5 %').prefault('5 %'),
  })
  .meta({ description: 'A place to hedge at.' })

const hedgeDelta = z
  .strictObject({
    with: z.union([z.string(), z.array(hedgePlace).min(1)]).meta({
      description: 'Key of the instrument to hedge with, or a list of places: the cheapest that can be used is taken.',
      examples: ['deribit:BTC/USD:BTC'],
    }),
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
    band: z.enum(['fixed', 'whalley-wilmott', 'zakamouline', 'impulse']).optional().meta({
      description:
        'How far net delta may stray: fixed (`above`, `below`; the default), or by model from cost, net gamma and risk aversion.',
    }),
    riskAversion: riskAversion({
      description: 'For bands by model: how much variance is worth being rid of; 20 per notional where absent.',
      example: '20 per notional',
    }).optional(),
    cost: fraction({
      description: 'For bands by model: what a trade costs, of notional; fee and half the quoted spread where absent.',
      example: '7 bps',
      min: '0 bps',
      max: '5 %',
    }).optional(),
    fixedCost: amount({
      description: 'For the impulse band: what each trade costs whatever its size.',
      example: '5 USD',
      sign: 'positive',
    }).optional(),
    tradeTo: z.enum(['edge', 'target']).optional().meta({
      description:
        'Where a hedge ends: the near edge of the band, or the target. The target where absent for fixed bands, the edge for models.',
    }),
    minTicket: amount({
      description: 'Smaller orders are not sent, in base units or the quote asset.',
      example: '1000 USD',
      sign: 'positive',
    }).optional(),
    maxClip: amount({
      description: 'Larger orders are cut to this, in base units or the quote asset.',
      example: '250000 USD',
      sign: 'positive',
    }).optional(),
    ignoreVolMoves: z.boolean().optional().meta({
      description: 'Do not hedge where delta left its band by a move of implied vol at fixed strikes alone.',
    }),
    expiryWindow: z.enum(['own', 'synthetic-delivery']).optional().meta({
      description:
        'In the last half hour of an expiry. own: tell our own exposure and pin risk. synthetic-delivery: keep delta at its target in step as the settlement average fixes.',
    }),
  })
  .meta({ description: 'Plan an order that brings net delta back to its target.' })

const hedgeOptions = z
  .strictObject({
    with: z
      .array(z.string())
      .min(1)
      .meta({
        description: 'Keys of the instruments that may be traded: options, and what takes their delta off.',
        examples: [['deribit:BTC/USD:BTC', 'deribit:BTC/USD:BTC-260327-60000-P']],
      }),
    account: z.string().meta({ description: 'Account that the orders are for.' }),
    delta: amount({ description: 'Net delta that may stay.', example: '0.5 BTC', sign: 'not-negative' }),
    gamma: amount({
      description: 'Change of cash delta for a move of 1 % that may stay.',
      example: '20000 USD',
      sign: 'not-negative',
    }),
    vega: amount({ description: 'Vega per vol point that may stay.', example: '2000 USD', sign: 'not-negative' }),
    vegaBy: z.enum(['expiry', 'total']).prefault('total').meta({
      description: 'Whether vega is to be within its tolerance in each expiry, or in sum.',
    }),
    fee: fee.prefault('5 bps'),
    marginRate: marginRate('Initial margin of a perpetual, a future or a sold option, of notional.', '15 %').prefault(
      '15 %',
    ),
    maxMargin: amount({
      description: 'Most margin that the hedge may bind; what is available in the account where absent.',
      example: '100000 USD',
      sign: 'positive',
    }).optional(),
    maxNotional: amount({
      description: 'Most notional that is traded.',
      example: '1000000 USD',
      sign: 'positive',
    }).optional(),
    partial: z.boolean().prefault(false).meta({
      description: 'Where the tolerances cannot be met: do what comes nearest, rather than nothing.',
    }),
    maxSlippage: slippage.prefault('50 bps'),
  })
  .meta({
    description: 'Plan the cheapest orders in options and futures that bring delta, gamma and vega within tolerances.',
  })

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

const kill = z
  .strictObject({
    mode: z
      .enum(KILL_MODES)
      .prefault('cancel')
      .meta({ description: '`cancel` orders; `reduce` positions by `kill.reduceShare`; `flatten` them.' }),
    reason: z.string().min(1).max(500).meta({ description: 'What people will read.' }),
  })
  .meta({
    description: 'The kill switch for what is in scope: halt, cancel, then reduce or flatten until the venue confirms.',
  })

/** Exactly one of these. */
export const ACTION_NAMES = [
  'alert',
  'hedge-delta',
  'hedge-options',
  'reduce',
  'top-up',
  'cancel',
  'halt',
  'kill',
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
    'hedge-options': hedgeOptions.optional(),
    reduce: reduce.optional(),
    'top-up': topUp.optional(),
    cancel: cancel.optional(),
    halt: halt.optional(),
    kill: kill.optional(),
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

const every = duration({ description: 'Time between two steps.', example: '5 s', min: '1 s', max: '1 d' })

const executionSchema = z
  .strictObject({
    chase: z
      .strictObject({
        every,
        moves: z.int().min(0).max(100).meta({ description: 'How often it is moved before it takes at the cap.' }),
      })
      .optional()
      .meta({ description: 'Rests at the near side and follows it; the last step takes, never beyond the limit.' }),
    postOnly: z
      .strictObject({
        patience: duration({ description: 'How long it rests.', example: '1 min', min: '1 s', max: '1 d' }),
        afterwards: z.enum(['cancel', 'take']).meta({ description: 'What becomes of the rest.' }),
      })
      .optional()
      .meta({ description: "Rests as a maker's order and never takes while it waits." }),
    sliced: z
      .strictObject({
        slices: z.int().min(2).max(1000).meta({ description: 'Number of equal slices.' }),
        every,
        participation: fraction({
          description: 'Largest share of the size shown at the best price that a slice takes.',
          example: '20 %',
          min: '1 %',
          max: '100 %',
        }).prefault('100 %'),
      })
      .optional()
      .meta({ description: 'Equal slices over time (TWAP), each limited by what the book shows.' }),
  })
  .refine((value) => Object.values(value).filter((style) => style !== undefined).length === 1, {
    message: 'exactly one of chase, postOnly, sliced',
  })
  .meta({ description: 'How its orders are worked; at once up to the limit where absent.' })

const approvalSchema = z
  .strictObject({
    within: duration({ description: 'Lapses if nobody confirms by then.', example: '15 min', min: '10 s', max: '7 d' }),
    fourEyesAbove: amount({
      description: 'Above this amount two different people must confirm.',
      example: '10 BTC',
      sign: 'not-negative',
    }).optional(),
  })
  .meta({ description: 'How a person confirms at stage `approve`; within 15 min by one person where absent.' })

const promotionSchema = z
  .strictObject({
    after: duration({ description: 'Time at the stage it would leave.', example: '3 d', min: '0 s', max: '365 d' }),
    decisions: z.int().min(0).prefault(0).meta({ description: 'Decisions made there at least.' }),
    denied: fraction({
      description: 'Largest share of them denied.',
      example: '10 %',
      min: '0 %',
      max: '100 %',
    }).prefault('100 %'),
  })
  .meta({ description: 'What its record must show before it goes up the ladder, one step at a time.' })

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
    execution: executionSchema.optional(),
    approval: approvalSchema.optional(),
    promotion: promotionSchema.optional(),
    do: actionSchema,
  })
  .meta({ description: 'When a condition holds for something in scope, do one thing.' })

export const rulesSchema = z.array(ruleSchema).prefault([]).meta({ description: 'The policy.' })

export type RuleFile = z.output<typeof ruleSchema>
export type ScopeFile = z.output<typeof scopeSchema>
