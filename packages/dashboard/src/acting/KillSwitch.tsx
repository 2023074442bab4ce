import { useEffect, useState } from 'react'
import type { Client } from '../api/client.js'
import { second } from '../format/time.js'
import { Section } from '../view/Section.js'
import { KillDialog } from './KillDialog.js'
import { KillState } from './KillState.js'
import { PreviewList, previewSentence } from './PreviewList.js'
import { Said } from './Said.js'
import { KILL_MODES, type Kill, type KillMode, type KillPreview, type Kills } from './types.js'
import { useDoing } from './useDoing.js'
import { scopeText } from './words.js'

type SwitchProps = { readonly kills: Kills; readonly client: Client; readonly onDone: () => void }

const MODE_WORDS: Readonly<Record<KillMode, string>> = {
  cancel: 'cancel every order',
  reduce: 'cancel, then close a share of each position',
  flatten: 'cancel, then close everything',
}

/** The kill switch: what stands, and what it would do to a scope, before anybody throws it. */
export function KillSwitch({ kills, client, onDone }: SwitchProps) {
  const [scope, setScope] = useState('all')
  const [mode, setMode] = useState<KillMode>('cancel')
  const [throwing, setThrowing] = useState(false)
  const drill = useDoing(onDone)
  const preview = usePreview(client, scope, mode, kills.time)
  const halts = kills.halts.filter((halt) => !kills.kills.some((kill) => kill.scope === halt.scope))
  const latched = kills.kills.length + halts.length
  return (
    <Section id="switch" aside={latched === 0 ? 'nothing is latched' : `${latched} latched`}>
      {kills.kills.map((kill) => (
        <Latched key={kill.scope} kill={kill} client={client} onDone={onDone} />
      ))}
      {halts.map(({ scope: halted, by, reason, since }) => (
        <div key={halted} className="latched">
          <p>
            <b className="w-bad">halted</b> {scopeText(halted)}, by {by}: {reason}{' '}
            <span className="dim">since {second(since)}</span>
          </p>
          <Resume scope={halted} client={client} onDone={onDone} />
        </div>
      ))}
      <div className="switch-choice">
        <label>
          <span className="dim">scope</span>
          <select value={scope} onChange={(event) => setScope(event.target.value)}>
            {kills.scopes.map((one) => (
              <option key={one} value={one}>
                {scopeText(one)}
              </option>
            ))}
          </select>
        </label>
        <fieldset className="choice" aria-label="Mode">
          {KILL_MODES.map((one) => (
            <button key={one} type="button" aria-pressed={mode === one} onClick={() => setMode(one)}>
              {one}
            </button>
          ))}
        </fieldset>
      </div>
      <p className="dim small">{MODE_WORDS[mode]}; nothing that opens risk is sent there until somebody resumes.</p>
      {typeof preview === 'string' && <p role="alert">{preview}</p>}
      {preview === undefined && <p className="dim">reckoning …</p>}
      {typeof preview === 'object' && (
        <>
          <p className="sentence">{previewSentence(preview)}</p>
          <PreviewList preview={preview} />
        </>
      )}
      <div className="doing">
        <button
          type="button"
          disabled={drill.busy}
          onClick={() => drill.run(() => client.kill({ scope, mode, drill: true, reason: 'drill, from the page' }))}
        >
          Drill
        </button>
        <button type="button" className="danger" onClick={() => setThrowing(true)}>
          Throw the switch …
        </button>
      </div>
      <Said doing={drill} />
      {throwing && (
        <KillDialog
          scope={scope}
          mode={mode}
          preview={typeof preview === 'object' ? preview : undefined}
          kill={kills.kills.find((one) => one.scope === scope)}
          client={client}
          onDone={onDone}
          onClose={() => setThrowing(false)}
        />
      )}
    </Section>
  )
}

/** The preview of what is chosen, asked for anew as the data moves; a text where it cannot be had. */
function usePreview(client: Client, scope: string, mode: KillMode, time: string): KillPreview | string | undefined {
  const [answer, setAnswer] = useState<{ readonly of: string; readonly preview: KillPreview | string }>()
  const of = `${scope} ${mode}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: `time` asks again.
  useEffect(() => {
    let current = true
    client.previewKill(scope, mode).then(
      (preview) => current && setAnswer({ of, preview }),
      (error: Error) => current && setAnswer({ of, preview: `The preview could not be had: ${error.message}` }),
    )
    return () => {
      current = false
    }
  }, [client, scope, mode, of, time])
  return answer?.of === of ? answer.preview : undefined
}

function Latched({
  kill,
  client,
  onDone,
}: {
  readonly kill: Kill
  readonly client: Client
  readonly onDone: () => void
}) {
  return (
    <div className="latched">
      <KillState kill={kill} />
      <Resume scope={kill.scope} client={client} onDone={onDone} />
    </div>
  )
}

function Resume({
  scope,
  client,
  onDone,
}: {
  readonly scope: string
  readonly client: Client
  readonly onDone: () => void
}) {
  const doing = useDoing(onDone)
  const [reason, setReason] = useState('')
  return (
    <form
      className="doing"
      onSubmit={(event) => {
        event.preventDefault()
        void doing.run(() => client.resume(scope, reason))
      }}
    >
      <input
        aria-label="Why it is safe again"
        placeholder="why it is safe again"
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <button type="submit" disabled={doing.busy || reason.trim() === ''}>
        Resume {scopeText(scope)}
      </button>
      <Said doing={doing} />
    </form>
  )
}
