import { useState } from 'react'
import type { Client } from '../api/client.js'
import type { Rule, Stage } from '../api/types.js'
import { age } from '../format/time.js'
import { Empty, Section } from '../view/Section.js'
import { Said } from './Said.js'
import type { Ladder } from './types.js'
import { useDoing } from './useDoing.js'
import { boundsText } from './words.js'

const STAGES: readonly Stage[] = ['plan', 'shadow', 'paper', 'approve', 'live']

type LadderProps = { readonly rules: readonly Rule[]; readonly client: Client; readonly onDone: () => void }

/** How far each rule's word goes, and what its promotion still asks for. */
export function LadderRoom({ rules, client, onDone }: LadderProps) {
  const acting = rules.filter(({ ladder }) => ladder !== undefined)
  return (
    <Section id="ladder" aside="plan → shadow → paper → approve → live">
      {acting.length === 0 ? (
        <Empty>No rule acts: all of them only alert.</Empty>
      ) : (
        <ul className="ladder">
          {acting.map((rule) => (
            <Climber key={rule.id} rule={rule} ladder={rule.ladder!} client={client} onDone={onDone} />
          ))}
        </ul>
      )}
    </Section>
  )
}

type ClimberProps = {
  readonly rule: Rule
  readonly ladder: Ladder
  readonly client: Client
  readonly onDone: () => void
}

function Climber({ rule, ladder, client, onDone }: ClimberProps) {
  const doing = useDoing(onDone)
  const [asked, setAsked] = useState<Stage>()
  const { stage, next, criteria, decisions, denied, ageSeconds } = ladder
  const before = STAGES[STAGES.indexOf(stage) - 1]
  const ready = criteria.every(({ met }) => met)
  const move = (to: Stage) => {
    setAsked(undefined)
    void doing.run(() => client.moveRule(rule.id, to))
  }
  return (
    <li>
      <div className="climber">
        <b>{rule.id}</b>
        <Steps stage={stage} />
        <span className="doing">
          {before !== undefined && (
            <button type="button" disabled={doing.busy} onClick={() => setAsked(before)}>
              Back to {before}
            </button>
          )}
          {next !== undefined && (
            <button
              type="button"
              className={ready ? 'primary' : ''}
              disabled={doing.busy || !ready}
              onClick={() => setAsked(next)}
            >
              Promote to {next}
            </button>
          )}
        </span>
      </div>
      <p className="dim small">
        {rule.action} · {boundsText(rule.bounds)} · {decisions} {decisions === 1 ? 'decision' : 'decisions'} at {stage},{' '}
        {denied} denied
        {ageSeconds !== undefined && `, ${age(ageSeconds)} there`}
      </p>
      {criteria.length > 0 && (
        <ul className="criteria small" aria-label={`what promotion to ${next} asks for`}>
          {criteria.map(({ text, met }) => (
            <li key={text} className={met ? 'met' : 'unmet'}>
              <b>{met ? 'met' : 'not met'}</b> {text}
            </li>
          ))}
        </ul>
      )}
      {asked !== undefined && (
        <fieldset className="ask" aria-label={`Move ${rule.id} to ${asked}?`}>
          <span>
            Move {rule.id} from {stage} to <b>{asked}</b>?
            {asked === 'live' && ' Its orders then go to the venue, within its bounds.'}
          </span>
          <button type="button" className="primary" onClick={() => move(asked)}>
            Yes, {asked}
          </button>
          <button type="button" onClick={() => setAsked(undefined)}>
            No
          </button>
        </fieldset>
      )}
      <Said doing={doing} />
    </li>
  )
}

/** The ladder's five steps, the rule's own marked. */
function Steps({ stage }: { readonly stage: Stage }) {
  const at = STAGES.indexOf(stage)
  return (
    <ol className="steps" aria-label={`stage ${stage}`}>
      {STAGES.map((name, index) => (
        <li
          key={name}
          className={index === at ? 'now' : index < at ? 'below' : 'above'}
          aria-current={index === at ? 'step' : undefined}
        >
          {name}
        </li>
      ))}
    </ol>
  )
}
