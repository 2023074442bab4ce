import { MEASURES } from '@holdfast/engine'
import { code, page, table } from './markdown.mjs'

/** The vocabulary of a rule's conditions. */
export const path = 'docs/reference/measures.md'

export function text() {
  return page(
    'Measures',
    'The names that a condition of a rule can read. Each is known in the scopes that it lists; a condition that reads a measure outside its scope, or compares two units, is an error of `holdfast check`. A measure whose inputs are missing or stale has no value: the rule is then blind, never satisfied.',
    table(
      ['measure', 'unit', 'scopes', 'meaning'],
      MEASURES.map(({ name, unit, scopes, description }) => [code(name), unit, scopes.join(', '), description]),
    ),
  )
}
