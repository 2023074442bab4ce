import { marginModel, marginModelNames, marginParameterSchema } from '@holdfast/engine'
import { fields } from './jsonSchema.mjs'
import { code, page, table } from './markdown.mjs'

/** The margin models with the figures that are shipped: who published them, when, and their hash. */
export const path = 'docs/reference/margin-models.md'

export function text() {
  return page(
    'Parameters of the margin models',
    'Each model reads a dated set of figures with its source and hash. The first set of a model is its default; `version` in `parameters` picks another, and any figure can be laid over it, in the configuration under `margin.MODEL` or in a `calc margin` request under `parameters`. `holdfast schema margin-parameters --model MODEL` prints the schema with the shipped figures. What the models compute is told in [margin.md](margin.md).',
    ...marginModelNames.flatMap(modelParts),
  )
}

function modelParts(name) {
  const schema = marginParameterSchema(name)
  const sets = schema['x-holdfast-sets']
  const unpublished = sets.flatMap((set) => set.unpublished ?? [])
  return [
    `## ${name}`,
    table(
      ['version', 'as of', 'hash', 'source'],
      sets.map(({ version, asOf, source }) => [code(version), asOf, code(hashOf(name, version).slice(0, 12)), source]),
    ),
    ...(unpublished.length === 0
      ? []
      : [`Not published by anyone, so an estimate to be replaced: ${unpublished.map(code).join(', ')}.`]),
    table(
      ['parameter', 'type', 'meaning'],
      fields(schema).map(({ path: field, type, description }) => [code(field), type, description]),
    ),
  ]
}

function hashOf(name, version) {
  return marginModel(name, { version }).parameters.hash
}
