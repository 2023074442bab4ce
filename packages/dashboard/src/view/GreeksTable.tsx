import { Fragment } from 'react'
import type { ExpiryGreeks, Portfolio } from '../api/types.js'
import { plain, price, usdShort } from '../format/number.js'
import { day } from '../format/time.js'
import { Empty, Section } from './Section.js'

/** Greeks by underlying, and by expiry beneath it. Every column says its unit. */
export function GreeksTable({ portfolio }: { readonly portfolio: Portfolio | undefined }) {
  const greeks = portfolio?.greeks ?? []
  return (
    <Section id="greeks">
      {greeks.length === 0 ? (
        <Empty>No Greeks yet.</Empty>
      ) : (
        <div className="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">underlying</th>
                <Head name="delta" unit="base" />
                <Head name="net of premium" unit="base" />
                <Head name="cash delta" unit="USD" />
                <Head name="gamma" unit="USD / 1 %" />
                <Head name="vega" unit="USD / vol pt" />
                <Head name="theta" unit="USD / day" />
              </tr>
            </thead>
            <tbody>
              {greeks.map((entry) => (
                <Fragment key={entry.underlying}>
                  <tr className="total">
                    <th scope="row">
                      {entry.underlying} <span className="dim figure">{price(entry.index)} USD</span>
                    </th>
                    <td className="number">{plain(entry.delta, 2, 'always')}</td>
                    <td className="number">{plain(entry.deltaNet, 2, 'always')}</td>
                    <td className="number">{usdShort(entry.cashDelta, 'always')}</td>
                    <td className="number">{usdShort(entry.gammaPerPercent, 'always')}</td>
                    <td className="number">{usdShort(entry.vegaPerVolPoint, 'always')}</td>
                    <td className="number">{usdShort(entry.thetaPerDay, 'always')}</td>
                  </tr>
                  {entry.byExpiry.map((bucket) => (
                    <ExpiryRow key={bucket.expiry ?? 'none'} bucket={bucket} index={entry.index} />
                  ))}
                </Fragment>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {portfolio?.pnl !== undefined && <PnlLine pnl={portfolio.pnl} />}
    </Section>
  )
}

function Head({ name, unit }: { readonly name: string; readonly unit: string }) {
  return (
    <th scope="col" className="number">
      {name} <span className="unit">{unit}</span>
    </th>
  )
}

function ExpiryRow({ bucket, index }: { readonly bucket: ExpiryGreeks; readonly index: number }) {
  return (
    <tr className="part">
      <th scope="row">{bucket.expiry === undefined ? 'spot, perpetual' : day(bucket.expiry)}</th>
      <td className="number">{plain(bucket.delta, 2, 'always')}</td>
      <td />
      <td className="number">{usdShort(bucket.delta * index, 'always')}</td>
      <td className="number">{usdShort(bucket.gammaPerPercent, 'always')}</td>
      <td className="number">{usdShort(bucket.vegaPerVolPoint, 'always')}</td>
      <td className="number">{usdShort(bucket.thetaPerDay, 'always')}</td>
    </tr>
  )
}

function PnlLine({ pnl }: { readonly pnl: NonNullable<Portfolio['pnl']> }) {
  const parts = ['delta', 'gamma', 'vega', 'vanna', 'volga', 'theta', 'rho', 'carry', 'trades', 'residual'] as const
  return (
    <p className="pnl-line">
      <span className="dim">
        P&L since {day(pnl.since)}, {pnl.since.slice(11, 16)}
      </span>{' '}
      <b className="figure">{usdShort(pnl.total, 'always')}</b>
      {parts.map((part) => (
        <span key={part}>
          <span className="dim">{part}</span> <span className="figure">{usdShort(pnl[part], 'always')}</span>
        </span>
      ))}
    </p>
  )
}
