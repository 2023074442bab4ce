import { type Instrument, instrumentKey, parseInstrumentKey } from '@holdfast/quant'
import { z } from 'zod'
import { QUALITIES, type Quality } from '../market/quality.js'
import { parseInstant } from '../policy/configuration/instant.js'
import { deriveFeedVol } from './derive/volFeed.js'
import type { MarginAccount, MarginInput, MarginMarket, MarketFigure } from './model.js'
import { dateOf } from './reading.js'
import { assetName } from './schema.js'
import { sviVol } from './sviVol.js'

/** A moment: epoch milliseconds or RFC 3339 with a zone. */
const instant = z
  .union([
    z.number().int(),
    z.string().transform((text, context): number => {
      const time = parseInstant(text)
      if (time !== undefined) return time
      context.addIssue({ code: 'custom', message: 'not an RFC 3339 instant in UTC, e.g. 2026-02-27T08:00:00Z' })
      return z.NEVER
    }),
  ])
  .describe('epoch milliseconds, or RFC 3339 in UTC')

const price = z.number().positive()

/** A market that says the same thing twice says which of the two is true to nobody: it is refused, at the second. */
function eachOnce<Row>(nameOf: (row: Row) => string) {
  return (rows: readonly Row[], context: z.RefinementCtx) => {
    const seen = new Set<string>()
    rows.forEach((row, index) => {
      const name = nameOf(row)
      if (seen.has(name)) context.addIssue({ code: 'custom', path: [index], message: `${name} is there already` })
      seen.add(name)
    })
  }
}
const confidence = z.number().min(0).max(1).describe('confidence of the feed, 1 is certain')
const quality = z.enum(QUALITIES).describe('how far the input can be trusted; live where absent')

const instrumentText = z.string().transform((text, context): Instrument => {
  const instrument = parseInstrumentKey(text)
  if (instrument !== undefined) return instrument
  context.addIssue({ code: 'custom', message: 'not an instrument key, e.g. deribit:BTC/USD:BTC-260227-80000-C' })
  return z.NEVER
})

const listing = { venue: z.string().min(1), underlying: assetName, quote: assetName }
const derivative = { ...listing, settle: assetName, payoff: z.enum(['linear', 'inverse']) }
const instrumentObject = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('spot'), ...listing }),
  z.strictObject({ kind: z.literal('perpetual'), ...derivative }),
  z.strictObject({ kind: z.literal('future'), ...derivative, expiry: instant }),
  z.strictObject({
    kind: z.literal('option'),
    ...derivative,
    expiry: instant,
    strike: price,
    right: z.enum(['call', 'put']),
  }),
])

const instrument = z
  .union([instrumentText, instrumentObject])
  .describe('a key such as deribit:BTC/USD:BTC-260227-80000-C, or the instrument field by field')

const amounts = z.record(assetName, z.number())

/** The account of a margin request. */
export const marginAccountSchema = z.strictObject({
  id: z.string().optional(),
  balances: amounts.default({}).describe('units of each asset, signed'),
  positions: z
    .array(
      z.strictObject({
        instrument,
        size: z.number().describe('signed, long positive; USD for inverse futures and perpetuals, else base units'),
        entryPrice: z.number().min(0).optional().describe('average entry, as the instrument quotes'),
        accruedFunding: z.number().optional().describe('USD, > 0 when the account will receive it'),
        isolatedMargin: z.number().optional().describe('USD set aside for this position alone'),
        leverage: z.number().positive().optional(),
      }),
    )
    .default([]),
  orders: z
    .array(
      z.strictObject({
        instrument,
        size: z.number().describe('signed, what is still open'),
        price: z.number().min(0),
        reduceOnly: z.boolean().optional(),
      }),
    )
    .optional(),
  debts: z.record(assetName, z.number().min(0)).optional().describe('borrowed units of each asset (lending)'),
  collateralAssets: z.array(assetName).optional().describe('supplied assets enabled as collateral; all where absent'),
  venueCharges: z
    .record(z.string(), z.number().min(0))
    .optional()
    .describe('what the venue charges beside positions, by name, USD; part of initial margin'),
  efficiencyMode: z.string().optional().describe('name of the e-mode category (lending)'),
})

const svi = { a: z.number(), b: z.number(), rho: z.number().min(-1).max(1), m: z.number(), sigma: z.number().min(0) }

const expiryData = z
  .strictObject({
    expiry: instant,
    forward: price.optional(),
    forwardConfidence: confidence.optional(),
    forwardFixed: z
      .number()
      .min(0)
      .optional()
      .describe('part of the forward that the settlement average has fixed, USD'),
    rate: z.number().optional().describe('continuous, annual, decimal'),
    rateConfidence: confidence.optional(),
    vol: z.number().min(0).optional().describe('one implied vol for every strike'),
    vols: z
      .array(z.strictObject({ strike: price, vol: z.number().min(0) }))
      .superRefine(eachOnce(({ strike }) => `the vol at ${strike}`))
      .optional(),
    svi: z.strictObject(svi).optional().describe('raw SVI of total variance in ln(K/F)'),
    deriveSvi: z
      .strictObject({ ...svi, fwd: price, refTau: z.number().positive() })
      .optional()
      .describe(
        "a slice of Derive's vol feed: its own forward and reference years, log-moneyness clamped as the feed does",
      ),
    volConfidence: confidence.optional(),
    quality: quality.optional(),
  })
  .refine((data) => [data.vol, data.svi, data.deriveSvi].filter((source) => source !== undefined).length <= 1, {
    message: 'give one of vol, svi and deriveSvi; vols may stand beside it and comes first at its strikes',
  })

const underlyingData = z.strictObject({
  index: price.optional().describe('USD per unit'),
  confidence: confidence.optional(),
  perpetualConfidence: confidence.optional(),
  twap: price.optional().describe('five-minute average, USD'),
  depth: z.number().min(0).optional().describe('USD that the books absorb within 2 % of the mark'),
  quality: quality.optional(),
  expiries: z
    .array(expiryData)
    .superRefine(eachOnce(({ expiry }) => `the expiry of ${dateOf(expiry)}`))
    .default([]),
})

const assetData = z.strictObject({
  price: price.optional().describe('USD per unit'),
  confidence: confidence.optional(),
  twap: price.optional(),
  deposits: z.number().min(0).optional().describe('all that is deposited at the venue, units'),
})

const markData = z.strictObject({
  instrument,
  mark: z
    .number()
    .min(0)
    .optional()
    .describe('as the instrument quotes: coin for inverse options, else quote per base'),
  longOpenInterest: z.number().min(0).optional().describe('base units'),
  shortOpenInterest: z.number().min(0).optional().describe('base units'),
  quality: quality.optional(),
})

/** The market of a margin request: plain data for what a model asks. */
export const marginMarketSchema = z.strictObject({
  time: instant,
  underlyings: z.record(assetName, underlyingData).default({}),
  assets: z
    .record(assetName, assetData)
    .default({})
    .describe('USD is 1; an underlying that is not listed is at its index'),
  instruments: z
    .array(markData)
    .superRefine(eachOnce((row) => instrumentKey(row.instrument)))
    .default([]),
})

export type MarginAccountData = z.input<typeof marginAccountSchema>
export type MarginMarketData = z.input<typeof marginMarketSchema>
type Market = z.output<typeof marginMarketSchema>

/** An account from data; throws `ZodError` where the data does not fit the schema. */
export function readMarginAccount(data: unknown): MarginAccount {
  return marginAccountOf(marginAccountSchema.parse(data))
}

/** A market from data; throws `ZodError` where the data does not fit the schema. */
export function readMarginMarket(data: unknown): MarginMarket {
  return marginMarketOf(marginMarketSchema.parse(data))
}

/** An account from checked data. */
export function marginAccountOf(data: z.output<typeof marginAccountSchema>): MarginAccount {
  return { ...data, id: data.id ?? '' } as MarginAccount
}

/**
 * A market from checked data. What the data does not hold is unknown: marks too come from the data alone, and a confidence
 * that is not given is 1.
 */
export function marginMarketOf(data: Market): MarginMarket {
  const marks = new Map(data.instruments.map((row) => [instrumentKey(row.instrument), row]))
  const expiryOf = (underlying: string, expiry: number) =>
    data.underlyings[underlying]?.expiries.find((row) => row.expiry === expiry)
  return {
    time: data.time,
    index: (underlying) => data.underlyings[underlying]?.index,
    assetPrice: (asset) => data.assets[asset]?.price ?? (asset === 'USD' ? 1 : data.underlyings[asset]?.index),
    forward: (underlying, expiry) => expiryOf(underlying, expiry)?.forward,
    impliedVol: (underlying, expiry, strike) => volOf(data, underlying, expiry, strike),
    mark: (asked) => marks.get(instrumentKey(asked))?.mark,
    confidence: (underlying) => data.underlyings[underlying]?.confidence ?? 1,
    figure: (figure) => figureOf(data, marks, figure),
    quality: (input) => qualityOf(data, marks, input),
  }
}

function volOf(data: Market, underlying: string, expiry: number, strike: number): number | undefined {
  const row = data.underlyings[underlying]?.expiries.find((candidate) => candidate.expiry === expiry)
  if (row === undefined) return undefined
  const listed = row.vols?.find((quote) => quote.strike === strike)
  if (listed !== undefined) return listed.vol
  if (row.vol !== undefined) return row.vol
  if (row.deriveSvi !== undefined) return deriveFeedVol(row.deriveSvi, strike)
  if (row.svi === undefined || row.forward === undefined) return undefined
  return sviVol(row.svi, row.forward, strike, (expiry - data.time) / MS_PER_YEAR)
}

const MS_PER_YEAR = 31_536_000_000

type Marks = ReadonlyMap<string, z.output<typeof markData>>

function figureOf(data: Market, marks: Marks, figure: MarketFigure): number | undefined {
  switch (figure.kind) {
    case 'rate':
    case 'forward-fixed': {
      const row = data.underlyings[figure.underlying]?.expiries.find(({ expiry }) => expiry === figure.expiry)
      return figure.kind === 'rate' ? row?.rate : row?.forwardFixed
    }
    case 'confidence': {
      if (figure.of === 'asset') return data.assets[figure.asset]?.confidence
      if (figure.of === 'perpetual') return data.underlyings[figure.underlying]?.perpetualConfidence ?? 1
      const row = data.underlyings[figure.underlying]?.expiries.find(({ expiry }) => expiry === figure.expiry)
      return row?.[`${figure.of}Confidence`] ?? 1
    }
    case 'open-interest': {
      const row = marks.get(instrumentKey(figure.instrument))
      return figure.side === 'long' ? row?.longOpenInterest : row?.shortOpenInterest
    }
    case 'depth':
      return data.underlyings[figure.underlying]?.depth
    case 'twap':
      return data.assets[figure.asset]?.twap ?? data.underlyings[figure.asset]?.twap
    case 'deposits':
      return data.assets[figure.asset]?.deposits
  }
}

function qualityOf(data: Market, marks: Marks, input: MarginInput): Quality | undefined {
  switch (input.kind) {
    case 'index': {
      const row = data.underlyings[input.underlying]
      return row === undefined ? undefined : (row.quality ?? 'live')
    }
    case 'forward':
    case 'surface': {
      const row = data.underlyings[input.underlying]?.expiries.find(({ expiry }) => expiry === input.expiry)
      return row === undefined ? undefined : (row.quality ?? 'live')
    }
    case 'mark': {
      const row = marks.get(instrumentKey(input.instrument))
      return row === undefined ? undefined : (row.quality ?? 'live')
    }
  }
}
