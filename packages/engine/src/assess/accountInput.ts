import { type Book, knowledgeOf } from '../book/book.js'
import { CONFIGURATION_SOURCE } from '../book/configured.js'
import { judgeAge } from '../market/judge.js'
import { inputName } from '../market/names.js'
import type { GuardLimits } from '../policy/configuration.js'
import type { InputState } from './assessment.js'

/**
 * How far an account's statement can be trusted. What the configuration states does not age: the desk said so, and fills and
 * cash movements follow as events.
 */
export function accountInput(book: Book, id: string, now: number, limits: GuardLimits): InputState {
  const account = book.accounts.ids.get(id)!
  const name = inputName.account(id)
  const knowledge = knowledgeOf(book, account)
  if (knowledge === 'unknown') {
    return { name, source: '', quality: 'unknown', reasons: ['no statement of the account has arrived'] }
  }
  const attested = {
    sourceTime: book.sourceTime[account]!,
    receivedTime: book.receivedTime[account]!,
    idleMessages: book.idleMessages[account]!,
    messageTime: book.messageTime[account]!,
  }
  const source = book.sources.names[book.sourceOf[account]!]!
  const ages = source === CONFIGURATION_SOURCE ? { ...limits, delayedAfterMs: Infinity, maxAgeMs: Infinity } : limits
  const verdict = judgeAge(attested, undefined, now, ages)
  const times = { sourceTime: attested.sourceTime, receivedTime: attested.receivedTime }
  if (knowledge === 'known') return { name, source, ...times, ...verdict }
  const reason = 'balances or positions are not known in full: a complete statement is needed'
  return { name, source, ...times, ageMs: verdict.ageMs, quality: 'unknown', reasons: [...verdict.reasons, reason] }
}
