import { second } from '../format/time.js'
import { freshness, type HouseState } from '../state/house.js'
import type { ViewName } from './shortcuts.js'
import type { Theme } from './useTheme.js'

type TopBarProps = {
  readonly state: HouseState
  readonly now: number
  readonly theme: Theme
  readonly view: ViewName
  readonly onTheme: () => void
  readonly onHelp: () => void
  readonly onRetry: () => void
}

/** What runs, at which time of the data, and how far the page can be trusted. */
export function TopBar({ state, now, theme, view, onTheme, onHelp, onRetry }: TopBarProps) {
  const { status } = state
  const fresh = freshness(state, now)
  return (
    <header className="topbar">
      <h1>
        <Glyph /> Holdfast <span className="run-name">{status?.name}</span>
      </h1>
      <nav className="views" aria-label="Views">
        <a href="#watching" aria-current={view === 'watching' ? 'page' : undefined}>
          Watching
        </a>
        <a href="#acting" aria-current={view === 'acting' ? 'page' : undefined}>
          Acting
        </a>
      </nav>
      <p className="engine-time">
        <span className="dim">data time</span> <span className="figure">{second(status?.engineTime)}</span>
        {status?.progress !== undefined && (
          <progress max={1} value={status.progress} aria-label="progress of the recorded source" />
        )}
      </p>
      <p className={`freshness is-${fresh.word}`} role="status">
        <i aria-hidden="true" />
        <b>{fresh.word}</b> <span className="dim">{fresh.detail}</span>
      </p>
      {state.connection.kind === 'lost' && (
        <button type="button" onClick={onRetry}>
          Try now
        </button>
      )}
      <button
        type="button"
        onClick={onTheme}
        title="t"
        aria-label={theme === 'dark' ? 'Use light colours' : 'Use dark colours'}
      >
        {theme === 'dark' ? 'Light' : 'Dark'}
      </button>
      <button type="button" onClick={onHelp} title="?" aria-label="Keyboard shortcuts">
        ?
      </button>
    </header>
  )
}

export function Glyph() {
  return (
    <svg className="glyph" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M12 2c2 3-2 5 0 8s-1 3 0 5" />
      <path d="M12 15c-1 3-4 2-6 6M12 15c0 3-1 4-1 7M12 15c1 3 2 3 3 7M12 15c2 2 5 1 7 5" />
    </svg>
  )
}
