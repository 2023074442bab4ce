import fc from 'fast-check'
import { describe, it } from 'vitest'
import { at } from '../../test/actingDesk.js'
import type { Decision } from '../decision.js'
import type { Event } from '../event.js'
import { applyOrderEvent, createOrders, isLive, ordersDigest, ordersView, trackDecisions } from './index.js'

const INSTRUMENT = 'deribit:BTC/USD:BTC'

function decided(id: string, size: number): Decision {
  return {
    id,
    rule: 'r',
    stage: 'live',
    scope: { kind: 'account', account: 'main' },
    time: 0,
    action: {
      kind: 'order',
      purpose: 'hedge-delta',
      venue: 'deribit',
      account: 'main',
      instrument: INSTRUMENT,
      size: String(size),
      sizeUnit: 'USD',
      limitPrice: '80000',
      priceUnit: 'USD',
      reduceOnly: false,
    },
    outcome: 'sent',
    condition: '',
    terms: [],
    inputs: [],
    reasons: [],
  }
}

/** What really happened to an order of 100: its fills in turn, and how it ended. */
const life = fc.record({
  fills: fc.array(fc.integer({ min: 1, max: 25 }), { maxLength: 4 }),
  sells: fc.boolean(),
})

/** The news that a venue gives of such a life: each step as a report, and each fill on its own. */
function newsOf(fills: readonly number[], sign: number): { readonly news: readonly Event[]; readonly filled: number } {
  const report = (filled: number, status: string) =>
    at(1, {
      kind: 'order',
      account: 'main',
      clientId: 'a',
      venueOrderId: 'v',
      instrument: INSTRUMENT,
      size: String(100 * sign),
      filled: String(filled * sign),
      status,
    })
  let filled = 0
  const news: Event[] = [report(0, 'open')]
  for (const [index, size] of fills.entries()) {
    filled += size
    news.push(
      at(1, {
        kind: 'fill',
        account: 'main',
        instrument: INSTRUMENT,
        fillId: `f${index}`,
        decisionId: 'a',
        size: String(size * sign),
        price: '80000',
        fee: '0',
        feeAsset: 'BTC',
      }),
      report(filled, 'open'),
    )
  }
  news.push(report(filled, filled === 100 ? 'filled' : 'cancelled'))
  return { news, filled }
}

/** Applies as the engine does: a fill that came before is told by the book. */
function apply(news: readonly Event[], size: number) {
  const orders = createOrders()
  trackDecisions(orders, [decided('a', size)], 0)
  const seen = new Set<string>()
  for (const event of news) {
    const again = event.kind === 'fill' && seen.has(event.fillId)
    if (event.kind === 'fill') seen.add(event.fillId)
    applyOrderEvent(orders, event, again ? [{ code: 'duplicate-fill', subject: '', detail: '' }] : [])
  }
  return orders
}

describe('news of an order', () => {
  it('behavior: in any order and however often, it ends as it really ended, with what was really filled', () => {
    fc.assert(
      fc.property(life, fc.infiniteStream(fc.nat()), ({ fills, sells }, picks) => {
        const sign = sells ? -1 : 1
        const { news, filled } = newsOf(fills, sign)
        const shuffled = [...news, ...news]
          .map((event) => ({ event, key: picks.next().value as number }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ event }) => event)
        const [order] = ordersView(apply(shuffled, 100 * sign)).orders
        return order !== undefined && Number(order.filled) === filled * sign && !isLive(order.status)
      }),
    )
  })

  it('behavior: what was filled never becomes less, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            filled: fc.integer({ min: 0, max: 100 }),
            status: fc.constantFrom('open', 'cancelled', 'unresolved', 'filled', 'rejected'),
          }),
        ),
        (reports) => {
          const orders = createOrders()
          trackDecisions(orders, [decided('a', 100)], 0)
          let most = 0
          return reports.every(({ filled, status }) => {
            applyOrderEvent(
              orders,
              at(1, {
                kind: 'order',
                account: 'main',
                clientId: 'a',
                instrument: INSTRUMENT,
                size: '100',
                filled: String(filled),
                status,
              }),
              [],
            )
            const now = Number(ordersView(orders).orders[0]!.filled)
            const grows = now >= most
            most = now
            return grows
          })
        },
      ),
    )
  })

  it('behavior: the digest follows from what is held, not from when it was asked for', () => {
    const { news } = newsOf([10, 20], 1)
    const asked = apply([], 100)
    for (const event of news) {
      applyOrderEvent(asked, event, [])
      ordersDigest(asked)
    }
    const plain = apply(news, 100)
    if (ordersDigest(asked) !== ordersDigest(plain)) throw new Error('digests differ')
  })
})
