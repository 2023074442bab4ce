import { configurationSchema } from '@holdfast/engine'
import { fields } from './jsonSchema.mjs'
import { code, page, table } from './markdown.mjs'

/** Every key of the configuration file. */
export const path = 'docs/reference/configuration.md'

export function text() {
  const schema = configurationSchema()
  const rows = fields(schema)
  const sections = Object.keys(schema.properties).filter((key) =>
    rows.some((row) => row.path !== key && begins(row, key)),
  )
  const top = rows.filter(({ path: key }) => !key.includes('.') && !key.includes('['))
  return page(
    'Configuration',
    'One YAML file says what a desk holds, where its data comes from and the risk it will hold. Quantities carry their unit: `15 min`, `2 %`, `20 bps`, `0.25 BTC`; a bare number where a unit belongs is an error. Secrets are references, `env:NAME` or `file:PATH`. Paths are relative to the file. `holdfast check FILE --explain` prints every effective value and where it came from; `holdfast schema configuration` prints the JSON Schema for editors.',
    'Units of time: `ms`, `s`, `min`, `h`, `d`, `w`. Units of fractions: `%`, `bps`. A key in bold must be there.',
    '## The file',
    keys(top),
    ...sections.flatMap((section) => [
      `## ${section}`,
      keys(rows.filter((row) => row.path !== section && begins(row, section))),
    ]),
  )
}

const begins = (row, section) => row.path.startsWith(`${section}.`) || row.path.startsWith(`${section}[`)

function keys(rows) {
  return table(
    ['key', 'type', 'default', 'meaning'],
    rows.map(({ path: key, type, required, default: preset, description }) => [
      required ? `**${code(key)}**` : code(key),
      type,
      preset === '' ? '' : code(preset),
      description,
    ]),
  )
}
