import { decimal } from '../format/number.js'
import { second } from '../format/time.js'
import { Empty, Section } from '../view/Section.js'
import type { Fill } from './types.js'
import { keyName, signedDecimal } from './words.js'

const SHOWN_MAX = 30

/** Trades of ours, newest first. */
export function Fills({ fills }: { readonly fills: readonly Fill[] }) {
  return (
    <Section id="fills" aside={fills.length === 0 ? undefined : `${fills.length}, newest first`}>
      {fills.length === 0 ? (
        <Empty>No trade yet: no order of ours has been filled.</Empty>
      ) : (
        <div className="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">time</th>
                <th scope="col">instrument</th>
                <th scope="col" className="number">
                  size
                </th>
                <th scope="col" className="number">
                  price
                </th>
                <th scope="col" className="number">
                  fee paid
                </th>
                <th scope="col">account</th>
                <th scope="col">rule</th>
              </tr>
            </thead>
            <tbody>
              {fills.slice(0, SHOWN_MAX).map((fill) => (
                <tr key={`${fill.account} ${fill.id}`}>
                  <td>
                    <time dateTime={fill.time}>{second(fill.time)}</time>
                  </td>
                  <th scope="row">{keyName(fill.instrument)}</th>
                  <td className="number">
                    {signedDecimal(fill.size)} <span className="unit">{fill.sizeUnit}</span>
                  </td>
                  <td className="number">
                    {decimal(fill.price)} <span className="unit">{fill.priceUnit}</span>
                  </td>
                  <td className="number">
                    {decimal(fill.fee)} <span className="unit">{fill.feeAsset}</span>
                  </td>
                  <td>{fill.account}</td>
                  <td className="dim">{fill.rule ?? 'none of ours'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  )
}
