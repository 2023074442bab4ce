import { percent, plain, usd } from '../format/number.js'
import type { VenueAccount } from './types.js'

type WorstProps = {
  readonly accounts: readonly VenueAccount[]
  readonly opened: string | undefined
  readonly onOpen: (account: string | undefined) => void
}

/** The accounts nearest to their limit, each with its reasons on demand. */
export function Worst({ accounts, opened, onOpen }: WorstProps) {
  return (
    <div className="scroll">
      <table className="worst-accounts">
        <thead>
          <tr>
            <th scope="col">account</th>
            <th scope="col">band</th>
            <th scope="col">holds</th>
            <th scope="col" className="number">
              equity <span className="unit">USD</span>
            </th>
            <th scope="col" className="number">
              maintenance <span className="unit">USD</span>
            </th>
            <th scope="col" className="number">
              ratio
            </th>
            <th scope="col" className="number">
              liquidated by
            </th>
          </tr>
        </thead>
        {accounts.map((account) => (
          <Row
            key={account.account}
            account={account}
            open={account.account === opened}
            onToggle={() => onOpen(account.account === opened ? undefined : account.account)}
          />
        ))}
      </table>
    </div>
  )
}

function Row({ account, open, onToggle }: { account: VenueAccount; open: boolean; onToggle: () => void }) {
  const { ratio, distance, equity, maintenanceMargin, positions, band } = account
  const tone = band === 'liquidation' || band === 'insolvent' ? 'critical' : band === 'healthy' ? 'calm' : 'warning'
  return (
    <tbody>
      <tr className={`tone-${tone}`}>
        <th scope="row">
          <button type="button" aria-expanded={open} onClick={onToggle}>
            {account.account}
          </button>
        </th>
        <td className="band">{band}</td>
        <td className="figure">
          {positions.map(({ market, size }) => `${plain(size, 3, 'always')} ${market}`).join(', ')}
        </td>
        <td className="number">{equity === undefined ? 'unknown' : usd(equity)}</td>
        <td className="number">{maintenanceMargin === undefined ? 'unknown' : usd(maintenanceMargin)}</td>
        <td className="number">
          {ratio !== undefined ? percent(ratio) : equity === undefined ? 'unknown' : 'no equity'}
        </td>
        <td className="number">
          {distance === undefined ? 'none known' : distance === 0 ? 'now' : percent(distance, 2, 'always')}
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={7}>
            <ul className="reasons">
              {account.explain.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </td>
        </tr>
      )}
    </tbody>
  )
}
