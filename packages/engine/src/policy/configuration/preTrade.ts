import { z } from 'zod'
import type { PreTradeLimits } from '../../order/preTrade.js'
import { suggest } from '../../text/suggest.js'
import type { PreTradeConfiguration } from '../configuration.js'
import type { Diagnostic } from './diagnostic.js'
import { amount, duration, fraction } from './field.js'
import { childValue, listValue } from './schemaTree.js'
import type { YamlSource } from './yamlSource.js'

const per = duration({ description: 'Time over which it is counted.', example: '1 min', min: '1 s', max: '1 d' })
const count = (description: string) =>
  z.strictObject({ count: z.int().min(1).max(100_000).meta({ description: 'How many.' }), per }).meta({ description })
const most = (description: string, example: string) => amount({ description, example, sign: 'positive' })
const usd = (description: string) =>
  most(description, '500000 USD').refine(({ unit }) => unit === 'USD', { message: 'in USD, e.g. 500000 USD' })

const limitsSchema = z
  .strictObject({
    collar: fraction({
      description: 'Farthest that a limit price may lie beyond the mark.',
      example: '1 %',
      min: '0.01 %',
      max: '50 %',
    }).optional(),
    periodCollar: z
      .strictObject({
        move: fraction({
          description: 'Farthest beyond the price of its beginning.',
          example: '5 %',
          min: '0.1 %',
          max: '90 %',
        }),
        per,
      })
      .optional()
      .meta({ description: 'The same against the price at which a period began.' }),
    maxPriceAge: duration({
      description: 'An older mark blocks what opens.',
      example: '10 s',
      min: '1 s',
      max: '1 d',
    }).optional(),
    maxOrderValue: usd('Largest notional of an order.').optional(),
    maxOrderSize: z
      .array(most('Largest size of an order, in the unit it is sized in.', '10 BTC'))
      .optional()
      .meta({ description: 'By unit of size.' }),
    maxValue: z
      .strictObject({ amount: usd('Most notional within the time.'), per })
      .optional()
      .meta({ description: 'Volume over a time.' }),
    maxMessages: count('Most orders and cancels within the time.').optional(),
    maxRepeats: count('More executions than this hold the rule until a person resumes it.').optional(),
    maxPosition: z
      .array(most('Largest position in one instrument afterwards, in the unit it is sized in.', '50 BTC'))
      .optional()
      .meta({ description: 'By unit of size.' }),
    maxMarginRatio: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .meta({ description: 'Nothing opens above this margin ratio of the account, or where it is unknown.' }),
  })
  .meta({ description: 'Limits of one level; what is absent does not limit.' })

export const preTradeSchema = z
  .strictObject({
    firm: limitsSchema.optional(),
    venues: z.record(z.string(), limitsSchema).optional().meta({ description: 'By venue.' }),
    accounts: z.record(z.string(), limitsSchema).optional().meta({ description: 'By account.' }),
    rules: z.record(z.string(), limitsSchema).optional().meta({ description: 'By rule.' }),
  })
  .meta({
    description: 'Controls that every order passes last, whatever decided it. What only reduces passes collars alone.',
  })

type PreTradeFile = z.output<typeof preTradeSchema>

export function preTradeOf({ firm, venues, accounts, rules }: PreTradeFile): PreTradeConfiguration {
  return defined({
    firm: firm === undefined ? undefined : limitsOf(firm),
    venues: eachOf(venues),
    accounts: eachOf(accounts),
    rules: eachOf(rules),
  })
}

function eachOf(levels: PreTradeFile['venues']): Readonly<Record<string, PreTradeLimits>> | undefined {
  if (levels === undefined) return undefined
  return Object.fromEntries(Object.entries(levels).map(([name, limits]) => [name, limitsOf(limits)]))
}

function limitsOf(file: z.output<typeof limitsSchema>): PreTradeLimits {
  const { periodCollar, maxValue, maxMessages, maxRepeats } = file
  return defined({
    collar: file.collar,
    periodCollar: periodCollar === undefined ? undefined : { move: periodCollar.move, perMs: periodCollar.per },
    priceAgeMsMax: file.maxPriceAge,
    orderValueMax: file.maxOrderValue === undefined ? undefined : Number(file.maxOrderValue.amount),
    orderSizeMax: byUnit(file.maxOrderSize),
    valueMax: maxValue === undefined ? undefined : { amount: Number(maxValue.amount.amount), perMs: maxValue.per },
    messagesMax: maxMessages === undefined ? undefined : { count: maxMessages.count, perMs: maxMessages.per },
    repeatsMax: maxRepeats === undefined ? undefined : { count: maxRepeats.count, perMs: maxRepeats.per },
    positionMax: byUnit(file.maxPosition),
    marginRatioMax: file.maxMarginRatio,
  })
}

function byUnit(amounts: readonly { readonly amount: string; readonly unit: string }[] | undefined) {
  return amounts === undefined
    ? undefined
    : Object.fromEntries(amounts.map(({ unit, amount }) => [unit, Number(amount)]))
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

function defined<T extends object>(value: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<Defined<T>>
}

/** Levels are named after what stands in the file: a misspelt one would limit nothing. */
export function wrongLevels(source: YamlSource): readonly Diagnostic[] {
  const names = (key: string, field: string) =>
    listValue(source.value, key).map((raw) => String(childValue(raw, field) ?? ''))
  const known = { venues: names('accounts', 'venue'), accounts: names('accounts', 'id'), rules: names('rules', 'id') }
  const levels = childValue(source.value, 'preTrade')
  return Object.entries(known).flatMap(([kind, allowed]) => {
    const named = childValue(levels, kind)
    return Object.keys(typeof named === 'object' && named !== null ? named : {})
      .filter((name) => !allowed.includes(name))
      .map((name) => {
        const path = ['preTrade', kind, name]
        const near = suggest(name, allowed)
        return source.diagnostic({
          code: 'NOT_ALLOWED',
          path,
          message: `there is no ${kind.slice(0, -1)} '${name}'`,
          allowed: allowed.length === 0 ? undefined : [...new Set(allowed)].join(', '),
          suggestion: near === undefined ? undefined : `did you mean '${near}'?`,
          place: source.locate(path, 'key'),
        })
      })
  })
}
