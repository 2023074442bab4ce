import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type MarginAccountData, type MarginMarketData, readMarginAccount, readMarginMarket } from './data.js'
import { marginModel } from './registry.js'

type Case = {
  readonly model: string
  readonly parameters: Record<string, unknown>
  readonly account: MarginAccountData
  readonly market: MarginMarketData
  readonly expected: Readonly<Record<'equity' | 'markToMarket' | 'initialMargin' | 'maintenanceMargin', number>> & {
    readonly netInitialMargin?: number
    readonly netMaintenanceMargin?: number
    readonly scenarios: readonly number[]
  }
}

/** Random books in 50 digits by a second implementation; see test/vectors/README.md. */
const cases = JSON.parse(
  readFileSync(new URL('../../test/vectors/margin.json', import.meta.url), 'utf8'),
) as readonly Case[]

/** Of sums of a dozen terms of up to a million dollars each: some hundred units in their last place. */
function near(actual: number | undefined, expected: number, what: string): void {
  const tolerance = 1e-9 * Math.max(1, Math.abs(expected))
  expect(Math.abs(actual! - expected), `${what}: ${actual} against ${expected}`).toBeLessThanOrEqual(tolerance)
}

test.each(cases.map((row, i) => ({ ...row, name: `${row.model}, book ${i}` })))('$name', (row) => {
  const { model, parameters, account, market, expected } = row
  const outcome = marginModel(model, parameters).evaluate(readMarginAccount(account), readMarginMarket(market))
  if (!outcome.ok) throw new Error(outcome.missing.join(', '))
  for (const figure of ['equity', 'markToMarket', 'initialMargin', 'maintenanceMargin'] as const) {
    near(outcome[figure], expected[figure], figure)
  }
  const scenarios = outcome.scenarios ?? []
  expect(scenarios).toHaveLength(expected.scenarios.length)
  scenarios.forEach(({ name, pnl }, i) => {
    near(pnl, expected.scenarios[i]!, name)
  })
  if (expected.netInitialMargin === undefined) return
  near(outcome.parts['net.initialMargin'], expected.netInitialMargin, 'net initial')
  near(outcome.parts['net.maintenanceMargin'], expected.netMaintenanceMargin!, 'net maintenance')
})
