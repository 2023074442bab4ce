import { DIAGNOSTICS } from '@holdfast/engine'
import { code, page, table } from './markdown.mjs'

/** The complaints about a configuration. */
export const path = 'docs/reference/diagnostics.md'

export function text() {
  return page(
    'Diagnostics of a configuration',
    '`holdfast check FILE` prints each complaint as `file:line:column`, the line with a caret under the place, what is allowed and what was probably meant; `--json` gives the same as data. Codes are stable.',
    table(
      ['code', 'meaning'],
      Object.entries(DIAGNOSTICS).map(([name, meaning]) => [code(name), meaning]),
    ),
  )
}
