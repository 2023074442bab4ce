import type { Decision } from '@holdfast/engine'
import { actingHouse, MINUTE, ordersOf, PERPETUAL, SECOND } from './actingHouse.js'

/** A desk in the middle of its work: a hedge that was rejected, one filled, one that stands in part, one on paper, and an approval that waits. */
export function actingScene() {
  const house = actingHouse()
  let held = 0
  const statement = () => house.statement([{ instrument: PERPETUAL, size: String(held) }])
  const hedge = (decisions: readonly Decision[], rule: string) => {
    const found = decisions.find((one) => one.rule === rule)
    if (found?.action.kind !== 'order') throw new Error(`the scene needs an order of ${rule}`)
    return { decision: found, size: Number(found.action.size) }
  }

  house.pass(0)
  house.connect()
  const rejected = hedge(ordersOf(house.pass(SECOND, 72_400)), 'hold-delta')
  house.order(rejected.decision, 'rejected', '0', undefined, 'price out of the allowed band (10041)')
  const filled = hedge(ordersOf(house.pass(2 * MINUTE, 72_350)), 'hold-delta')
  house.clock.now += SECOND
  held = filled.size
  house.order(filled.decision, 'filled', String(held), '72338.5')
  statement()
  for (const price of [71_000, 69_500, 67_900, 66_900]) {
    house.pass(MINUTE, price)
    statement()
  }
  const standing = hedge(ordersOf(house.pass(MINUTE, 65_500)), 'hold-delta')
  house.order(standing.decision, 'open')
  house.pass(20 * SECOND, 64_500)
  const paper = hedge(ordersOf(house.pass(20 * SECOND, 63_500)), 'crash-hedge')
  house.clock.now += 2 * SECOND
  house.order(paper.decision, 'filled', String(paper.size), '63493')
  const part = Math.round((standing.size * 0.4) / 10) * 10
  held += part
  house.order(standing.decision, 'open', String(part), '63484.5')
  house.clock.now += SECOND
  house.statement([{ instrument: PERPETUAL, size: String(held) }], [standing.decision])
  house.turn([
    house.stamped({ kind: 'cash', account: 'main', asset: 'BTC', amount: '0.00021', reason: 'funding', cashId: 'f-1' }),
  ])
  house.pass(24 * SECOND, 63_360)
  return house
}
