import { useMemo } from 'react'
import type { Account, Position } from '../api/types.js'
import { percent, plain, price, size, usdShort } from '../format/number.js'
import { instrumentName } from '../format/words.js'
import { Empty, Section } from './Section.js'

type PositionsProps = { readonly positions: readonly Position[]; readonly accounts: readonly Account[] }

/** Every holding, the one that costs most margin first. */
export function Positions({ positions, accounts }: PositionsProps) {
  const sorted = useMemo(() => [...positions].sort((a, b) => (b.marginShare ?? 0) - (a.marginShare ?? 0)), [positions])
  const maintenance = new Map(
    accounts.map(({ account, margin }) => [account, margin.ok ? margin.maintenanceMargin : undefined]),
  )
  return (
    <Section id="positions" aside={`${positions.length} held; by margin they cost`}>
      {sorted.length === 0 ? (
        <Empty>The book is known to be empty.</Empty>
      ) : (
        <div className="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">instrument</th>
                <th scope="col" className="number">
                  size
                </th>
                <th scope="col" className="number">
                  mark
                </th>
                <th scope="col" className="number">
                  value <span className="unit">USD</span>
                </th>
                <th scope="col" className="number">
                  P&L <span className="unit">USD</span>
                </th>
                <th scope="col" className="number">
                  delta <span className="unit">base</span>
                </th>
                <th scope="col" className="number">
                  vega <span className="unit">USD / vol pt</span>
                </th>
                <th scope="col" className="number">
                  theta <span className="unit">USD / day</span>
                </th>
                <th scope="col" className="number">
                  margin <span className="unit">USD, share</span>
                </th>
                <th scope="col">quality</th>
              </tr>
            </thead>
            <tbody>
              {sorted.map((position) => (
                <Row
                  key={`${position.account} ${position.instrument}`}
                  position={position}
                  maintenance={maintenance.get(position.account)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  )
}

function Row({ position, maintenance }: { readonly position: Position; readonly maintenance: number | undefined }) {
  const share =
    maintenance !== undefined && maintenance > 0 && position.marginShare !== undefined
      ? position.marginShare / maintenance
      : undefined
  return (
    <tr>
      <th scope="row">
        {instrumentName(position)} <span className="dim">{position.account}</span>
      </th>
      <td className="number">
        {size(position.size)} <span className="unit">{position.sizeUnit}</span>
      </td>
      <td className="number">
        {price(position.mark)} <span className="unit">{position.priceUnit}</span>
      </td>
      <td className="number">{usdShort(position.value)}</td>
      <td className="number">{usdShort(position.unrealisedPnl, 'always')}</td>
      <td className="number">{plain(position.delta, 2, 'always')}</td>
      <td className="number">{usdShort(position.vegaPerVolPoint, 'always')}</td>
      <td className="number">{usdShort(position.thetaPerDay, 'always')}</td>
      <td className="number share">
        {usdShort(position.marginShare, 'always')} <span className="dim">{percent(share, 0, 'always')}</span>
        <i aria-hidden="true" style={{ inlineSize: `${Math.min(100, Math.max(0, (share ?? 0) * 100))}%` }} />
      </td>
      <td className={`quality q-${position.quality}`}>{position.quality}</td>
    </tr>
  )
}
