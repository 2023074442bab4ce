import { CalcError, type CalcErrorBody, jsonPointer } from './error.js'
import type { CalcKind } from './kind.js'
import { validate } from './validate.js'

/** An answer: the request's id where it had one, and either the kind's figures or an `error`. */
export type CalcAnswer = Readonly<Record<string, unknown>> & { readonly id?: unknown; readonly error?: CalcErrorBody }

/** Answers one request. Never throws for what a request holds. */
export function answerRequest(kind: CalcKind, request: unknown): CalcAnswer {
  const id = idOf(request)
  try {
    const figures = kind.answer(validate(kind.request, request))
    const bad = notFinite(figures, [])
    if (bad !== undefined) {
      throw new CalcError({ code: 'NOT_FINITE', path: '', message: `the answer's ${bad} is outside double precision` })
    }
    return { ...id, ...figures }
  } catch (error) {
    if (error instanceof CalcError) return { ...id, error: error.body }
    // Formulas refuse what the schema cannot see (a barrier on the wrong side, say) with a DomainError of their own.
    if (error instanceof Error && error.name.endsWith('DomainError')) {
      return { ...id, error: { code: 'INVALID_INPUT', path: '', message: error.message } }
    }
    return { ...id, error: { code: 'INTERNAL', path: '', message: `unexpected: ${String(error)}` } }
  }
}

/** Answers one line of JSON with one line of JSON, without its newline. */
export function answerLine(kind: CalcKind, line: string): { readonly text: string; readonly ok: boolean } {
  let request: unknown
  try {
    request = JSON.parse(line)
  } catch (error) {
    const message = `not JSON: ${(error as SyntaxError).message}`
    return { text: JSON.stringify({ error: { code: 'INVALID_INPUT', path: '', message } }), ok: false }
  }
  const answer = answerRequest(kind, request)
  return { text: JSON.stringify(answer), ok: answer.error === undefined }
}

function idOf(request: unknown): { id?: unknown } {
  if (typeof request !== 'object' || request === null || !('id' in request)) return {}
  return { id: (request as { id: unknown }).id }
}

/** Pointer to the first number that JSON cannot carry, or undefined. */
function notFinite(value: unknown, path: readonly PropertyKey[]): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : jsonPointer(path)
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, inner] of Object.entries(value)) {
    const found = notFinite(inner, [...path, key])
    if (found !== undefined) return found
  }
  return undefined
}
