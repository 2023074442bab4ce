import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { ConnectionConfiguration } from '@holdfast/engine'
import { JournalError } from '../journal/errors.js'
import { type FolderLock, lockFolder } from '../journal/lock.js'

/** Another process on this machine acts on the same account. */
export class AccountLockedError extends Error {
  override readonly name = 'AccountLockedError'
}

/**
 * Takes an account of a venue for this process: two that act on one would work against each other, each taking the other's
 * orders for strange ones.
 *
 * @param folder - where the locks of this machine lie.
 * @param key - the credential that names the account at the venue; only its hash is used.
 * @throws {AccountLockedError}
 */
export function lockAccount(folder: string, connection: ConnectionConfiguration, key: string): FolderLock {
  const name = createHash('sha256')
    .update([connection.kind, connection.url ?? '', key].join('\n'))
    .digest('hex')
  const path = join(folder, name.slice(0, 32))
  try {
    return lockFolder(path)
  } catch (error) {
    if (!(error instanceof JournalError) || error.code !== 'JOURNAL_LOCKED') throw error
    throw new AccountLockedError(
      `connection ${connection.id}: another process acts on this account of ${connection.kind} (lock ${path}). Stop it first, or give this one an account of its own.`,
      { cause: error },
    )
  }
}
