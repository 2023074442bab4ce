import { useEffect, useRef, useState } from 'react'
import type { Client } from '../api/client.js'
import { KillState } from './KillState.js'
import { PreviewList, previewSentence } from './PreviewList.js'
import { Said } from './Said.js'
import type { Kill, KillMode, KillPreview } from './types.js'
import { useDoing } from './useDoing.js'
import { scopeText } from './words.js'

type DialogProps = {
  readonly scope: string
  readonly mode: KillMode
  readonly preview: KillPreview | undefined
  /** As it stands, once it is thrown. */
  readonly kill: Kill | undefined
  readonly client: Client
  readonly onDone: () => void
  readonly onClose: () => void
}

/** Throws the switch once the scope has been typed and a reason given; stays to show what the venue has confirmed. */
export function KillDialog({ scope, mode, preview, kill, client, onDone, onClose }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const doing = useDoing(onDone)
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  const [thrown, setThrown] = useState(false)

  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal()
  }, [])

  const pull = async () => {
    if (await doing.run(() => client.kill({ scope, mode, drill: false, reason }))) setThrown(true)
  }
  return (
    <dialog ref={dialog} className="kill-dialog" onClose={onClose} aria-labelledby="kill-name">
      <header>
        <h2 id="kill-name">
          {thrown ? 'Thrown' : 'Throw the switch'}: {mode} {scopeText(scope)}
        </h2>
        <button type="button" onClick={() => dialog.current?.close()} aria-label="Close">
          Esc
        </button>
      </header>
      {thrown ? (
        <>
          {kill === undefined ? <Said doing={doing} /> : <KillState kill={kill} />}
          <p className="dim small">It stays latched, also over a restart, until somebody resumes.</p>
        </>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void pull()
          }}
        >
          {preview === undefined ? (
            <p className="dim">No preview could be had.</p>
          ) : (
            <p className="sentence">{previewSentence(preview)}</p>
          )}
          {preview !== undefined && <PreviewList preview={preview} />}
          <label className="field">
            <span>Reason, for the journal and for whoever resumes</span>
            <input value={reason} onChange={(event) => setReason(event.target.value)} />
          </label>
          <label className="field">
            <span>
              Type <code>{scope}</code> to confirm
            </span>
            <input
              value={typed}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setTyped(event.target.value)}
            />
          </label>
          <div className="doing">
            <button type="submit" className="danger" disabled={doing.busy || typed !== scope || reason.trim() === ''}>
              {mode} {scopeText(scope)}
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Not now
            </button>
          </div>
          <Said doing={doing} />
        </form>
      )}
    </dialog>
  )
}
