import { type ReactNode, useEffect, useState } from 'react'
import { plain, usd, usdShort } from '../format/number.js'
import { age, dayAndMinute, second } from '../format/time.js'
import { Glyph } from '../view/TopBar.js'
import { Unlock } from '../view/Unlock.js'
import { useNow } from '../view/useStore.js'
import { type Theme, useTheme } from '../view/useTheme.js'
import { Bars, distanceBars, healthBars } from './Bars.js'
import { TimeRows } from './TimeRows.js'
import type { Venue } from './types.js'
import { useVenue, type VenueState } from './useVenue.js'
import { Worst } from './Worst.js'

const ROOMS = [
  { id: 'venue-figures', key: '1', name: 'Venue' },
  { id: 'venue-health', key: '2', name: 'Health of accounts' },
  { id: 'venue-time', key: '3', name: 'Calls, liquidations, fund' },
  { id: 'venue-worst', key: '4', name: 'Worst accounts' },
  { id: 'venue-events', key: '5', name: 'What happened' },
  { id: 'venue-queue', key: '6', name: 'Deleveraging queue' },
] as const

/** The operators' page of a venue. */
export function VenuePage() {
  const [state, unlock] = useVenue()
  const [theme, toggleTheme] = useTheme()
  const [opened, setOpened] = useState<string>()
  const { venue, steps } = state
  const accounts = venue?.worst
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement && event.target.type !== 'range') return
      if (event.ctrlKey || event.metaKey || event.altKey) return
      const room = ROOMS.find(({ key }) => key === event.key)
      if (room !== undefined) focusRoom(room.id)
      else if (event.key === 't') toggleTheme()
      else if (event.key === 'Escape') setOpened(undefined)
      else if ((event.key === 'j' || event.key === 'k') && accounts !== undefined) {
        const at = accounts.findIndex(({ account }) => account === opened)
        setOpened(accounts[Math.max(0, at + (event.key === 'j' ? 1 : -1))]?.account ?? opened)
      } else return
      event.preventDefault()
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [accounts, opened, toggleTheme])

  return (
    <>
      <Bar state={state} theme={theme} onTheme={toggleTheme} />
      {state.fault !== undefined && (
        <p className="fault" role="alert">
          {state.fault}
        </p>
      )}
      {state.connection === 'locked' ? (
        <Unlock onUnlock={unlock} />
      ) : venue === undefined ? (
        <p className="empty venue-waiting">Waiting for the first step of a venue: `holdfast start --venue` runs one.</p>
      ) : (
        <main className={state.connection === 'lost' ? 'page doubtful' : 'page'}>
          <Room
            id="venue-figures"
            aside={`${plain(venue.accounts)} accounts, ${plain(venue.latest.open)} with positions`}
          >
            <Figures venue={venue} />
          </Room>
          <Room id="venue-time" aside="one point is one step">
            <TimeRows steps={steps} total={venue.steps} />
          </Room>
          <Room id="venue-health" aside="accounts with positions">
            <Histograms venue={venue} />
          </Room>
          <Room id="venue-worst" aside="maintenance over equity; j k open one with its reasons">
            <Worst accounts={venue.worst} opened={opened} onOpen={setOpened} />
          </Room>
          <Room id="venue-events" aside="latest first">
            <ol className="venue-feed">
              {[...venue.events].reverse().map(({ time, text }) => (
                <li key={`${time} ${text}`}>
                  <time dateTime={time}>{dayAndMinute(time)}</time> {text}
                </li>
              ))}
            </ol>
          </Room>
          <Room id="venue-queue" aside="who is asked first, were the other side to fail beyond the fund">
            <Queues venue={venue} />
          </Room>
        </main>
      )}
    </>
  )
}

function Bar({ state, theme, onTheme }: { state: VenueState; theme: Theme; onTheme: () => void }) {
  const now = useNow()
  const { venue, connection, heardTime } = state
  const word = connection === 'live' ? (venue?.state === 'running' ? 'live' : (venue?.state ?? 'live')) : connection
  return (
    <header className="topbar">
      <h1>
        <Glyph /> Holdfast <span className="run-name">{venue?.name ?? 'venue'}</span>
      </h1>
      <p className="engine-time">
        <span className="dim">data time</span> <span className="figure">{second(venue?.latest.time)}</span>
        {venue !== undefined && (
          <progress max={venue.steps} value={venue.latest.step + 1} aria-label="progress of the scenario" />
        )}
      </p>
      <p className={`freshness is-${word}`} role="status">
        <i aria-hidden="true" />
        <b>{word}</b>{' '}
        <span className="dim">
          {heardTime === undefined ? 'nothing heard yet' : `heard ${age(Math.max(0, now - heardTime) / 1000)} ago`}
        </span>
      </p>
      <button
        type="button"
        onClick={onTheme}
        title="t"
        aria-label={theme === 'dark' ? 'Use light colours' : 'Use dark colours'}
      >
        {theme === 'dark' ? 'Light' : 'Dark'}
      </button>
    </header>
  )
}

function Room({ id, aside, children }: { id: (typeof ROOMS)[number]['id']; aside: string; children: ReactNode }) {
  const room = ROOMS.find((one) => one.id === id)
  return (
    <section id={id} className={`room room-${id}`} aria-labelledby={`${id}-name`} tabIndex={-1}>
      <header className="room-head">
        <h2 id={`${id}-name`}>{room?.name}</h2>
        <kbd>{room?.key}</kbd>
        <div className="room-aside">{aside}</div>
      </header>
      {children}
    </section>
  )
}

function Figures({ venue: { total, latest } }: { readonly venue: Venue }) {
  const cells: readonly (readonly [string, string, string, 'calm' | 'critical'])[] = [
    ['Margin calls', plain(total.calls), 'since the start', 'calm'],
    [
      'Liquidations',
      plain(total.liquidations),
      `${plain(total.tranches)} tranches, ${plain(total.auctions)} auctions`,
      'calm',
    ],
    [
      'Insurance fund',
      usdShort(latest.fund),
      `first ${usdShort(total.fundFirst)}, lowest ${usdShort(total.fundLowest)}`,
      'calm',
    ],
    ['Open interest', usdShort(latest.openInterest), 'longs at the mark', 'calm'],
    [
      'Deleveraged',
      usd(total.deleveragedLoss),
      `${plain(total.deleveraged)} positions`,
      total.deleveraged > 0 ? 'critical' : 'calm',
    ],
    [
      'Socialised',
      usd(total.socialisedLoss),
      total.unabsorbedLoss > 0 ? `shared by all; ${usd(total.unabsorbedLoss)} carried by nobody` : 'loss shared by all',
      total.socialisedLoss + total.unabsorbedLoss > 0 ? 'critical' : 'calm',
    ],
    total.faults === 0
      ? ['Books', 'exact', `every unit, each of ${plain(latest.step + 1)} steps`, 'calm']
      : ['Books', 'wrong', `after ${plain(total.faults)} steps: ${latest.faults[0] ?? ''}`, 'critical'],
  ]
  return (
    <dl className="figures venue-figures">
      {cells.map(([name, value, note, tone]) => (
        <div key={name} className={`figure-cell tone-${tone}`}>
          <dt>{name}</dt>
          <dd className="big figure">{value}</dd>
          <dd className="note">{note}</dd>
        </div>
      ))}
    </dl>
  )
}

function Queues({ venue: { adlQueues } }: { readonly venue: Venue }) {
  if (adlQueues.length === 0) return <p className="empty">Nobody holds a position.</p>
  return (
    <div className="scroll">
      <table className="worst-accounts">
        <thead>
          <tr>
            <th scope="col">market</th>
            <th scope="col">side</th>
            <th scope="col" className="number">
              in the queue
            </th>
            <th scope="col">first to be asked</th>
          </tr>
        </thead>
        <tbody>
          {adlQueues.map(({ market, side, accounts, length }) => (
            <tr key={`${market} ${side}`}>
              <th scope="row">{market}</th>
              <td>{side}</td>
              <td className="number">{plain(length)}</td>
              <td className="figure">{accounts.join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Histograms({ venue }: { readonly venue: Venue }) {
  const most = Math.max(...venue.fall, ...venue.rise)
  return (
    <div className="histograms">
      <Bars
        name="Maintenance over equity"
        bars={healthBars(venue.healthBins, venue.health)}
        most={Math.max(...venue.health)}
      />
      <Bars name="Liquidated by a fall of" bars={distanceBars(venue.distanceBins, venue.fall)} most={most} />
      <Bars name="Liquidated by a rise of" bars={distanceBars(venue.distanceBins, venue.rise)} most={most} />
    </div>
  )
}

function focusRoom(id: string): void {
  const room = document.getElementById(id)
  room?.scrollIntoView({ block: 'start', behavior: 'smooth' })
  room?.focus({ preventScroll: true })
}
