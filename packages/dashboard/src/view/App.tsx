import { useCallback, useEffect, useState } from 'react'
import { ActingPage } from '../acting/ActingPage.js'
import { freshness } from '../state/house.js'
import type { Store } from '../state/store.js'
import { DecisionDrawer } from './DecisionDrawer.js'
import { Feed } from './Feed.js'
import { GreeksTable } from './GreeksTable.js'
import { Headline } from './Headline.js'
import { HeatMap } from './HeatMap.js'
import { Help } from './Help.js'
import { Inputs } from './Inputs.js'
import { Positions } from './Positions.js'
import { Rules } from './Rules.js'
import { type Command, commandOf } from './shortcuts.js'
import { Timeline } from './Timeline.js'
import { TopBar } from './TopBar.js'
import { Unlock } from './Unlock.js'
import { useHouse, useNow } from './useStore.js'
import { useTheme } from './useTheme.js'
import { useView } from './useView.js'
import { WhatIf } from './WhatIf.js'

/** The desk's page. */
export function App({ store }: { readonly store: Store }) {
  const state = useHouse(store)
  const now = useNow()
  const [theme, toggleTheme] = useTheme()
  const [view, toggleView] = useView()
  const [chosen, setChosen] = useState(0)
  const [openedId, setOpened] = useState<string>()
  const [helping, setHelping] = useState(false)
  const { decisions, portfolios } = state
  const opened = decisions.find(({ id }) => id === openedId)
  const portfolio = portfolios[chosen] ?? portfolios[0]
  const doubtful = freshness(state, now).doubtful

  const obey = useCallback(
    (command: Command) => {
      switch (command.kind) {
        case 'section':
          focusSection(command.id)
          return
        case 'move': {
          const at = decisions.findIndex(({ id }) => id === openedId)
          const next = decisions[Math.max(0, at + command.by)]
          if (next !== undefined) setOpened(next.id)
          return
        }
        case 'portfolio':
          if (portfolios.length > 0) setChosen((before) => (before + 1) % portfolios.length)
          return
        case 'view':
          toggleView()
          return
        case 'theme':
          toggleTheme()
          return
        case 'help':
          setHelping((before) => !before)
          return
      }
    },
    [decisions, portfolios, openedId, toggleTheme, toggleView],
  )

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const { target } = event
      const typing =
        (target instanceof HTMLInputElement && target.type !== 'range') || target instanceof HTMLSelectElement
      const command = commandOf(event.key, typing, event.ctrlKey || event.metaKey || event.altKey, view)
      if (command === undefined) return
      event.preventDefault()
      obey(command)
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [obey, view])

  return (
    <>
      <TopBar
        state={state}
        now={now}
        theme={theme}
        view={view}
        onTheme={toggleTheme}
        onHelp={() => setHelping(true)}
        onRetry={store.retryNow}
      />
      {state.fault !== undefined && (
        <p className="fault" role="alert">
          {state.fault}
        </p>
      )}
      {state.connection.kind === 'locked' ? (
        <Unlock onUnlock={store.unlock} />
      ) : view === 'acting' ? (
        <main className={doubtful ? 'page acting doubtful' : 'page acting'}>
          <ActingPage client={store.client} />
        </main>
      ) : (
        <main className={doubtful ? 'page doubtful' : 'page'}>
          <Headline
            portfolios={portfolios}
            accounts={state.accounts}
            chosen={portfolio === portfolios[chosen] ? chosen : 0}
            onChoose={setChosen}
            loading={!state.loaded}
          />
          <Timeline state={state} theme={theme} onOpen={setOpened} />
          <Feed decisions={decisions} alerts={state.alerts} opened={opened?.id} onOpen={setOpened} />
          <GreeksTable portfolio={portfolio} />
          <HeatMap portfolio={portfolio} />
          <Positions
            positions={state.positions.filter(({ account }) => portfolio?.accounts.includes(account))}
            accounts={state.accounts}
          />
          <WhatIf state={state} portfolio={portfolio} />
          <Inputs inputs={state.inputs} />
          <Rules rules={state.rules} client={store.client} />
        </main>
      )}
      {opened !== undefined && (
        <DecisionDrawer
          decision={opened}
          alert={state.alerts.find(({ id }) => id === opened.id)}
          client={store.client}
          canAcknowledge={state.status?.canAcknowledge === true}
          onClose={() => setOpened(undefined)}
        />
      )}
      {helping && <Help view={view} onClose={() => setHelping(false)} />}
    </>
  )
}

function focusSection(id: string): void {
  const section = document.getElementById(id)
  section?.scrollIntoView({ block: 'start', behavior: 'smooth' })
  section?.focus({ preventScroll: true })
}
