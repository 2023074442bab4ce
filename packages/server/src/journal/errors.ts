export type JournalErrorCode =
  /** Another process holds the folder. */
  | 'JOURNAL_LOCKED'
  /** What is in the folder was written by another version of the format, or is no journal. */
  | 'JOURNAL_VERSION'
  /** Records that were acknowledged are damaged or gone: nothing is written, a person must look. */
  | 'JOURNAL_DAMAGED'
  /** The journal was begun with another configuration. */
  | 'JOURNAL_CONFIGURATION'
  /** The recorded inputs now give other turns than were recorded. */
  | 'JOURNAL_DIVERGED'
  /** A write or a sync failed; the process must not go on. */
  | 'JOURNAL_FAILED'
  /** The disk is full; the same, with a plain remedy. */
  | 'JOURNAL_DISK_FULL'

/** The journal cannot be opened or written. `message` says what, where and what to do. */
export class JournalError extends Error {
  override readonly name = 'JournalError'
  readonly code: JournalErrorCode

  constructor(code: JournalErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.code = code
  }
}

/** An error of the file system, as the journal's own: after it nothing more is written. */
export function writeFailure(cause: unknown, folder: string): JournalError {
  const code = (cause as { code?: unknown } | null)?.code
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new JournalError(
      'JOURNAL_DISK_FULL',
      `${folder}: the disk is full; stopped, and no turn after the last acknowledged one was recorded. Free some space and start again: it takes up where it stopped.`,
      cause,
    )
  }
  const detail = cause instanceof Error ? cause.message : String(cause)
  return new JournalError(
    'JOURNAL_FAILED',
    `${folder}: the journal could not be written (${detail}); stopped, since what a failed sync left on disk is not known. Check the disk, run \`holdfast verify ${folder}\`, then start again.`,
    cause,
  )
}
