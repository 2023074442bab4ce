/**
 * Exit codes, stable and documented (docs/reference/exit-codes.md).
 * `partial`: the work was done, but something in it was refused or failed and has been named on its own line.
 */
export const EXIT = {
  ok: 0,
  partial: 1,
  unusable: 2,
  corrupt: 3,
  locked: 4,
  unwritable: 5,
  unreachable: 6,
  interrupted: 130,
} as const

/** Thrown by a command to end with a message on standard error and a code; never a stack trace for a user's mistake. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: number

  constructor(message: string, exitCode: number = EXIT.unusable, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}
