// Reads a JSON Schema as rows of a table: one for each field, with its type, range, default and description.

/** Rows `{path, type, default, description}`, depth first, in the order of the schema. */
export function fields(schema, path = '') {
  const rows = []
  for (const [key, field] of Object.entries(schema.properties ?? {})) {
    const here = path === '' ? key : `${path}.${key}`
    rows.push(
      { path: here, required: (schema.required ?? []).includes(key), ...described(field) },
      ...inner(field, here),
    )
  }
  return rows
}

function inner(field, path) {
  if (field.properties !== undefined) return fields(field, path)
  if (field.items !== undefined) return inner(field.items, `${path}[]`)
  const shapes = objects(field)
  if (shapes.length > 0) return merged(shapes, path)
  if (isMap(field)) return inner(field.additionalProperties, `${path}.*`)
  return []
}

/** The shapes that a field may have, one after the other; a field that several share, alike, stands once. */
function merged(shapes, path) {
  return union(shapes, (shape) => inner(shape, path))
}

/** The rows of several shapes as one list; a constant that tells shapes apart becomes the list of its words. */
export function union(shapes, rowsOf) {
  const rows = new Map()
  for (const shape of shapes) {
    const name = discriminator(shape)
    for (const row of rowsOf(shape)) {
      const key = row.constant === undefined ? `${row.path} ${row.type} ${row.description}` : row.path
      const known = rows.get(key)
      if (known === undefined) rows.set(key, { ...row, of: [name] })
      else {
        known.of.push(name)
        if (row.constant !== undefined && !known.type.split(', ').includes(row.type)) known.type += `, ${row.type}`
      }
    }
  }
  return [...rows.values()].map(({ of, ...row }) => {
    if (of.length === shapes.length || of.includes(undefined)) return row
    return { ...row, description: `${row.description} (${[...new Set(of)].join(', ')})`.trim() }
  })
}

function objects(field) {
  const options = field.anyOf ?? field.oneOf ?? []
  return options
    .flatMap((option) => ((option.anyOf ?? option.oneOf) ? objects(option) : [option]))
    .filter((option) => option.properties !== undefined || option.items !== undefined)
}

/** The constant that tells one shape of a union from the others. */
export function discriminator(shape) {
  for (const key of ['kind', 'model', 'name']) {
    const constant = shape.properties?.[key]?.const
    if (constant !== undefined) return `${key} \`${constant}\``
  }
  return undefined
}

function isMap(field) {
  return typeof field.additionalProperties === 'object' && Object.keys(field.additionalProperties).length > 0
}

function described(field) {
  const { default: preset } = field
  return {
    type: typeOf(field),
    constant: field.const,
    default:
      preset === undefined || (typeof preset === 'object' && Object.keys(preset).length === 0)
        ? ''
        : JSON.stringify(preset),
    description: sentence(field),
  }
}

function sentence(field) {
  const text = field.description ?? ''
  const example = field.examples?.[0]
  if (example === undefined || text.includes(String(example))) return text
  return `${text} Example: \`${typeof example === 'string' ? example : JSON.stringify(example)}\`.`.trim()
}

function typeOf(field) {
  if (field.const !== undefined) return `\`${field.const}\``
  if (field.enum !== undefined) return field.enum.map((word) => `\`${word}\``).join(', ')
  const options = field.anyOf ?? field.oneOf
  if (options !== undefined) return [...new Set(options.map(typeOf))].join(' or ')
  if (field.items !== undefined) return `list of ${typeOf(field.items)}`
  if (field.properties !== undefined) return 'section'
  if (isMap(field)) return `map to ${typeOf(field.additionalProperties)}`
  if (field.pattern?.endsWith('(ms|s|min|h|d|w)$')) return 'length of time'
  if (field.pattern?.endsWith('(%|bps)$')) return 'fraction'
  if (field.pattern?.startsWith('^[+-]?[0-9]') && field.pattern.endsWith('[A-Z][A-Z0-9]{1,11}$')) return 'amount'
  if (field.type === undefined) return 'any'
  if (field.type === 'object') return 'map'
  const types = [field.type]
    .flat()
    .map((type) => (type === 'string' ? 'text' : type))
    .join(' or ')
  return `${types}${range(field)}`
}

const SAFE = Number.MAX_SAFE_INTEGER

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
  const bounds = []
  if (minimum !== undefined && minimum > -SAFE) bounds.push(`≥ ${minimum}`)
  if (exclusiveMinimum !== undefined) bounds.push(`> ${exclusiveMinimum}`)
  if (maximum !== undefined && maximum < SAFE) bounds.push(`≤ ${maximum}`)
  if (exclusiveMaximum !== undefined) bounds.push(`< ${exclusiveMaximum}`)
  return bounds.length === 0 ? '' : ` ${bounds.join(', ')}`
}
