import { decimal, usd } from '../format/number.js'
import type { KillPreview } from './types.js'
import { keyName, signedDecimal } from './words.js'

/** The preview in a sentence. */
export function previewSentence({
  cancels,
  closes,
  open,
  mode,
  costUsd,
  costUsdMax,
  costKnownFor,
}: KillPreview): string {
  const orders = `${cancels.length} ${cancels.length === 1 ? 'order' : 'orders'} would be cancelled`
  if (mode === 'cancel') return `${orders}.${open.length === 0 ? '' : ` ${open.length} could not be reached.`}`
  const positions = `${closes.length} ${closes.length === 1 ? 'position' : 'positions'} ${mode === 'flatten' ? 'closed' : 'reduced'}`
  const known = costKnownFor === closes.length ? '' : `, known for ${costKnownFor} of them`
  const cost =
    closes.length === 0 ? '' : `, at a cost of about ${usd(costUsd)}, at most ${usd(costUsdMax)}${known}, without fees`
  return `${orders}, ${positions}${cost}.${open.length === 0 ? '' : ` ${open.length} could not be done.`}`
}

/** What a kill would cancel and close, and what it could not, each with why. */
export function PreviewList({ preview }: { readonly preview: KillPreview }) {
  const { cancels, closes, open } = preview
  if (cancels.length + closes.length + open.length === 0) {
    return <p className="empty">Nothing stands and nothing is held in this scope.</p>
  }
  return (
    <ul className="preview small">
      {open.map(({ what, why }) => (
        <li key={what} className="cannot">
          <b className="w-bad">cannot</b>
          <span>
            {what}
            <span className="dim block">{why}</span>
          </span>
        </li>
      ))}
      {cancels.map((order) => (
        <li key={order.id}>
          <b>cancel</b>
          <span>
            {keyName(order.instrument)} <span className="dim">{order.account}</span>
          </span>
          <span className="number">
            {signedDecimal(order.size)} <span className="unit">{order.sizeUnit}</span>
          </span>
          <span className="number dim">{order.status}</span>
        </li>
      ))}
      {closes.map((close) => (
        <li key={`${close.account} ${close.instrument}`}>
          <b>close</b>
          <span>
            {keyName(close.instrument)} <span className="dim">{close.account}</span>
            <span className="dim block">
              limit {decimal(close.limitPrice)} {close.priceUnit}
              {close.shownSize !== undefined &&
                Math.abs(Number(close.size)) > close.shownSize &&
                ', more than the best price shows'}
            </span>
          </span>
          <span className="number">
            {signedDecimal(close.size)} <span className="unit">{close.sizeUnit}</span>
          </span>
          <span className="number">{close.costUsd === undefined ? 'cost unknown' : usd(close.costUsd)}</span>
        </li>
      ))}
    </ul>
  )
}
