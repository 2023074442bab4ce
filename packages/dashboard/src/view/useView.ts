import { useCallback, useEffect, useState } from 'react'
import type { ViewName } from './shortcuts.js'

/** Which of the page's views is shown: it stands in the address, so that it can be kept and sent. */
export function useView(): readonly [ViewName, () => void] {
  const [view, setView] = useState(viewOf)
  useEffect(() => {
    const changed = () => setView(viewOf())
    window.addEventListener('hashchange', changed)
    return () => window.removeEventListener('hashchange', changed)
  }, [])
  const toggle = useCallback(() => {
    location.hash = viewOf() === 'acting' ? 'watching' : 'acting'
  }, [])
  return [view, toggle]
}

function viewOf(): ViewName {
  return location.hash === '#acting' ? 'acting' : 'watching'
}
