import { actingHouse, MINUTE, ordersOf, PERPETUAL, SECOND } from './actingHouse.js'

/** A desk in the middle of its work: hedges filled and standing, one of unknown fate, one approval that waits. */
export function actingScene() {
  const house = actingHouse()
  house.pass(0)
  house.connect()
  const [first] = ordersOf(house.pass(SECOND, 72_400))
  if (first === undefined || first.action.kind !== 'order') throw new Error('the scene needs a hedge')
  house.order(first, 'open')
  house.clock.now += 2 * SECOND
  house.order(first, 'filled', first.action.size, '72387.5')
  let held = Number(first.action.size)
  const hold = () => house.statement([{ instrument: PERPETUAL, size: String(held) }])
  hold()
  for (const price of [72_050, 71_400, 71_150]) house.pass(MINUTE, price)
  const [second] = ordersOf(house.pass(2 * MINUTE, 69_800))
  if (second !== undefined && second.action.kind === 'order') {
    house.order(second, 'open')
    const part = String(Math.round(Number(second.action.size) / 20) * 10)
    house.clock.now += SECOND
    house.order(second, 'open', part, '69788')
    held += Number(part)
    house.turn([
      house.stamped({
        kind: 'account',
        account: 'main',
        complete: true,
        balances: { BTC: '12' },
        positions: [{ instrument: PERPETUAL, size: String(held) }],
      }),
    ])
  }
  house.turn([
    house.stamped({
      kind: 'cash',
      account: 'main',
      asset: 'BTC',
      amount: '0.00021',
      reason: 'funding',
      cashId: 'f-1',
    }),
  ])
  house.pass(20 * SECOND, 69_650)
  return house
}
