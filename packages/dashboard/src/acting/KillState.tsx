import { age } from '../format/time.js'
import type { Kill } from './types.js'
import { scopeText } from './words.js'

const STATE_WORDS: Readonly<Record<Kill['state'], string>> = {
  working: 'working',
  confirmed: 'confirmed',
  incomplete: 'not complete',
}

/** A kill that stands: who threw it and why, what is confirmed, and what is not done and why. */
export function KillState({ kill }: { readonly kill: Kill }) {
  const { scope, mode, by, reason, ageSeconds, state, confirmed, open } = kill
  return (
    <>
      <p role="status">
        <b className={state === 'confirmed' ? 'w-good' : 'w-bad'}>{STATE_WORDS[state]}</b> {mode} {scopeText(scope)}{' '}
        <span className="dim">
          {age(ageSeconds)} ago by {by}: {reason}
        </span>
      </p>
      <ul className="remains small">
        {confirmed.map((line) => (
          <li key={line}>
            <b className="w-good">confirmed</b> {line}
          </li>
        ))}
        {open.map(({ what, why }) => (
          <li key={what}>
            <b className="w-bad">open</b> {what}: {why}
          </li>
        ))}
      </ul>
    </>
  )
}
