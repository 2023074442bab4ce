import { PROBLEMS } from '@holdfast/server'
import { code, page, table } from './markdown.mjs'

/** Every way in which the API says no. */
export const path = 'docs/reference/problems.md'

export function text() {
  return page(
    'Problem codes of the API',
    'Errors are RFC 9457 problem details (`application/problem+json`) with a stable `code`, `retryable` (the same request may succeed later, unchanged) and, for actions, `outcome`: `not_sent`, `rejected` or `unknown`. Programs branch on `code`; wording may change.',
    table(
      ['code', 'status', 'retryable', 'meaning'],
      Object.entries(PROBLEMS).map(([name, { status, retryable, title }]) => [
        code(name),
        status,
        retryable ? 'yes' : 'no',
        title,
      ]),
    ),
  )
}
