import { expect, test } from 'vitest'
import { openSource } from '../scenario/openSource.js'
import { recordedMarket } from './recordedMarket.js'
import { rehearse } from './testClient.js'

test('behavior: the built-in scenario drives the exchange through its crash, to its end', async () => {
  const source = await openSource({ kind: 'scenario', id: 'february-2026', builtin: 'february-2026' }, { baseDir: '.' })
  const market = await recordedMarket(source.events(), { stepMs: 60_000 })
  const desk = rehearse({ market })
  const { best_ask_price, index_price } = desk.ask('public/ticker', { instrument_name: 'BTC-PERPETUAL' }) as Record<
    string,
    number
  >
  expect(best_ask_price! / index_price!).toBeCloseTo(1, 2)
  desk.ask('private/buy', { instrument_name: 'BTC-PERPETUAL', amount: 10_000, type: 'market' })
  const options = desk.ask('public/get_instruments', { currency: 'BTC', kind: 'option' }) as unknown as {
    instrument_name: string
  }[]
  expect(options.length).toBeGreaterThan(10)
  const first = options[0]!.instrument_name
  expect((desk.ask('public/ticker', { instrument_name: first }) as Record<string, number>).mark_iv).toBeGreaterThan(10)
  while (market.nextStep() !== undefined) desk.pass(3_600_000)
  const { money, accounts } = desk.exchange.snapshot()
  for (const { deposited, held } of Object.values(money)) expect(held).toBe(deposited)
  expect(accounts[0]!.equity.BTC).toBeLessThan(10)
})
