import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compileConfiguration, renderDiagnostics } from '@holdfast/engine'
import { describe, expect, it } from 'vitest'
import { hedgingPage } from '../report/html/hedging.js'
import { compareHedging, HedgingRuleError } from './compareHedging.js'

const EXAMPLE = fileURLToPath(new URL('../../../../examples/february-2026.yaml', import.meta.url))

/** The example desk, with its data cut to the sharpest day. */
function rulebook(change: (text: string) => string = (text) => text) {
  const text = readFileSync(EXAMPLE, 'utf8').replace(
    'builtin: february-2026',
    'builtin: february-2026\n    from: 2026-02-05T00:00:00Z\n    to: 2026-02-05T18:00:00Z',
  )
  const compiled = compileConfiguration(change(text), EXAMPLE)
  if (!compiled.ok) throw new Error(renderDiagnostics(compiled.diagnostics))
  return compiled.rulebook
}

describe('ways to hedge, replayed', () => {
  it('behavior: off trades nothing, fixed thresholds trade more the narrower they are, and all see the same hours', async () => {
    const told: string[] = []
    const comparison = await compareHedging(rulebook(), {
      rule: 'hold-btc-delta',
      baseDir: '.',
      onRival: (name) => told.push(name),
    })
    const { rows } = comparison
    expect(comparison).toMatchObject({ rule: 'hold-btc-delta', underlying: 'BTC', threshold: 2 })
    expect(rows.map(({ name }) => name)).toEqual([
      'as configured',
      'off',
      'fixed ± 0.5 BTC',
      'fixed ± 1 BTC',
      'fixed ± 2 BTC',
      'fixed ± 4 BTC',
      'Whalley–Wilmott',
      'Zakamouline',
    ])
    expect(told).toEqual(rows.map(({ name }) => name))
    expect(rows[1]).toMatchObject({ trades: 0, cost: 0, turnover: 0 })
    const fixed = rows.filter(({ name }) => name.startsWith('fixed'))
    for (const [index, row] of fixed.entries()) {
      expect(row.trades).toBeGreaterThan(0)
      if (index > 0) expect(row.trades).toBeLessThanOrEqual(fixed[index - 1]!.trades)
    }
    for (const row of rows) {
      expect(row.hours).toBe(rows[0]!.hours)
      expect(row.expectedShortfall).toBeGreaterThan(0)
      expect(row.timeInBand).toBeGreaterThanOrEqual(0)
      expect(row.timeInBand).toBeLessThanOrEqual(1)
      // Fee alone is 5 bps; with the spread of the quotes and their depth it is not much more.
      if (row.trades > 0) expect(row.cost / row.turnover).toBeGreaterThan(0.0004)
      if (row.trades > 0) expect(row.cost / row.turnover).toBeLessThan(0.003)
    }
    const page = hedgingPage(comparison, 'February <2026>')
    expect(page).toContain('February &lt;2026&gt;')
    for (const { name } of rows) expect(page).toContain(name)
    expect(page).not.toMatch(/NaN|undefined|<script|https?:/)
  }, 120_000)

  it('error: no rule of that name, and none at all', async () => {
    await expect(compareHedging(rulebook(), { rule: 'nothing', baseDir: '.' })).rejects.toThrow(
      "no rule that hedges delta is called 'nothing'; there is: hold-btc-delta, hold-eth-delta",
    )
    const none = rulebook((text) => text.replace(/\nrules:[\s\S]*?\nalerts:/, '\nalerts:'))
    await expect(compareHedging(none, { baseDir: '.' })).rejects.toThrow(HedgingRuleError)
  })
})
