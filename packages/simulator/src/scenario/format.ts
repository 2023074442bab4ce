import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { SourceError } from '@holdfast/venues'
import { z } from 'zod'

/*
 * The scenario format: JSON Lines. The first line is the header, each further line one instant, in order of time.
 * Prices are quote per base; slices are raw SVI of total variance in ln(K/F).
 */

const positive = z.number().positive()
const date = z.string().regex(/^\d{6}$/, 'a date such as 260227')

const quoteRule = z
  .strictObject({
    optionHalfSpreadCoin: positive.describe(
      'Half the bid/ask spread of an option, coin, before the share of the mark.',
    ),
    optionHalfSpreadOfMark: positive.describe('Added to it: this share of the mark.'),
    linearHalfSpreadBps: positive.describe('Half the spread of perpetuals and futures, basis points of the mark.'),
    depthUsd: positive.describe('Size at the best price of a perpetual or future, USD.'),
    optionDepthUsd: positive.describe('Size at the best price of an option, USD of underlying.'),
  })
  .describe('How bids and asks are made from marks. All half spreads are multiplied, all sizes divided, by `stress`.')

const header = z
  .strictObject({
    format: z.literal('holdfast-scenario'),
    version: z.literal(1),
    name: z.string().min(1),
    about: z.string().describe('What it is, how it was derived, under which licence it stands.'),
    stepMinutes: z
      .number()
      .int()
      .min(1)
      .max(1440)
      .describe('Between recorded instants the run goes in steps of so many minutes.'),
    optionVenue: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/),
    assets: z.record(z.string(), positive).describe('USD per unit of collateral assets that are no underlying.'),
    strikes: z
      .record(z.string(), z.record(date, z.array(positive).min(1)))
      .describe('Listed options: underlying → expiry → strikes.'),
    futures: z.array(z.string()).describe('Instrument keys; their mark is the forward of their expiry.'),
    perpetuals: z.array(z.string()).describe('Instrument keys; their mark is the perpetual price of their underlying.'),
    quoted: z
      .array(z.string())
      .describe('Instrument keys of the options that have quotes; the others are marked by the surface.'),
    quotes: quoteRule,
  })
  .describe('First line')

const slice = z.tuple([date, positive, z.number(), z.number().min(0), z.number().min(-1).max(1), z.number(), positive])

const snapshot = z
  .strictObject({
    time: z.iso.datetime().describe('UTC'),
    stress: z.number().min(1),
    market: z.record(
      z.string(),
      z.strictObject({
        index: positive,
        perpetual: positive,
        slices: z.array(slice).describe('[expiry, forward, a, b, rho, m, sigma], by expiry'),
      }),
    ),
    noBid: z.array(z.number().int().min(0)).describe('Positions in `quoted` of the options that had no bid.'),
    noAsk: z.array(z.number().int().min(0)).describe('Positions in `quoted` of the options that had no ask.'),
  })
  .describe('Further lines: one instant each')

export type ScenarioHeader = Readonly<z.infer<typeof header>>
export type ScenarioSlice = Readonly<z.infer<typeof slice>>
export type UnderlyingState = {
  readonly index: number
  readonly perpetual: number
  readonly slices: readonly ScenarioSlice[]
}
export type ScenarioSnapshot = Omit<Readonly<z.infer<typeof snapshot>>, 'time' | 'market'> & {
  readonly market: Readonly<Record<string, UnderlyingState>>
  /** Epoch milliseconds. */
  readonly time: number
}

export type ScenarioLine =
  | { readonly kind: 'header'; readonly header: ScenarioHeader }
  | { readonly kind: 'snapshot'; readonly snapshot: ScenarioSnapshot }

/** JSON Schema of a line of a scenario file. */
export function scenarioJsonSchema(): object {
  return z.toJSONSchema(z.union([header, snapshot]), { io: 'input' })
}

/**
 * Reads a scenario line by line; one line is in memory at a time.
 *
 * @throws {SourceError} with file, line and path of the field: what is there, what was expected; also where instants do not
 *   ascend, or an instant lacks an underlying that the header lists.
 */
export async function* readScenario(path: string): AsyncGenerator<ScenarioLine> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
  const file = basename(path)
  let line = 0
  let head: ScenarioHeader | undefined
  let before = Number.NEGATIVE_INFINITY
  try {
    for await (const text of lines) {
      line++
      if (text.trim() === '') continue
      const data = parseJson(text, file, line)
      if (head === undefined) {
        head = parse(header, data, file, line)
        yield { kind: 'header', header: head }
        continue
      }
      const read = parse(snapshot, data, file, line)
      const next = { ...read, time: Date.parse(read.time) }
      if (!(next.time > before))
        throw new SourceError('SOURCE_UNREADABLE', `time ${read.time} does not come after the line before`, {
          file,
          line,
          column: 'time',
        })
      const missing = Object.keys(head.strikes).filter((underlying) => next.market[underlying] === undefined)
      if (missing.length > 0)
        throw new SourceError('SOURCE_UNREADABLE', `the market of ${missing.join(', ')} is missing`, {
          file,
          line,
          column: 'market',
        })
      before = next.time
      yield { kind: 'snapshot', snapshot: next }
    }
  } catch (error) {
    if (error instanceof SourceError) throw error
    throw new SourceError(
      'SOURCE_UNREADABLE',
      `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { file, cause: error },
    )
  }
  if (head === undefined) throw new SourceError('SOURCE_EMPTY', 'the file holds no line', { file })
  if (before === Number.NEGATIVE_INFINITY)
    throw new SourceError('SOURCE_EMPTY', 'the file holds a header but no instant', { file })
}

function parseJson(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new SourceError('SOURCE_UNREADABLE', `not JSON: ${(error as Error).message}`, { file, line, cause: error })
  }
}

function parse<T extends z.ZodType>(schema: T, data: unknown, file: string, line: number): z.infer<T> {
  const result = schema.safeParse(data)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  const others = result.error.issues.length - 1
  throw new SourceError('SOURCE_UNREADABLE', issue.message + (others > 0 ? ` (and ${others} more complaints)` : ''), {
    file,
    line,
    ...(issue.path.length > 0 && { column: issue.path.join('.') }),
    hint: 'The format is told by `holdfast schema scenario`.',
  })
}
