import type { Distance } from '../api/types.js'
import { percent } from '../format/number.js'

const WIDTH = 260
const HEIGHT = 44

/** How far spot may move until liquidation: a range, since it depends on what else moves. */
export function DistanceRange({ distance }: { readonly distance: Distance }) {
  const { down, up } = distance.searched
  const x = (move: number) => ((move - down) / (up - down)) * WIDTH
  const rows = [
    { name: 'spot alone', range: distance.spotAlone },
    { name: `vol ${percent(distance.volUp.volUpRelative, 0, 'always')}`, range: distance.volUp },
    { name: 'by beta', range: distance.beta },
  ]
  return (
    <figure className="distance" title={`searched from ${percent(down, 0, 'always')} to ${percent(up, 0, 'always')}`}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <line className="axis" x1={x(0)} x2={x(0)} y1={0} y2={HEIGHT} />
        {rows.map(({ name, range }, index) => {
          const y = 7 + index * 15
          return (
            <g key={name}>
              <line className="track" x1={0} x2={WIDTH} y1={y} y2={y} />
              <line className="room-left" x1={x(range.down ?? down)} x2={x(range.up ?? up)} y1={y} y2={y} />
              {range.down !== undefined && <circle cx={x(range.down)} cy={y} r={3.2} />}
              {range.up !== undefined && <circle cx={x(range.up)} cy={y} r={3.2} />}
            </g>
          )
        })}
      </svg>
      <figcaption>
        {rows.map(({ name, range }) => (
          <div key={name}>
            <span className="dim">{name}</span>{' '}
            <span className="figure">
              {bound(range.down)} … {bound(range.up)}
            </span>
          </div>
        ))}
      </figcaption>
    </figure>
  )
}

/** A side that no move in the searched range reaches has no figure. */
function bound(move: number | undefined): string {
  return move === undefined ? 'none' : percent(move, 1, 'always')
}
