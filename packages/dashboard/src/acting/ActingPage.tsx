import type { Client } from '../api/client.js'
import { usd } from '../format/number.js'
import { Approvals } from './Approvals.js'
import { Costs } from './Costs.js'
import { Fills } from './Fills.js'
import { KillSwitch } from './KillSwitch.js'
import { LadderRoom } from './LadderRoom.js'
import { Lines } from './Lines.js'
import { Orders } from './Orders.js'
import { type ActingState, useActing } from './useActing.js'
import { isLive, scopeText } from './words.js'

/** What acts, how far it may go, and the switch that stops it. */
export function ActingPage({ client }: { readonly client: Client }) {
  const { state, fault, refresh } = useActing(client)
  return (
    <>
      {fault !== undefined && (
        <p className="strip-fault" role="alert">
          {state === undefined ? 'Nothing can be shown' : 'What is shown may no longer hold'}: {fault}
        </p>
      )}
      {state === undefined ? (
        fault === undefined && <p className="empty">asking …</p>
      ) : (
        <>
          <Strip state={state} />
          <div className="acting-main">
            <Orders orders={state.orders} />
            <Approvals approvals={state.approvals} client={client} onDone={refresh} />
            <Costs attribution={state.attribution} />
            <LadderRoom rules={state.rules} client={client} onDone={refresh} />
          </div>
          <div className="acting-side">
            <KillSwitch kills={state.kills} client={client} onDone={refresh} />
            <Lines venues={state.venues} client={client} onDone={refresh} />
          </div>
          <Fills fills={state.fills} />
        </>
      )}
    </>
  )
}

/** The few figures that say whether anything needs a person. */
function Strip({ state }: { readonly state: ActingState }) {
  const { orders, approvals, venues, kills, attribution } = state
  const unresolved = orders.filter(({ status }) => status === 'unresolved').length
  const connected = venues.lines.filter(({ connection }) => connection !== undefined)
  const ready = connected.filter(({ session, reconciled }) => session === 'connected' && reconciled)
  const nets = attribution.rules.map(({ netUsd }) => netUsd)
  const net =
    nets.length === 0 || nets.includes(undefined) ? undefined : nets.reduce<number>((sum, one) => sum + (one ?? 0), 0)
  const [kill] = kills.kills
  return (
    <dl className="strip">
      <Figure
        name="Kill switch"
        value={
          kill === undefined
            ? kills.halts.length === 0
              ? 'not thrown'
              : 'halted'
            : kill.state === 'incomplete'
              ? 'not complete'
              : kill.state
        }
        detail={kill === undefined ? 'rules may act within their bounds' : `${kill.mode} ${scopeText(kill.scope)}`}
        tone={kill !== undefined || kills.halts.length > 0 ? 'w-bad' : undefined}
      />
      <Figure
        name="Live orders"
        value={String(orders.filter(isLive).length)}
        detail={
          unresolved === 0
            ? orders.some(isLive)
              ? 'the fate of each is known'
              : 'nothing may still trade'
            : `${unresolved} of unknown fate`
        }
        tone={unresolved > 0 ? 'w-bad' : undefined}
      />
      <Figure
        name="Waiting for people"
        value={String(approvals.length)}
        detail={approvals.length === 0 ? 'nothing to confirm' : 'lapses if nobody confirms'}
        tone={approvals.length > 0 ? 'w-wait' : undefined}
      />
      <Figure
        name="Lines reconciled"
        value={connected.length === 0 ? 'none' : `${ready.length} of ${connected.length}`}
        detail={
          connected.length === 0
            ? 'no live connection: on paper'
            : ready.length === connected.length
              ? 'the venue’s word is ours'
              : 'nothing opens risk there'
        }
        tone={ready.length < connected.length ? 'w-bad' : undefined}
      />
      <Figure
        name="Net of trading"
        value={usd(net, 'always')}
        detail={
          nets.length === 0
            ? 'no trade yet'
            : net === undefined
              ? 'a price is not known'
              : 'after slippage and fees, at the mark'
        }
      />
    </dl>
  )
}

type FigureProps = {
  readonly name: string
  readonly value: string
  readonly detail: string
  readonly tone?: 'w-bad' | 'w-wait' | undefined
}

function Figure({ name, value, detail, tone }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={tone === undefined ? 'big' : `big ${tone}`}>{value}</dd>
      <dd className="dim small">{detail}</dd>
    </div>
  )
}
