import { plain } from '../format/number.js'

type Bar = { readonly label: string; readonly count: number; readonly tone: 'calm' | 'warning' | 'critical' }

/** A histogram as rows: what a bin is, how many accounts are in it, and a bar. */
export function Bars({
  name,
  bars,
  most,
}: {
  readonly name: string
  readonly bars: readonly Bar[]
  readonly most: number
}) {
  return (
    <table className="bins" aria-label={name}>
      <caption>{name}</caption>
      <tbody>
        {bars.map(({ label, count, tone }) => (
          <tr key={label} className={count > 0 ? `tone-${tone}` : 'tone-calm'}>
            <th scope="row" className="figure">
              {label}
            </th>
            <td className="bin-bar">
              <i style={{ inlineSize: `${most > 0 ? (100 * count) / most : 0}%` }} />
            </td>
            <td className="number">{plain(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function healthBars(bounds: readonly number[], counts: readonly number[]): readonly Bar[] {
  return counts.map((count, n) => {
    const [low, high] = [bounds[n - 1] ?? 0, bounds[n]]
    const label = high === undefined ? `above ${percent(low)} %` : `${percent(low)}–${percent(high)} %`
    return { label, count, tone: low >= 1 ? 'critical' : low >= 0.7 ? 'warning' : 'calm' }
  })
}

export function distanceBars(bounds: readonly number[], counts: readonly number[]): readonly Bar[] {
  return counts.map((count, n) => {
    const [low, high] = [bounds[n - 1] ?? 0, bounds[n]]
    const label =
      high === undefined ? `beyond ${percent(low)} %` : high === 0 ? 'now' : `${percent(low)}–${percent(high)} %`
    return { label, count, tone: high === 0 ? 'critical' : high !== undefined && high <= 0.05 ? 'warning' : 'calm' }
  })
}

function percent(share: number): string {
  return (share * 100).toFixed(0)
}
