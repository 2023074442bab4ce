import type { Client } from '../api/client.js'
import { age } from '../format/time.js'
import { Empty, Section } from '../view/Section.js'
import { Said } from './Said.js'
import type { Guard, Line, Venues } from './types.js'
import { useDoing } from './useDoing.js'

type LinesProps = { readonly venues: Venues; readonly client: Client; readonly onDone: () => void }

const GUARD_NAMES: Readonly<Record<Guard['name'], string>> = {
  'cancel-on-disconnect': 'cancel on disconnect',
  'market-maker-protection': 'market-maker protection',
  'scheduled-cancel': 'scheduled cancel',
}

/** How each account stands at its venue, and which safety devices there are armed; what they do not cover is said. */
export function Lines({ venues, client, onDone }: LinesProps) {
  const { lines } = venues
  const ready = lines.filter(
    ({ connection, reconciled, session }) => connection !== undefined && reconciled && session === 'connected',
  ).length
  const connected = lines.filter(({ connection }) => connection !== undefined).length
  return (
    <Section id="lines" aside={connected === 0 ? 'no live connection' : `${ready} of ${connected} reconciled`}>
      {venues.venues.map(({ venue, state, ageSeconds, detail }) => (
        <p key={venue} className={`venue-state v-${state}`}>
          <b>{venue}</b> <span className="word">{state}</span> <span className="dim">for {age(ageSeconds)}</span>
          {detail !== undefined && <span className="dim"> · {detail}</span>}
        </p>
      ))}
      {lines.length === 0 ? (
        <Empty>No account is configured.</Empty>
      ) : (
        <ul className="lines">
          {lines.map((line) => (
            <LineRow key={line.account} line={line} client={client} onDone={onDone} />
          ))}
        </ul>
      )}
    </Section>
  )
}

function LineRow({
  line,
  client,
  onDone,
}: {
  readonly line: Line
  readonly client: Client
  readonly onDone: () => void
}) {
  const doing = useDoing(onDone)
  const { account, venue, session, reconciled, waits, differences, guards, connection } = line
  return (
    <li>
      <p>
        <b>{account}</b> <span className="dim">at {venue}</span> <SessionWord line={line} />
      </p>
      {connection === undefined ? (
        <p className="dim small">No connection: its orders are filled on paper, against the quotes.</p>
      ) : (
        <>
          <p className="small">
            {reconciled && session === 'connected' ? (
              <span className="w-good">reconciled</span>
            ) : (
              <>
                <span className="w-bad">not reconciled</span>, nothing opens risk:{' '}
                {waits.join('; ') || 'the line is lost'}
              </>
            )}
          </p>
          <p className="dim small">
            statement {age(line.statementAgeSeconds)} ago · open orders {age(line.orderListAgeSeconds)} ago · our clock{' '}
            {line.clockAheadSeconds === undefined
              ? 'not compared'
              : `${line.clockAheadSeconds.toFixed(2)} s ahead of its messages`}
          </p>
          <GuardList guards={guards} />
        </>
      )}
      {differences.length > 0 && (
        <div className="differences">
          {differences.map((difference) => (
            <p key={difference}>{difference}</p>
          ))}
          <button type="button" disabled={doing.busy} onClick={() => doing.run(() => client.adopt(account))}>
            Adopt what the venue says
          </button>
        </div>
      )}
      <Said doing={doing} />
    </li>
  )
}

function SessionWord({ line: { session, ageSeconds } }: { readonly line: Line }) {
  switch (session) {
    case 'none':
      return <span className="dim">on paper</span>
    case 'connected':
      return (
        <>
          <span className="w-good">connected</span> <span className="dim">for {age(ageSeconds)}</span>
        </>
      )
    case 'lost':
      return (
        <>
          <span className="w-bad">lost</span> <span className="dim">{age(ageSeconds)} ago</span>
        </>
      )
    case 'not-begun':
      return <span className="w-bad">never opened</span>
  }
}

function GuardList({ guards }: { readonly guards: readonly Guard[] }) {
  if (guards.length === 0)
    return <p className="dim small">No guard has been told of by the venue: take none as armed.</p>
  return (
    <ul className="guards small">
      {guards.map(({ name, state, gaps }) => (
        <li key={name}>
          <span className={state === 'armed' ? 'w-good' : 'w-bad'}>{state.replace('-', ' ')}</span> {GUARD_NAMES[name]}
          {gaps.length > 0 && <span className="dim block">not covered: {gaps.join('; ')}</span>}
        </li>
      ))}
    </ul>
  )
}
