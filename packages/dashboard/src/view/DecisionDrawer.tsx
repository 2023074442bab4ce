import { useEffect, useRef, useState } from 'react'
import type { Client } from '../api/client.js'
import type { Alert, Decision, Measured } from '../api/types.js'
import { plain } from '../format/number.js'
import { age, second } from '../format/time.js'
import { actionSummary, actionWord, scopeName } from '../format/words.js'

type DrawerProps = {
  readonly decision: Decision
  readonly alert: Alert | undefined
  readonly client: Client
  readonly canAcknowledge: boolean
  readonly onClose: () => void
}

/** Why a decision was made: its condition term by term, each input with its age, and the engine's own words. */
export function DecisionDrawer({ decision, alert, client, canAcknowledge, onClose }: DrawerProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [text, setText] = useState<string>()
  const [seen, setSeen] = useState<string>()

  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal()
  }, [])

  useEffect(() => {
    let current = true
    setText(undefined)
    setSeen(undefined)
    client.explain(decision.id).then(
      (words) => current && setText(words),
      (error: Error) => current && setText(`The explanation could not be had: ${error.message}`),
    )
    return () => {
      current = false
    }
  }, [decision.id, client])

  const acknowledge = () => {
    client.acknowledge(decision.id).then(
      (answer) => setSeen(`seen by ${answer.acknowledged?.by ?? 'you'}, recorded in the journal`),
      (error: Error) => setSeen(`not recorded: ${error.message}`),
    )
  }

  return (
    <dialog ref={dialog} className="drawer" onClose={onClose} aria-labelledby="drawer-name">
      <header>
        <h2 id="drawer-name">
          <b className={`word-${actionWord(decision.action)}`}>{actionWord(decision.action)}</b>{' '}
          {actionSummary(decision.action)}
        </h2>
        <button type="button" onClick={() => dialog.current?.close()} aria-label="Close">
          Esc
        </button>
      </header>
      <p className="dim">
        {decision.rule} · {scopeName(decision.scope)} · {decision.stage}, {decision.outcome} · {second(decision.time)} ·
        turn {decision.sequence}
      </p>
      {decision.condition !== '' && <Terms decision={decision} />}
      {decision.reasons.length > 0 && <Reasons reasons={decision.reasons} />}
      {decision.inputs.length > 0 && <Inputs decision={decision} />}
      <h3>In words</h3>
      <pre>{text ?? 'asking …'}</pre>
      <p className="dim id-line">decision {decision.id}</p>
      {alert !== undefined && alert.acknowledged === undefined && canAcknowledge && seen === undefined && (
        <button type="button" className="primary" onClick={acknowledge}>
          I have seen this
        </button>
      )}
      {(seen ?? alert?.acknowledged) !== undefined && (
        <p role="status">{seen ?? `seen by ${alert?.acknowledged?.by}, ${second(alert?.acknowledged?.time)}`}</p>
      )}
    </dialog>
  )
}

function Terms({ decision }: { readonly decision: Decision }) {
  return (
    <>
      <h3>Condition</h3>
      <p>
        <code>{decision.condition}</code>
      </p>
      {decision.terms.length > 0 && <TermTable decision={decision} />}
    </>
  )
}

function TermTable({ decision }: { readonly decision: Decision }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">measure</th>
          <th scope="col" className="number">
            was
          </th>
          <th scope="col" className="number">
            against
          </th>
          <th scope="col">unit</th>
          <th scope="col">holds</th>
        </tr>
      </thead>
      <tbody>
        {decision.terms.map((term) => (
          <tr key={term.text}>
            <th scope="row">{term.measure}</th>
            <td className="number">{measured(term.value)}</td>
            <td className="number">
              {term.operator} {measured(term.threshold)}
            </td>
            <td className="dim">{term.unit}</td>
            <td>{term.holds === 'unknown' ? 'unknown' : term.holds ? 'yes' : 'no'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Reasons({ reasons }: { readonly reasons: readonly string[] }) {
  return (
    <>
      <h3>Reasons</h3>
      <ul>
        {reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
    </>
  )
}

function Inputs({ decision }: { readonly decision: Decision }) {
  return (
    <>
      <h3>What it read</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">input</th>
            <th scope="col" className="number">
              value
            </th>
            <th scope="col" className="number">
              age then
            </th>
            <th scope="col">quality</th>
          </tr>
        </thead>
        <tbody>
          {decision.inputs.map((input) => (
            <tr key={input.name}>
              <th scope="row">
                {input.name}
                <span className="dim block">{input.source}</span>
              </th>
              <td className="number">
                {typeof input.value === 'number' ? plain(input.value, 2) : input.value}{' '}
                <span className="dim">{input.unit}</span>
              </td>
              <td className="number">{age(input.ageSeconds)}</td>
              <td className={`quality q-${input.quality}`}>{input.quality}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

function measured(value: Measured): string {
  return typeof value === 'number' ? plain(value, 3) : value
}
