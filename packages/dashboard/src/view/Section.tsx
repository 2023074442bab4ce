import type { ReactNode } from 'react'
import { ACTING_SECTIONS, SECTIONS, type SectionId } from './shortcuts.js'

type SectionProps = { readonly id: SectionId; readonly aside?: ReactNode; readonly children: ReactNode }

/** A room of the page: a quiet heading, its key, and what it holds. */
export function Section({ id, aside, children }: SectionProps) {
  const section = [...SECTIONS, ...ACTING_SECTIONS].find((entry) => entry.id === id)
  return (
    <section id={id} className={`room room-${id}`} aria-labelledby={`${id}-name`} tabIndex={-1}>
      <header className="room-head">
        <h2 id={`${id}-name`}>{section?.name}</h2>
        <kbd>{section?.key}</kbd>
        <div className="room-aside">{aside}</div>
      </header>
      {children}
    </section>
  )
}

/** What stands in a room that has nothing to show yet, and why. */
export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className="empty">{children}</p>
}
