import type { Input, Quality } from '../api/types.js'
import { age } from '../format/time.js'
import { Empty, Section } from './Section.js'

const ORDER: Readonly<Record<Quality, number>> = { unknown: 0, stale: 1, suspect: 2, delayed: 3, live: 4 }

/** Every input with its age and how far it is trusted, the worst first, and why. */
export function Inputs({ inputs }: { readonly inputs: readonly Input[] }) {
  const sorted = [...inputs].sort(
    (a, b) => ORDER[a.quality] - ORDER[b.quality] || (b.ageSeconds ?? 0) - (a.ageSeconds ?? 0),
  )
  const doubted = inputs.filter(({ quality }) => quality !== 'live').length
  return (
    <Section
      id="inputs"
      aside={doubted === 0 ? `${inputs.length}, all live` : `${doubted} of ${inputs.length} not live`}
    >
      {sorted.length === 0 ? (
        <Empty>No input has been heard.</Empty>
      ) : (
        <ul className="inputs">
          {sorted.map((input) => (
            <li key={input.name}>
              <span className={`quality q-${input.quality}`}>{input.quality}</span>
              <span className="input-name">{input.name}</span>
              <span className="figure">{age(input.ageSeconds)}</span>
              {input.reasons.length > 0 && <span className="dim reason">{input.reasons.join('; ')}</span>}
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
