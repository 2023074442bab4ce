import { useState } from 'react'
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

const FILTERS = ['all', 'alerts', 'actions'] as const
type Filter = (typeof FILTERS)[number]

/** What was decided, newest first; each line opens its reasons. */
export function Feed({ decisions, alerts, opened, onOpen }: FeedProps) {
  const [filter, setFilter] = useState<Filter>('all')
  const shown = decisions.filter(
    ({ action }) => filter === 'all' || (action.kind === 'alert') === (filter === 'alerts'),
  )
  const standing = new Set(alerts.filter(({ endsAt }) => endsAt === undefined).map(({ id }) => id))
  const seen = new Set(alerts.filter(({ acknowledged }) => acknowledged !== undefined).map(({ id }) => id))
  return (
    <Section id="feed" aside={<FeedFilter firing={standing.size} filter={filter} onFilter={setFilter} />}>
      {shown.length === 0 ? (
        <Empty>
          {decisions.length === 0
            ? 'Nothing has been decided yet: no rule’s condition has held.'
            : 'None of this kind.'}
        </Empty>
      ) : (
        <ol className="feed">
          {shown.slice(0, SHOWN_MAX).map((decision) => (
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

type FeedFilterProps = { readonly firing: number; readonly filter: Filter; readonly onFilter: (filter: Filter) => void }

function FeedFilter({ firing, filter, onFilter }: FeedFilterProps) {
  return (
    <fieldset className="choice" aria-label="Kind of decision">
      <span>{firing} firing</span>
      {FILTERS.map((name) => (
        <button key={name} type="button" aria-pressed={filter === name} onClick={() => onFilter(name)}>
          {name}
        </button>
      ))}
    </fieldset>
  )
}
