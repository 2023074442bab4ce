import { z } from 'zod'
import { marginModelNames } from '../../margin/registry.js'
import { alertsSchema } from './alertsSchema.js'
import { connectionSchema } from './connections.js'
import { decimal, duration, fraction, instant, quantityText, secret } from './field.js'
import { preTradeSchema } from './preTrade.js'
import { assessSchema, calibrationSchema, guardsSchema } from './riskSchema.js'
import { rulesSchema } from './rulesSchema.js'
import { watchdogSchema } from './watchdog.js'

/** A name of ours: letters, digits, dots, dashes and underscores. */
export const identifier = (description: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, `.`, `_` and `-`, beginning with a letter or digit')
    .meta({ description })

export const asset = (description: string) =>
  z
    .string()
    .regex(/^[A-Z][A-Z0-9]{1,11}$/, 'an asset in capitals, such as BTC')
    .meta({ description })

export const journalSchema = z
  .strictObject({
    path: z.string().min(1).meta({ description: 'Folder of the journal; relative to this file.' }),
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
      chains: z
        .array(z.string().min(1))
        .optional()
        .meta({
          description: 'Chains whose listed options are all quoted; else only those that the scenario names.',
          examples: [['deribit:BTC/USD:BTC-260227']],
        }),
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
    connection: identifier(
      'Connection through which it is reached; what the file and the fills say where absent.',
    ).optional(),
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

const marginOverrides = (model: string) =>
  z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: `Overrides; see \`holdfast schema margin-parameters --model ${model}\`.` })

const marginSchema = z
  .strictObject(Object.fromEntries(marginModelNames.map((model) => [model, marginOverrides(model)])))
  .prefault({})
  .meta({ description: 'Parameters of margin models where they differ from the shipped sets.' })

const killSchema = z
  .strictObject({
    reduceShare: fraction({
      description: 'Share of each position that mode `reduce` closes.',
      example: '50 %',
      min: '1 %',
      max: '100 %',
    }).prefault('50 %'),
    maxSlippage: fraction({
      description: 'How far beyond the best quote closing orders may be limited.',
      example: '200 bps',
      min: '0 %',
      max: '20 %',
    }).prefault('200 bps'),
    confirmWithin: duration({
      description: 'A kill that the venue has not confirmed by then is told as incomplete.',
      example: '60 s',
      min: '1 s',
      max: '1 h',
    }).prefault('60 s'),
  })
  .meta({ description: 'How the kill switch closes.' })

export const serverSchema = z
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
    webhookKeys: z
      .array(
        secret({ description: 'A name and the secret that it signs with.', example: 'env:HOLDFAST_WEBHOOK_ALICE' }),
      )
      .prefault([])
      .meta({
        description:
          'Keys of signed webhooks, by reference; each text is a name and a secret of at least 32 characters, and confirms in that name.',
      }),
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
    sources: z.array(sourceSchema).prefault([]).meta({ description: 'Where recorded data comes from.' }),
    connections: z.array(connectionSchema).prefault([]).meta({ description: 'Live connections to venues.' }),
    accounts: z.array(accountSchema).min(1).meta({ description: 'The accounts that are watched.' }),
    guard: guardsSchema,
    assess: assessSchema,
    margin: marginSchema,
    calibration: calibrationSchema,
    rules: rulesSchema,
    alerts: alertsSchema,
    preTrade: preTradeSchema.optional(),
    kill: killSchema.optional(),
    watchdog: watchdogSchema.optional(),
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
