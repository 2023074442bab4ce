import { useEffect, useRef } from 'react'
import { ACTING_SECTIONS, OTHER_KEYS, SECTIONS, type ViewName } from './shortcuts.js'

/** The list of keys. */
export function Help({ view, onClose }: { readonly view: ViewName; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal()
  }, [])
  return (
    <dialog ref={dialog} className="help" onClose={onClose} aria-labelledby="help-name">
      <header>
        <h2 id="help-name">Keys</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      <dl>
        {[...(view === 'acting' ? ACTING_SECTIONS : SECTIONS), ...OTHER_KEYS].map(({ key, name }) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{name}</dd>
          </div>
        ))}
      </dl>
      <p className="dim">
        Requirements are positive; equity and P&L are signed. Ratio is maintenance over equity. Times are UTC. A dash
        means not known, never zero.
      </p>
    </dialog>
  )
}
