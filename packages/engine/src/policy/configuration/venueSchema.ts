import { parseInstrumentKey } from '@holdfast/quant'
import { z } from 'zod'
import { type Money, moneyText } from '../../book/money.js'
import { DEFAULT_CLEARED_MARKET, DEFAULT_CLEARING } from '../../clearing/parameters.js'
import { ADL_RULES } from '../../liquidation/index.js'
import { marginModelNames } from '../../margin/registry.js'
import { decimal, duration, fraction } from './field.js'
import { asset, identifier, journalSchema, serverSchema } from './schema.js'

/** Defaults are what the clearing house says, in the words of a file: there is no second set of them. */
const percentText = (share: Money) => `${moneyText(share * 100n)} %`
const timeText = (ms: number) => {
  const [size, unit] = (
    [
      [3_600_000, 'h'],
      [60_000, 'min'],
      [1_000, 's'],
      [1, 'ms'],
    ] as const
  ).find(([one]) => ms % one === 0)!
  return `${ms / size} ${unit}`
}

const share = (description: string, preset: Money, max = '100 %') => {
  const example = percentText(preset)
  return fraction({ description, example, min: '0 %', max }).prefault(example)
}
const size = (description: string, preset: Money) => {
  return decimal({ description, example: moneyText(preset) }).prefault(moneyText(preset))
}
const time = (description: string, preset: number, min = '1 s') => {
  const example = timeText(preset)
  return duration({ description, example, min, max: '30 d' }).prefault(example)
}

const market = DEFAULT_CLEARED_MARKET
const oracleSchema = z
  .strictObject({
    delayedAfter: time('From this age on a mark is late: nothing opens on it.', market.oracle.delayedAfterMs),
    maxAge: time('From this age on a mark is stale.', market.oracle.maxAgeMs),
    maxDivergence: share('From this distance to its own average on, liquidations stop.', market.oracle.maxDivergence),
    maxConfidence: share('From this half width of the feed on, nothing opens.', market.oracle.maxConfidence),
  })
  .prefault({})
  .meta({ description: 'What the feed of this market must hold to.' })

const marketSchema = z
  .strictObject({
    underlying: asset('Markets of one underlying hedge each other.'),
    instrument: z
      .string()
      .refine((key) => parseInstrumentKey(key) !== undefined, 'no key of an instrument, such as venue:BTC/USD:USD')
      .optional()
      .meta({
        description:
          'What is cleared, linear and in the settlement asset; needed where a margin model judges accounts.',
        examples: ['venue:BTC/USD:USD', 'venue:BTC/USD:USD-260327-80000-C'],
      }),
    initialRate: share('Initial margin of the linear rule, of notional.', market.initialRate),
    maintenanceRate: share('Maintenance margin of the linear rule, of notional.', market.maintenanceRate),
    ratePerMillion: share('Added to both for each million of notional of a position.', market.ratePerMillion),
    lot: size('Smallest size, and step, of a trade.', market.lot),
    priceBand: share('A trade lies at most this far from the mark.', market.priceBand),
    openInterestCap: size('The most open interest of one side.', market.openInterestCap),
    trancheSize: size('What the book bears in one tranche of a liquidation.', market.trancheSize),
    tradingCostRate: share('Expected cost of trading: half spread and fee.', market.tradingCostRate),
    liquidationSlippage: share('Liquidation orders are limited to this far from the mark.', market.liquidationSlippage),
    liquidationPenalty: share('Of what a liquidation closes, to the fund.', market.liquidationPenalty),
    feeRate: share('Of each trade, to the house.', market.feeRate),
    fund: size('What the insurance fund of this market begins with.', 0n),
    fundTarget: size('The fund takes penalties up to this; what is above becomes fees.', market.fundTarget),
    fundDrawCap: size('The most that the fund pays for one loss.', market.fundDrawCap),
    oracle: oracleSchema,
  })
  .meta({ description: 'A market. Of an option, shares are of the index of its underlying.' })

const accountSchema = z
  .strictObject({
    id: identifier('Name of the account; unique.'),
    owner: identifier('Whose it is; its own name unless said otherwise.').optional(),
    isolated: z.string().optional().meta({ description: 'The only market that it may hold.' }),
    balances: z
      .record(z.string(), decimal({ description: 'Units of the asset, above 0.', example: '100000' }))
      .prefault({})
      .meta({ description: 'What it brings, by asset.' }),
  })
  .meta({ description: 'An account that is there when the venue opens.' })

const level = (what: string, preset: { readonly enterAt: Money; readonly leaveAt: Money }) =>
  z
    .strictObject({
      enterAt: share(`${what} from this ratio of maintenance to equity on.`, preset.enterAt),
      leaveAt: share('Left below this one.', preset.leaveAt),
    })
    .prefault({})
    .meta({ description: `${what}, with hysteresis.` })

const { health, auction } = DEFAULT_CLEARING
const healthSchema = z
  .strictObject({
    notice: level('An account is told', health.notice),
    call: level('An account is called', health.call),
    restoreBuffer: share('A liquidation restores initial margin and this much more.', health.restoreBuffer, '900 %'),
  })
  .prefault({})
  .meta({ description: 'Bands of health.' })

const start = z.number().min(0).max(1).meta({ description: 'Share of the worth at which it begins.' })
const curveSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('linear'),
      start,
      cutoff: z.number().min(0).max(1).meta({ description: 'Share at the end of the fast part.' }),
      fast: duration({ description: 'From start to cutoff.', example: '15 min', min: '1 s', max: '30 d' }),
      slow: duration({ description: 'From cutoff to nothing.', example: '12 h', min: '1 s', max: '30 d' }),
    }),
    z.strictObject({
      kind: z.literal('stair-step'),
      start,
      cut: z.number().gt(0).lt(1).meta({ description: 'What is left of the price after each step.' }),
      step: duration({ description: 'Length of a step.', example: '90 s', min: '1 s', max: '30 d' }),
    }),
    z.strictObject({
      kind: z.literal('exponential'),
      start,
      halfLife: duration({ description: 'After this long half is left.', example: '30 min', min: '1 s', max: '30 d' }),
    }),
    z.strictObject({
      kind: z.literal('reverse-dutch'),
      maximalDiscount: z.number().min(0).max(1).meta({ description: 'The discount that it grows to.' }),
      length: duration({ description: 'Until it is reached.', example: '1 h', min: '1 s', max: '30 d' }),
    }),
  ])
  .prefault({ kind: 'linear', start: 0.95, cutoff: 0.7, fast: '15 min', slow: '12 h' })
  .meta({ description: 'How the price of a solvent auction falls.' })

const auctionSchema = z
  .strictObject({
    curve: curveSchema,
    staleAfter: time('A solvent auction that has not sold enough begins anew.', auction.staleMs),
    insolvent: time('Over this time the payout of an insolvent auction grows.', auction.insolventMs),
    buffer: share('Sold beyond maintenance by this share of it.', auction.buffer, '900 %'),
    minimumShare: share('The smallest share that a bid may ask.', auction.minimumShare),
    smallestLot: size('Accounts worth less are sold whole.', auction.smallestLot),
    keeperShare: share('Reward of who starts an auction, of maintenance.', auction.keeperShare),
    keeperCap: size('And at most this.', auction.keeperCap),
    cap: size('The most maintenance margin under auction at once.', auction.cap),
  })
  .prefault({})
  .meta({ description: 'Auctions of what the book cannot absorb.' })

const marginSchema = z
  .strictObject({
    model: z
      .enum(['linear', ...marginModelNames] as [string, ...string[]])
      .prefault('linear')
      .meta({
        description: 'How accounts are margined: `linear` (exact, the rates of the markets) or a margin model.',
      }),
    parameters: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'Overrides of the model; see `holdfast schema margin-parameters --model NAME`.' }),
    inputs: z
      .strictObject({
        delayedAfter: time('From this age on an index or a surface is late.', 60_000),
        maxAge: time('From this age on it is stale.', 600_000),
      })
      .prefault({})
      .meta({ description: 'Ages of what the model reads beside marks.' }),
  })
  .prefault({})
  .meta({ description: 'The margin rule of the venue.' })

const sourceSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('crowd'),
      accounts: z.int().min(1).max(20_000).prefault(2_000).meta({ description: 'Traders in the crowd.' }),
      seed: z.int().min(0).prefault(260_205).meta({ description: 'The same seed gives the same crowd.' }),
    }),
    z.strictObject({
      kind: z.literal('events'),
      path: z.string().min(1).meta({ description: 'A file of clearing events, JSON Lines; relative to this file.' }),
      follow: z.boolean().prefault(false).meta({
        description: 'Wait for lines that are added at the end, instead of ending there; not with --until-end.',
      }),
    }),
  ])
  .meta({ description: 'What the venue hears: the built-in crowd of February 2026, or a file of events.' })

/** A venue's configuration file as written. */
export const venueFileSchema = z
  .strictObject({
    $schema: z.string().optional().meta({ description: 'Address of this schema, for editors.' }),
    version: z.literal(1).meta({ description: 'Version of the format.' }),
    kind: z.literal('venue').meta({ description: 'This file is of a venue.' }),
    name: z.string().min(1).max(200).prefault('venue').meta({ description: 'What the venue is called.' }),
    journal: journalSchema.prefault({ path: '.holdfast' }),
    source: sourceSchema,
    settlementAsset: asset('In which prices, costs and funds are.').prefault('USD'),
    margin: marginSchema,
    markets: z.record(z.string(), marketSchema).meta({ description: 'Markets by name.' }),
    collateral: z
      .record(
        z.string(),
        z.strictObject({
          weight: fraction({ description: 'What of its price counts.', example: '90 %', min: '0 %', max: '100 %' }),
          maxAge: duration({
            description: 'An older price backs nothing.',
            example: '10 min',
            min: '1 s',
            max: '30 d',
          }),
        }),
      )
      .prefault({})
      .meta({ description: 'Collateral besides the settlement asset, by asset.' }),
    accounts: z.array(accountSchema).prefault([]).meta({ description: 'Accounts that are there at the start.' }),
    health: healthSchema,
    callTerm: time('Time to answer a margin call.', DEFAULT_CLEARING.callTermMs),
    collateralCostRate: share('What posting collateral costs, of the demand.', DEFAULT_CLEARING.collateralCostRate),
    withdrawableGains: share('Of unrealised gains, against settled money.', DEFAULT_CLEARING.withdrawableGains),
    tranche: time('A liquidation order that is not met is withdrawn after this.', DEFAULT_CLEARING.trancheMs),
    maximalLapses: z
      .int()
      .min(0)
      .max(100)
      .prefault(DEFAULT_CLEARING.maximalLapses)
      .meta({ description: 'Tranches that may lapse before an account goes to auction.' }),
    auction: auctionSchema,
    adl: z
      .strictObject({
        rule: z.enum(ADL_RULES).prefault(DEFAULT_CLEARING.adl.rule).meta({ description: 'Who is deleveraged first.' }),
        seed: z.int().min(0).prefault(0).meta({ description: 'Of the pseudo-random rule.' }),
      })
      .prefault({})
      .meta({ description: 'Auto-deleveraging.' }),
    gate: time('Withdrawals stay gated after a loss beyond the fund.', DEFAULT_CLEARING.gateMs),
    server: serverSchema,
  })
  .meta({
    title: 'Holdfast venue',
    description: 'A venue: its markets, margin rule, liquidation, auctions and funds, and what it hears.',
  })

export type VenueFile = z.output<typeof venueFileSchema>

/** JSON Schema (draft 2020-12) of a venue's configuration file. */
export function venueSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(venueFileSchema, { io: 'input' }) as Record<string, unknown>
}
