import type { Portfolio } from '../api/types.js'
import { percent, usdShort } from '../format/number.js'
import { Empty, Section } from './Section.js'

/** P&L of the book on the grid of spot and vol moves. The sign is in the text; colour repeats it. */
export function HeatMap({ portfolio }: { readonly portfolio: Portfolio | undefined }) {
  const grid = portfolio?.grid
  if (grid === undefined) {
    return (
      <Section id="scenarios">
        <Empty>The scenario grid is not there yet.</Empty>
      </Section>
    )
  }
  const flat = grid.pnl.flat()
  const most = Math.max(1, ...flat.map(Math.abs))
  const worst = Math.min(...flat)
  return (
    <Section id="scenarios" aside={`P&L in USD; worst ${usdShort(worst, 'always')}`}>
      <div className="scroll">
        <table className="heat">
          <thead>
            <tr>
              <th scope="col">
                <span className="unit">spot ↓ vol →</span>
              </th>
              {grid.volMoves.map((move) => (
                <th key={move} scope="col" className="number">
                  {percent(move, 0, 'always')}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {grid.spotMoves.map((spot, i) => (
              <tr key={spot}>
                <th scope="row" className="number">
                  {percent(spot, 0, 'always')}
                </th>
                {grid.volMoves.map((vol, j) => {
                  const pnl = grid.pnl[i]?.[j]
                  return (
                    <td key={vol} className={cellClass(spot, vol, pnl, worst)} style={heatOf(pnl, most)}>
                      {usdShort(pnl, 'always')}
                      {pnl === worst && worst < 0 && <span className="worst-word"> worst</span>}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}

function cellClass(spot: number, vol: number, pnl: number | undefined, worst: number): string {
  if (spot === 0 && vol === 0) return 'number now'
  return pnl === worst && worst < 0 ? 'number worst' : 'number'
}

/** Square root, so that the middle of the grid is not all one shade. */
function heatOf(pnl: number | undefined, most: number): React.CSSProperties {
  if (pnl === undefined) return {}
  const strength = Math.round(Math.sqrt(Math.abs(pnl) / most) * 55)
  const tint = pnl < 0 ? 'var(--loss)' : 'var(--gain)'
  return { background: `color-mix(in oklab, ${tint} ${strength}%, transparent)` }
}
