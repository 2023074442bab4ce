import { z } from 'zod'
import { amount, duration, fraction, vol } from './field.js'

/* What vaults do: collateral, leverage, insurance, option selling. */

const account = z.string().optional().meta({ description: 'Account that is acted for; the one in scope where absent.' })

const slippage = (example: string) =>
  fraction({
    description: 'How far beyond the best quote the limit price may be.',
    example,
    min: '0 %',
    max: '10 %',
  }).prefault(example)

const key = (description: string) => z.string().meta({ description, examples: ['deribit:BTC/USD:BTC'] })

const share = (description: string, example: string, min = '0 %', max = '100 %') =>
  fraction({ description, example, min, max })

const time = (description: string, example: string, min: string, max: string) =>
  duration({ description, example, min, max })

const lot = amount({
  description: "Smallest step of an order, in the instrument's size unit; 10 USD or 0.0001 of base where absent.",
  example: '10 USD',
  sign: 'positive',
}).optional()

export const rebalanceSchema = z
  .strictObject({
    account,
    method: z.enum(['minimum-variance', 'risk-parity']).meta({
      description:
        'minimum-variance: equity varies least, derivatives counted in. risk-parity: each asset adds the same risk, their sum stays.',
    }),
    with: z
      .array(key('Key of a spot pair or perpetual.'))
      .min(1)
      .max(20)
      .meta({ description: 'What each volatile asset is traded with, one per underlying: spot or perpetual.' }),
    minShare: share("Least share of the account's value in each asset.", '0 %').prefault('0 %'),
    maxShare: share("Largest share of the account's value in each asset.", '100 %').prefault('100 %'),
    band: share('Nothing is done while every share is this near to its target.', '5 %', '0 %', '50 %').prefault('5 %'),
    cost: share('What trading costs of the turnover: fees and half the spread.', '10 bps', '0 %', '10 %').prefault(
      '10 bps',
    ),
    horizon: time(
      'One standard deviation over this time must fall by more than the trade costs.',
      '30 d',
      '1 h',
      '365 d',
    ).prefault('30 d'),
    maxSlippage: slippage('20 bps'),
  })
  .meta({ description: 'Plan orders that bring collateral to its risk-adjusted mix.' })

const health = (description: string, example: string) =>
  fraction({
    description: `${description} Health is threshold-weighted collateral ÷ debt, or equity ÷ maintenance margin.`,
    example,
    min: '100.01 %',
    max: '10000 %',
  })

const leverage = {
  account,
  with: key('Lending: the spot pair of collateral and debt. Margin: the position to change.'),
  cost: share('Fees and expected slippage, share of what is traded.', '10 bps', '0 %', '10 %').prefault('10 bps'),
  lot,
  maxSlippage: slippage('50 bps'),
}

export const repaySchema = z
  .strictObject({
    ...leverage,
    ifBelow: health('Repay below this health.', '150 %'),
    to: health('Health to land on.', '180 %'),
  })
  .meta({ description: 'Plan an order that repays debt, or closes a part of a position, until health is back.' })

export const boostSchema = z
  .strictObject({
    ...leverage,
    ifAbove: health('Boost above this health.', '250 %'),
    to: health('Health to land on.', '200 %'),
  })
  .meta({ description: 'Plan an order that borrows and buys, or adds to a position, until health is down.' })

export type LeverageFile = Omit<RepayFile, 'ifBelow'>

const gap = z
  .strictObject({
    quantile: share('Share of the gaps that must not breach the floor.', '99.9 %', '50 %', '99.999 %').prefault(
      '99.9 %',
    ),
    window: time('Hourly ranges looked back on.', '30 d', '2 d', '365 d').prefault('30 d'),
    latency: time('From the price to the fill.', '5 min', '0 s', '1 d').prefault('5 min'),
    interval: time('Between two trades.', '1 h', '1 min', '7 d').prefault('1 h'),
    least: share('Smallest gap that is reckoned with.', '5 %', '0.1 %', '90 %').prefault('5 %'),
  })
  .prefault({})
  .meta({ description: 'The fall that can come before exposure is cut; the multiplier is at most 1 ÷ gap.' })

const tenor = (min: string, max: string) =>
  z
    .strictObject({
      min: time('Shortest time to expiry.', min, '1 h', '730 d').prefault(min),
      max: time('Longest time to expiry.', max, '1 h', '730 d').prefault(max),
    })
    .prefault({})
    .meta({ description: 'Time to expiry of what is traded.' })

export const insureSchema = z
  .strictObject({
    account,
    method: z.enum(['cppi', 'tipp', 'obpi']).meta({
      description:
        'cppi: exposure in proportion to the cushion. tipp: the same, and the floor follows new highs. obpi: a protective put.',
    }),
    with: key('What exposure is changed with: spot, a perpetual or a future. Of `obpi`: its underlying is protected.'),
    floor: share("Share of the account's value that is insured.", '80 %', '1 %', '99 %'),
    growth: share('Growth of the floor a year.', '0 %', '0 %', '50 %').prefault('0 %'),
    multiplier: fraction({
      description: 'Exposure as a multiple of the cushion, before the gap caps it.',
      example: '400 %',
      min: '100 %',
      max: '2000 %',
    }).prefault('400 %'),
    cap: share("Largest exposure, of the account's value.", '100 %', '0 %', '1000 %').prefault('100 %'),
    band: share(
      "Exposure is left alone this near to its target, of the account's value.",
      '5 %',
      '0 %',
      '50 %',
    ).prefault('5 %'),
    gap,
    tenor: tenor('14 d', '90 d'),
    budget: share("Largest premium, of the account's value.", '3 %', '0 %', '50 %').prefault('3 %'),
    lot,
    maxSlippage: slippage('50 bps'),
  })
  .meta({ description: "Plan orders that keep an account's value above a floor." })

export const sellOptionsSchema = z
  .strictObject({
    account,
    underlying: z.string().meta({ description: 'Underlying of the options.', examples: ['BTC'] }),
    strategy: z
      .enum(['covered-call', 'cash-secured-put', 'iron-condor'])
      .meta({ description: 'What is sold in each round.' }),
    delta: share('|Delta| of what is sold.', '20 %', '1 %', '60 %'),
    wingDelta: share('|Delta| of the wings of an iron condor.', '5 %', '0.1 %', '50 %').prefault('5 %'),
    deltaTolerance: share('How far |delta| may be from it.', '8 %', '0.1 %', '50 %').prefault('8 %'),
    tenor: tenor('7 d', '35 d'),
    share: share('Share of the cover that is written against.', '100 %', '1 %').prefault('100 %'),
    gate: z
      .strictObject({
        overRealised: vol({
          description: 'Sell only when implied vol is this far above realised.',
          example: '5 vol',
          min: '-100 vol',
          max: '200 vol',
        }).optional(),
        window: time('Window of realised vol.', '7 d', '1 d', '365 d').prefault('7 d'),
        rank: share('Or when the rank of implied vol among the days seen is this high.', '50 %').optional(),
      })
      .prefault({})
      .meta({ description: 'When vol pays for selling; always where empty.' }),
    roll: z
      .strictObject({
        timeLeft: time('Close when this little time is left.', '2 d', '0 s', '90 d').optional(),
        profit: share('Close when this share of the credit is earned.', '60 %', '1 %').optional(),
        inTheMoney: z.boolean().prefault(false).meta({ description: 'Close when what was sold is in the money.' }),
      })
      .prefault({})
      .meta({ description: 'When a round is closed, and the next may begin.' }),
    defend: z
      .strictObject({
        delta: share('Close when |delta| of what was sold is this large.', '45 %', '5 %').optional(),
        loss: fraction({
          description: 'Close when closing would lose this multiple of the credit.',
          example: '200 %',
          min: '10 %',
          max: '2000 %',
        }).optional(),
      })
      .prefault({})
      .meta({ description: 'When a round is given up.' }),
    maxLoss: amount({ description: 'Most that one round may lose.', example: '50000 USD', sign: 'positive' }),
    stress: share("Rise at which a covered call's loss is reckoned.", '30 %', '1 %', '500 %').prefault('30 %'),
    maxSpread: share('Largest spread, of the middle price.', '15 %', '0.1 %', '200 %').prefault('15 %'),
    lot: amount({ description: 'Smallest step of size.', example: '0.1 BTC', sign: 'positive' }),
    maxSlippage: slippage('200 bps'),
  })
  .meta({ description: 'Sell options in rounds, covered.' })

export type RebalanceFile = z.output<typeof rebalanceSchema>
export type RepayFile = z.output<typeof repaySchema>
export type BoostFile = z.output<typeof boostSchema>
export type InsureFile = z.output<typeof insureSchema>
export type SellOptionsFile = z.output<typeof sellOptionsSchema>
