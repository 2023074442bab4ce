import { calcKinds, requestSchema } from '@holdfast/calc'
import { MEASURES } from '@holdfast/quant'
import { discriminator, fields, union } from './jsonSchema.mjs'
import { code, page, table } from './markdown.mjs'

/** The requests of `holdfast calc` and of `POST /v1/calc/KIND`. */
export const path = 'docs/reference/calc.md'

export function text() {
  return page(
    'Calculations',
    '`holdfast calc KIND` reads one JSON request a line and writes one JSON answer a line, in order, with the `id` given back. `POST /v1/calc/KIND` takes a list of the same requests. Rates and vols are continuous, annual, decimal; times to expiry are years. A bad request is answered by an `error` on its own line and the others are still answered. An answer never holds NaN.',
    'An `error` has a `code` (`INVALID_INPUT`, `UNSUPPORTED`, `MISSING_INPUT`, `NO_SOLUTION`, `NOT_FINITE`, `INTERNAL`), a `path` (a JSON pointer into the request), a `message`, and sometimes a `reason` or a `suggestion`.',
    `Measures of a European option: ${MEASURES.map(code).join(', ')}. Vega and rho are per 1.00; theta, charm, veta and color are per year of calendar time passing.`,
    ...[...calcKinds.values()].flatMap(kindParts),
  )
}

function kindParts(kind) {
  const schema = requestSchema(kind)
  const shapes = (schema.oneOf ?? schema.anyOf ?? [schema]).flatMap((shape) => shape.oneOf ?? shape.anyOf ?? [shape])
  return [
    `## ${kind.name}`,
    `${kind.summary} The whole schema: \`holdfast schema ${kind.name}\`.`,
    ...(shapes.length > 1
      ? [`A request has one of these shapes: ${shapes.map((shape) => discriminator(shape) ?? 'plain').join('; ')}.`]
      : []),
    table(
      ['field', 'type', 'meaning'],
      union(shapes, fields).map(({ path: field, type, required, description }) => [
        required ? `**${code(field)}**` : code(field),
        type,
        description,
      ]),
    ),
  ]
}
