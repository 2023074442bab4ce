import { type FormEvent, useState } from 'react'

/** Asks for an API key; it stays in this tab and is sent to this server only. */
export function Unlock({ onUnlock }: { readonly onUnlock: (key: string) => void }) {
  const [key, setKey] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (key.trim() !== '') onUnlock(key.trim())
  }
  return (
    <form className="unlock" onSubmit={submit}>
      <label htmlFor="api-key">This server asks for an API key with the scope “read”.</label>
      <input
        id="api-key"
        type="password"
        autoComplete="off"
        value={key}
        onChange={(event) => setKey(event.target.value)}
      />
      <button type="submit" className="primary">
        Open
      </button>
    </form>
  )
}
