/**
 * Why a question has no answer, or an order was not taken. `rejected`: the venue said no. `denied`: it was not sent.
 * `unresolved`: it was or may have been sent, and what came back does not say what became of it: a timeout is no failure.
 */
export class LineFailure extends Error {
  readonly fate: 'rejected' | 'denied' | 'unresolved'
  readonly code: string | undefined
  readonly trouble: Trouble

  constructor(fate: LineFailure['fate'], trouble: Trouble, message: string, code?: string) {
    super(message)
    this.name = 'LineFailure'
    this.fate = fate
    this.trouble = trouble
    this.code = code
  }

  /** Whether the same order may be tried again later under another id: the venue was busy or not ready, the order was right. */
  get retryable(): boolean {
    return this.fate !== 'unresolved' && (this.trouble === 'busy' || this.trouble === 'state')
  }
}

/** `busy`: a rate limit, the venue's or ours. `state`: maintenance or post-only. `gone`: the order is not there or not open. */
export type Trouble = 'credentials' | 'scope' | 'clock' | 'busy' | 'state' | 'gone' | 'order' | 'line' | 'unreadable'

/** What a venue's own codes and words mean; a code that is in no list is a plain `rejected`. */
export type Complaints = {
  /** The venue does not say what became of the order. */
  readonly unresolved: readonly string[]
  readonly gone: readonly string[]
  readonly busy: readonly string[]
  readonly state: readonly string[]
  readonly credentials: readonly string[]
  readonly scope: readonly string[]
  readonly clock: readonly string[]
}

/** By the name of ccxt's error classes, nearest first; what is in no list may have been sent. */
const CLASSES: readonly [name: string, fate: LineFailure['fate'], trouble: Trouble][] = [
  ['OrderNotFound', 'rejected', 'gone'],
  ['PermissionDenied', 'rejected', 'scope'],
  ['AuthenticationError', 'rejected', 'credentials'],
  ['InvalidNonce', 'rejected', 'clock'],
  ['RateLimitExceeded', 'rejected', 'busy'],
  ['DDoSProtection', 'rejected', 'busy'],
  ['OnMaintenance', 'rejected', 'state'],
  ['ArgumentsRequired', 'denied', 'order'],
  ['NotSupported', 'denied', 'order'],
  ['InvalidOrder', 'rejected', 'order'],
  ['InsufficientFunds', 'rejected', 'order'],
  ['BadRequest', 'rejected', 'order'],
  ['OperationRejected', 'rejected', 'order'],
]

/**
 * Reads what ccxt threw. A code of the venue's own goes before ccxt's class; an error without either, and every error of the
 * network, leaves the fate open.
 */
export function failureOf(error: unknown, complaints: Complaints, hide: (words: string) => string): LineFailure {
  if (error instanceof LineFailure) return error
  const message = hide(error instanceof Error ? error.message : String(error)).slice(0, 400)
  const names = classNames(error)
  const { code, words } = codeOf(message)
  const says = (list: readonly string[]) => list.some((one) => one === code || (one.length > 6 && words.includes(one)))
  if (says(complaints.unresolved)) return new LineFailure('unresolved', 'line', message, code)
  for (const trouble of ['gone', 'busy', 'state', 'clock', 'scope', 'credentials'] as const) {
    if (says(complaints[trouble])) return new LineFailure('rejected', trouble, message, code)
  }
  for (const [name, fate, trouble] of CLASSES) {
    if (names.includes(name)) return new LineFailure(fate, trouble, message, code)
  }
  const answered = code !== undefined && names.includes('ExchangeError')
  return answered ? new LineFailure('rejected', 'order', message, code) : new LineFailure('unresolved', 'line', message)
}

function classNames(error: unknown): readonly string[] {
  const names: string[] = error instanceof Error ? [error.name] : []
  for (let at: object | null = error instanceof Error ? Object.getPrototypeOf(error) : null; at !== null; ) {
    names.push((at.constructor as { readonly name: string }).name)
    at = Object.getPrototypeOf(at)
  }
  return names
}

/** The venue's code in ccxt's message: the name of the exchange, then the body of the answer. */
function codeOf(message: string): { readonly code: string | undefined; readonly words: string } {
  const match =
    /"(?:sCode|code|retCode)"\s*:\s*"?(-?[1-9]\d*)"?[\s\S]*"sCode"\s*:\s*"?(\d+)"?/.exec(message) ??
    /"(?:code|retCode|sCode)"\s*:\s*"?(-?[1-9]\d*)"?/.exec(message)
  return { code: match?.[2] ?? match?.[1], words: message.toLowerCase() }
}
