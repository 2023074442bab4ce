import type { Alert, Decision } from '../api/types.js'
import { dayAndMinute } from '../format/time.js'
import { actionSummary, actionWord, scopeName } from '../format/words.js'
import { Empty, Section } from './Section.js'

type FeedProps = {
  readonly decisions: readonly Decision[]
  readonly alerts: readonly Alert[]
  readonly opened: string | undefined
  readonly onOpen: (id: string) => void
}

const SHOWN_MAX = 120

/** What was decided, newest first; each line opens its reasons. */
export function Feed({ decisions, alerts, opened, onOpen }: FeedProps) {
  const standing = new Set(alerts.filter(({ endsAt }) => endsAt === undefined).map(({ id }) => id))
  const seen = new Set(alerts.filter(({ acknowledged }) => acknowledged !== undefined).map(({ id }) => id))
  return (
    <Section id="feed" aside={`${standing.size} firing`}>
      {decisions.length === 0 ? (
        <Empty>Nothing has been decided yet: no rule's condition has held.</Empty>
      ) : (
        <ol className="feed">
          {decisions.slice(0, SHOWN_MAX).map((decision) => (
            <li key={decision.id}>
              <button
                type="button"
                className={`feed-line word-${actionWord(decision.action)}`}
                aria-expanded={opened === decision.id}
                aria-haspopup="dialog"
                onClick={() => onOpen(decision.id)}
              >
                <time dateTime={decision.time}>{dayAndMinute(decision.time)}</time>
                <b className="word">{actionWord(decision.action)}</b>
                <span className="what">{actionSummary(decision.action)}</span>
                <span className="dim">
                  {decision.rule} · {scopeName(decision.scope)} · {decision.stage}, {decision.outcome}
                  {standing.has(decision.id) && ' · firing'}
                  {seen.has(decision.id) && ' · seen'}
                </span>
              </button>
            </li>
          ))}
        </ol>
      )}
    </Section>
  )
}
