import type { Client } from '../api/client.js'
import { actionSummary, scopeName } from '../format/words.js'
import { Empty, Section } from '../view/Section.js'
import { Said } from './Said.js'
import type { Approval } from './types.js'
import { useDoing } from './useDoing.js'
import { boundsText, keyName, leftText } from './words.js'

type ApprovalsProps = { readonly approvals: readonly Approval[]; readonly client: Client; readonly onDone: () => void }

/** What waits for people: what it would do, within which bounds, until when, and who has confirmed. */
export function Approvals({ approvals, client, onDone }: ApprovalsProps) {
  return (
    <Section id="approvals" aside={approvals.length === 0 ? undefined : `${approvals.length} waiting`}>
      {approvals.length === 0 ? (
        <Empty>Nothing waits for a person: no rule at stage approve wants to act now.</Empty>
      ) : (
        <ul className="approvals">
          {approvals.map((approval) => (
            <Waiting key={approval.id} approval={approval} client={client} onDone={onDone} />
          ))}
        </ul>
      )}
    </Section>
  )
}

function Waiting({
  approval,
  client,
  onDone,
}: {
  readonly approval: Approval
  readonly client: Client
  readonly onDone: () => void
}) {
  const doing = useDoing(onDone)
  const { id, rule, scope, action, condition, bounds, expiresInSeconds, expires, since, people, confirmed } = approval
  const whole = (Date.parse(expires) - Date.parse(since)) / 1000
  return (
    <li>
      <p className="wanted">
        {action.kind === 'order'
          ? actionSummary({ ...action, instrument: `:${keyName(action.instrument)}` })
          : actionSummary(action)}
        {action.kind === 'order' && action.reduceOnly && <span className="dim">, reduce-only</span>}
      </p>
      <p className="dim small">
        {rule} · {scopeName(scope)} · <code>{condition}</code> · {boundsText(bounds)}
      </p>
      <div className="countdown">
        <progress max={whole} value={expiresInSeconds} aria-label="time left to confirm" />
        <span className="figure">lapses in {leftText(expiresInSeconds)}</span>
        <span>
          {confirmed.length} of {people} confirmed{confirmed.length > 0 && ` (${confirmed.join(', ')})`}
        </span>
      </div>
      <div className="doing">
        <button
          type="button"
          className="primary"
          disabled={doing.busy}
          onClick={() => doing.run(() => client.answer(id, 'approve'))}
        >
          Approve
        </button>
        <button type="button" disabled={doing.busy} onClick={() => doing.run(() => client.answer(id, 'reject'))}>
          Reject
        </button>
      </div>
      <Said doing={doing} />
    </li>
  )
}
