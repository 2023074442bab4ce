import { DEFECTS } from '@holdfast/venues'
import { code, page, table } from './markdown.mjs'

/** The defects of data that sources name. */
export const path = 'docs/reference/flags.md'

export function text() {
  return page(
    'Flags of data',
    'A source reads data as it is. What is wrong with it becomes a flag with a code and a subject, recorded in the journal and counted in the report; data is never silently repaired. The subject is an input (`quote:deribit:BTC/USD:BTC`, `forward:BTC:2026-02-27`), a chain (`chain:BTC`) or a place in a file (`NAME:LINE`).',
    table(
      ['flag', 'meaning'],
      Object.entries(DEFECTS).map(([flag, meaning]) => [code(flag), meaning]),
    ),
  )
}
