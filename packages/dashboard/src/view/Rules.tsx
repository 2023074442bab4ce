import { useState } from 'react'
import type { Client } from '../api/client.js'
import type { Rule, WhyNot } from '../api/types.js'
import { Empty, Section } from './Section.js'

/** The rulebook; each rule tells, when asked, why it does not fire and what would flip it. */
export function Rules({ rules, client }: { readonly rules: readonly Rule[]; readonly client: Client }) {
  return (
    <Section id="rules" aside="why not?">
      {rules.length === 0 ? (
        <Empty>The configuration has no rules.</Empty>
      ) : (
        <ul className="rules">
          {rules.map((rule) => (
            <RuleLine key={rule.id} rule={rule} client={client} />
          ))}
        </ul>
      )}
    </Section>
  )
}

function RuleLine({ rule, client }: { readonly rule: Rule; readonly client: Client }) {
  const [answer, setAnswer] = useState<WhyNot | string>()
  const ask = (open: boolean) => {
    if (!open) return
    client.whyNot(rule.id).then(setAnswer, (error: Error) => setAnswer(error.message))
  }
  return (
    <li>
      <details onToggle={(event) => ask(event.currentTarget.open)}>
        <summary>
          <b>{rule.id}</b> <code>{rule.condition}</code>
          <span className="dim">
            {rule.action} · {rule.scope} · {rule.stage}
          </span>
        </summary>
        <WhyNotLines answer={answer} />
      </details>
    </li>
  )
}

function WhyNotLines({ answer }: { readonly answer: WhyNot | string | undefined }) {
  if (answer === undefined) return <p className="dim">asking …</p>
  if (typeof answer === 'string') return <p role="alert">{answer}</p>
  return (
    <dl className="why-not">
      {answer.scopes.map((scope) => (
        <div key={scope.subject}>
          <dt>
            {scope.subject} <b className={`state-${scope.state}`}>{scope.state}</b>
          </dt>
          <dd>{scope.text}</dd>
        </div>
      ))}
    </dl>
  )
}
