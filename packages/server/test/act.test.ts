import { describe, expect, it } from 'vitest'
import { createActWorld, DESK, HOLD_DELTA } from './actWorld.js'

describe('acting', () => {
  it('behavior: a hedge is decided, sent, filled and reconciled', async () => {
    const world = createActWorld({ seed: 1, text: DESK(HOLD_DELTA('live')) })
    const life = await world.start()
    await world.run(8_000)
    world.ask('hand', 'private/buy', { instrument_name: 'BTC-PERPETUAL', amount: 180_000, type: 'market' })
    await world.run(20_000)
    const view = life.engine.view()
    console.log(life.log.slice(0, 20), view.sequence, view.orders, world.counts, view.assessment.portfolios[0]?.greeks)
    console.log(view.decisions.slice(0, 3))
    expect(world.exchange.snapshot().accounts[0]!.positions).toHaveLength(1)
    world.dispose()
  })
})
