import { decimal } from '../format/number.js'
import { age } from '../format/time.js'
import { Empty, Section } from '../view/Section.js'
import type { Order } from './types.js'
import { filledShare, isLive, keyName, openFirst, signedDecimal } from './words.js'

const SHOWN_MAX = 40

/** Orders, what may still trade first; each with its status as a word, its size and what of it is filled, and its age. */
export function Orders({ orders }: { readonly orders: readonly Order[] }) {
  const live = orders.filter(isLive).length
  return (
    <Section id="orders" aside={`${live} live, ${orders.length - live} done`}>
      {orders.length === 0 ? (
        <Empty>No order yet: no rule at stage paper, approve or live has acted.</Empty>
      ) : (
        <div className="scroll">
          <table className="orders">
            <thead>
              <tr>
                <th scope="col">status</th>
                <th scope="col">order</th>
                <th scope="col">account</th>
                <th scope="col" className="number">
                  size
                </th>
                <th scope="col" className="number">
                  filled
                </th>
                <th scope="col" className="number">
                  limit
                </th>
                <th scope="col" className="number">
                  age
                </th>
              </tr>
            </thead>
            <tbody>
              {openFirst(orders)
                .slice(0, SHOWN_MAX)
                .map((order) => (
                  <OrderRow key={order.id} order={order} />
                ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  )
}

function OrderRow({ order }: { readonly order: Order }) {
  const share = filledShare(order)
  const twice = order.venueOrders.filter(({ status }) => status === 'open').length > 1
  return (
    <tr className={isLive(order) ? 'live' : 'done'}>
      <td className={`status s-${order.status}`}>{order.status}</td>
      <th scope="row">
        {order.size.startsWith('-') ? 'sell' : 'buy'} {keyName(order.instrument)}
        <span className="dim block small">
          {order.rule ?? (order.ours ? 'by hand' : 'not ours')}
          {order.purpose !== undefined && ` · ${order.purpose}`}
          {order.reduceOnly && ' · reduce-only'}
          {twice && <b className="s-unresolved"> · stands twice at the venue</b>}
          {order.reason !== undefined && ` · ${order.reason}`}
        </span>
      </th>
      <td>{order.account}</td>
      <td className="number">
        {signedDecimal(order.size)} <span className="unit">{order.sizeUnit}</span>
      </td>
      <td className="number">
        {Math.floor(share * 100)} %
        <meter className="filled" min={0} max={1} value={share} aria-label={`${decimal(order.filled)} filled`} />
      </td>
      <td className="number">
        {order.limitPrice === undefined ? 'market' : decimal(order.limitPrice)}{' '}
        <span className="unit">{order.priceUnit}</span>
      </td>
      <td className="number">{age(order.ageSeconds)}</td>
    </tr>
  )
}
