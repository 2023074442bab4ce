import { z } from 'zod'
import { named, optional } from './wire/common.js'

/**
 * Every way in which the API says no. The code is stable; programs branch on it. `retryable`: the same request may succeed
 * later, unchanged. docs/reference/problems.md is made from it.
 */
export const PROBLEMS = {
  INVALID_INPUT: { status: 400, retryable: false, title: 'A field of the request is missing, unknown or out of range' },
  IDEMPOTENCY_KEY_MISSING: { status: 400, retryable: false, title: 'A mutation needs an Idempotency-Key header' },
  UNAUTHENTICATED: { status: 401, retryable: false, title: 'No valid API key was given' },
  FORBIDDEN: { status: 403, retryable: false, title: 'The API key lacks the scope that this needs' },
  HOST_REFUSED: { status: 403, retryable: false, title: 'The Host or Origin header is not one this server answers to' },
  NOT_FOUND: { status: 404, retryable: false, title: 'There is no such thing' },
  BODY_TOO_LARGE: { status: 413, retryable: false, title: 'The request body is larger than this server reads' },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    retryable: false,
    title: 'This Idempotency-Key came before with another body',
  },
  IDEMPOTENCY_IN_PROGRESS: {
    status: 409,
    retryable: true,
    title: 'A request with this Idempotency-Key is being worked on',
  },
  ACTION_REFUSED: {
    status: 409,
    retryable: false,
    title: 'The engine, or a rule of who may do what, refused the action',
  },
  SIGNATURE_INVALID: { status: 401, retryable: false, title: 'The webhook is not signed by a key that is known here' },
  TIMESTAMP_STALE: { status: 401, retryable: false, title: 'The webhook was signed too long ago, or in the future' },
  WEBHOOK_REPLAYED: { status: 409, retryable: false, title: 'This very webhook came before' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, retryable: false, title: 'The body must be application/json' },
  NOT_READY: { status: 503, retryable: true, title: 'The loop has not finished its first turn' },
  LOOP_REFUSED: { status: 503, retryable: true, title: 'The loop did not take the command' },
  INTERNAL: { status: 500, retryable: true, title: 'A fault of ours; it is in the log under the instance id' },
} as const satisfies Record<string, { status: number; retryable: boolean; title: string }>

export type ProblemCode = keyof typeof PROBLEMS

/** What became of an action: nothing was done; it was looked at and refused; or nobody knows. */
export type Outcome = 'not_sent' | 'rejected' | 'unknown'

export const problemSchema = named(
  'Problem',
  'RFC 9457 problem details.',
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    retryable: z.boolean(),
    detail: optional(z.string()),
    instance: optional(z.string()),
    outcome: optional(z.enum(['not_sent', 'rejected', 'unknown'])),
    errors: optional(z.array(z.object({ path: z.string(), message: z.string() }))),
  }),
)

export type ProblemBody = Readonly<z.infer<typeof problemSchema>>

export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly outcome: Outcome | undefined
  readonly errors: readonly { readonly path: string; readonly message: string }[] | undefined
  readonly status: number

  constructor(
    code: ProblemCode,
    detail: string,
    more: {
      readonly outcome?: Outcome
      readonly errors?: readonly { readonly path: string; readonly message: string }[]
      readonly cause?: unknown
    } = {},
  ) {
    super(detail, { cause: more.cause })
    this.code = code
    this.outcome = more.outcome
    this.errors = more.errors
    this.status = PROBLEMS[code].status
  }
}

export function problemBody(problem: Problem, instance: string): ProblemBody {
  const { status, title, retryable } = PROBLEMS[problem.code]
  return {
    type: `urn:holdfast:problem:${problem.code}`,
    title,
    status,
    code: problem.code,
    retryable,
    detail: problem.message,
    instance,
    ...(problem.outcome === undefined ? {} : { outcome: problem.outcome }),
    ...(problem.errors === undefined ? {} : { errors: [...problem.errors] }),
  }
}
