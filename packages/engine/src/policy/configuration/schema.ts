import { z } from 'zod'
import { marginModelNames } from '../../margin/registry.js'
import { alertsSchema } from './alertsSchema.js'
import { decimal, duration, fraction, instant, quantityText, secret } from './field.js'
import { rulesSchema } from './rulesSchema.js'

/** A name of ours: letters, digits, dots, dashes and underscores. */
const identifier = (description: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, `.`, `_` and `-`, beginning with a letter or digit')
    .meta({ description })

const asset = (description: string) =>
  z
    .string()
    .regex(/^[A-Z][A-Z0-9]{1,11}$/, 'an asset in capitals, such as BTC')
    .meta({ description })

const journalSchema = z
  .strictObject({
    path: z.string().min(1).meta({ description: 'Folder of the journal; relative to this file.' }),
    syncWithin: duration({
      description: 'How long a group of turns may wait for one sync to disk.',
      example: '5 ms',
      min: '0 ms',
      max: '10 s',
    }).prefault('5 ms'),
  })
  .meta({ description: 'Where the journal is kept. It is the truth: everything else can be rebuilt from it.' })

const span = {
  from: instant({ description: 'Data before this instant is skipped.', example: '2026-01-29T00:00:00Z' }).optional(),
  to: instant({ description: 'Data from this instant on is skipped.', example: '2026-02-11T00:00:00Z' }).optional(),
}
const sourceId = identifier('How events of this source are labelled; its kind unless said otherwise.').optional()
const sourcePath = z
  .string()
  .min(1)
  .meta({ description: 'A folder or a file, relative to this file; `.gz` is read as it is.' })
const column = (name: string) =>
  z
    .string()
    .prefault(name)
    .meta({ description: `Column; \`${name}\` unless said otherwise.` })
const recorded = { id: sourceId, path: sourcePath, ...span }

const length = (description: string, example: string) => duration({ description, example, min: '1 s', max: '31 d' })
const every = length(
  'One event for each so long, with the latest of every instrument; each row where absent.',
  '1 min',
).optional()

const sourceSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('deribit-chains'),
      ...recorded,
      maxGap: length('More time between two snapshots is a named gap; 12 h where absent.', '12 h').optional(),
    }),
    z.strictObject({ kind: z.literal('tardis-options-chain'), ...recorded, every }),
    z.strictObject({ kind: z.literal('tardis-derivative-ticker'), ...recorded, every }),
    z.strictObject({
      kind: z.literal('ohlcv'),
      ...recorded,
      underlying: asset('What the bars are of: its index price, unless `instrument` is given.'),
      instrument: z
        .string()
        .optional()
        .meta({
          description: 'Key of the instrument that the bars are of, where they are no index.',
          examples: ['binance:BTC/USDT:USDT'],
        }),
      price: z
        .enum(['last', 'mark'])
        .optional()
        .meta({ description: 'Which price of the instrument: `last` (trades) or `mark`; `last` where absent.' }),
      bar: length('Length of a bar; told from the first two where absent.', '15 min').optional(),
      stamp: z
        .enum(['open', 'close'])
        .optional()
        .meta({ description: 'Which end of the bar its time is; `open` where absent. A bar is known when it closes.' }),
      timeUnit: z.enum(['ns', 'us', 'ms', 's', 'iso']).meta({ description: 'Unit of the time column.' }),
      columns: z
        .strictObject({
          time: column('timestamp'),
          open: column('open'),
          high: column('high'),
          low: column('low'),
          close: column('close'),
          volume: column('volume'),
        })
        .prefault({})
        .meta({ description: "Names of the file's columns." }),
    }),
    z.strictObject({
      kind: z.literal('scenario'),
      id: sourceId,
      path: sourcePath.optional(),
      builtin: z.string().optional().meta({ description: 'A scenario that is built in, such as `february-2026`.' }),
      ...span,
    }),
  ])
  .meta({ description: 'Where data comes from.' })

export const positionSchema = z
  .strictObject({
    instrument: z.string().meta({
      description: 'A ccxt symbol at the venue of the account, or a whole key with the venue before it.',
      examples: ['BTC/USD:BTC-260227-80000-P', 'deribit:BTC/USD:BTC'],
    }),
    size: quantityText({
      description: 'Signed, long positive, in the unit the instrument is sized in: USD for inverse futures, else base.',
      example: '-25 BTC',
    }),
    entry: quantityText({
      description: 'Average entry price in the unit the instrument quotes: BTC for inverse options, else USD.',
      example: '0.021 BTC',
    }).optional(),
  })
  .meta({ description: 'A position that is held at the start.' })

export const accountSchema = z
  .strictObject({
    id: identifier('Name of the account; unique.'),
    venue: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]*$/, 'a venue in lower case, such as deribit')
      .meta({ description: 'Where the account is held.', examples: ['deribit'] }),
    portfolio: identifier('Accounts of one portfolio are rolled up together.').prefault('desk'),
    marginModel: z
      .enum(marginModelNames as readonly [string, ...string[]])
      .prefault('portfolio')
      .meta({ description: 'How margin is worked out.' }),
    balances: z
      .record(z.string(), decimal({ description: 'Units of the asset, signed.', example: '40' }))
      .prefault({})
      .meta({ description: 'Opening balances by asset.' }),
    positions: z.array(positionSchema).prefault([]).meta({ description: 'What is held at the start.' }),
  })
  .meta({ description: 'An account at a venue, and what it holds at the start.' })

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

const guardsSchema = z
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

const assessSchema = z
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

const marginOverrides = (model: string) =>
  z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: `Overrides; see \`holdfast schema margin-parameters --model ${model}\`.` })

const marginSchema = z
  .strictObject(Object.fromEntries(marginModelNames.map((model) => [model, marginOverrides(model)])))
  .prefault({})
  .meta({ description: 'Parameters of margin models where they differ from the shipped sets.' })

const serverSchema = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .prefault('127.0.0.1')
      .meta({ description: 'Address to listen at; beyond loopback it needs API keys.' }),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .prefault(8787)
      .meta({ description: 'Port to listen at; 0 takes any that is free.' }),
    apiKeys: z
      .array(secret({ description: 'A hashed API key with its scopes.', example: 'env:HOLDFAST_API_KEY' }))
      .prefault([])
      .meta({ description: 'API keys, by reference.' }),
  })
  .prefault({})
  .meta({ description: 'The server.' })

/** The configuration file as written; transforms give plain numbers in the units that `Configuration` names. */
export const configurationFileSchema = z
  .strictObject({
    $schema: z.string().optional().meta({ description: 'Address of this schema, for editors.' }),
    version: z.literal(1).meta({ description: 'Version of the format.' }),
    name: z.string().min(1).max(200).prefault('desk').meta({ description: 'What the desk is called.' }),
    journal: journalSchema.prefault({ path: '.holdfast' }),
    sources: z.array(sourceSchema).min(1).meta({ description: 'Where data comes from.' }),
    accounts: z.array(accountSchema).min(1).meta({ description: 'The accounts that are watched.' }),
    guard: guardsSchema,
    assess: assessSchema,
    margin: marginSchema,
    rules: rulesSchema,
    alerts: alertsSchema,
    server: serverSchema,
    database: secret({
      description: 'A PostgreSQL server for the SQL view; the embedded one where absent.',
      example: 'env:DATABASE_URL',
    }).optional(),
  })
  .meta({
    title: 'Holdfast configuration',
    description: 'What a desk holds, where its data comes from, and the risk it will hold.',
  })

export type AccountFile = z.output<typeof accountSchema>
export type PositionFile = z.output<typeof positionSchema>
export type ConfigurationFile = z.output<typeof configurationFileSchema>

/** JSON Schema (draft 2020-12) of the configuration file: what editors complete by. */
export function configurationSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(configurationFileSchema, { io: 'input' }) as Record<string, unknown>
}
