import {
  canonicalJson,
  type MarginModel,
  MarginParameterError,
  marginAccountOf,
  marginAccountSchema,
  marginMarketOf,
  marginMarketSchema,
  marginModel,
  marginModelNames,
} from '@holdfast/engine'
import { z } from 'zod'
import { CalcError } from '../error.js'
import { defineKind, requestId } from '../kind.js'

const request = z.strictObject({
  id: requestId,
  model: z.enum(marginModelNames as [string, ...string[]]).describe('a margin model'),
  parameters: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('laid over the shipped set, key by key; `version` picks the set. holdfast schema margin-parameters'),
  account: marginAccountSchema,
  market: marginMarketSchema,
})

/** Models in use, by name and parameters: a stream of requests most often asks for one. */
const models = new Map<string, MarginModel>()
const MODELS_KEPT = 32

/** `margin`: equity, requirements and excess of an account by a venue's model, with every part. */
export const margin = defineKind({
  name: 'margin',
  summary: 'Equity, initial and maintenance margin of an account, by the model of a venue or ours.',
  request,
  answer: ({ model: name, parameters, account, market }) => {
    const model = modelOf(name, parameters ?? {})
    const outcome = model.evaluate(marginAccountOf(account), marginMarketOf(market))
    if (!outcome.ok) throw missing(name, outcome.missing)
    const { ok: _, ...figures } = outcome
    const { version, asOf, hash } = model.parameters
    return { ...figures, parameters: { version, asOf, hash } }
  },
})

function modelOf(name: string, parameters: Readonly<Record<string, unknown>>): MarginModel {
  const key = `${name} ${canonicalJson(parameters)}`
  const known = models.get(key)
  if (known !== undefined) return known
  const model = create(name, parameters)
  if (models.size >= MODELS_KEPT) models.clear()
  models.set(key, model)
  return model
}

function create(name: string, parameters: Readonly<Record<string, unknown>>): MarginModel {
  try {
    return marginModel(name, parameters)
  } catch (error) {
    if (!(error instanceof MarginParameterError)) throw error
    const { path, message, suggestion } = error
    const body = { code: 'INVALID_INPUT' as const, path: `/parameters${path}`, message }
    throw new CalcError(suggestion === undefined ? body : { ...body, suggestion }, { cause: error })
  }
}

/** An account that cannot be margined is refused with what it lacks: it may never look safe. */
function missing(model: string, names: readonly string[]): CalcError {
  const unsupported = names.filter((name) => name.startsWith('unsupported:'))
  if (unsupported.length > 0) {
    const list = unsupported.map((name) => name.slice('unsupported:'.length)).join(', ')
    return new CalcError({ code: 'UNSUPPORTED', path: '/account', message: `${model} cannot margin ${list}` })
  }
  return new CalcError({ code: 'MISSING_INPUT', path: '/market', message: `${model} needs ${names.join(', ')}` })
}
