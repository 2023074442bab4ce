/**
 * Why a request was not answered. The list is closed:
 * - `INVALID_INPUT`: not JSON, a field missing, unknown, of the wrong type or outside its range;
 * - `UNSUPPORTED`: each field is sound, but this model or measure does not exist for this instrument;
 * - `MISSING_INPUT`: the request is sound, but an input that the answer needs is not in it (a surface, a price);
 * - `NO_SOLUTION`: no number satisfies the request; `reason` says on which side;
 * - `NOT_FINITE`: the answer lies outside the range of double precision;
 * - `INTERNAL`: a fault of ours, worth a report; the other requests are answered all the same.
 */
export type CalcErrorCode =
  | 'INVALID_INPUT'
  | 'UNSUPPORTED'
  | 'MISSING_INPUT'
  | 'NO_SOLUTION'
  | 'NOT_FINITE'
  | 'INTERNAL'

export type CalcErrorBody = {
  readonly code: CalcErrorCode
  /** JSON pointer (RFC 6901) to the offending place in the request; empty for the request itself. */
  readonly path: string
  readonly message: string
  readonly reason?: string
  readonly suggestion?: string
}

/** Thrown by a kind's `answer`; it becomes the `error` of that request's answer and of no other. */
export class CalcError extends Error {
  override readonly name = 'CalcError'
  readonly body: CalcErrorBody

  constructor(body: CalcErrorBody, options?: ErrorOptions) {
    super(body.message, options)
    this.body = body
  }
}

/** JSON pointer of a path of keys. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
