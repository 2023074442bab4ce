import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { holdfast, json, scratch } from './holdfast.js'

const HEDGED = fileURLToPath(new URL('../../../examples/hedged.yaml', import.meta.url))

type Compared = {
  readonly account: string
  readonly as: 'run' | 'without'
  readonly worst: { readonly marginRatio: number }
  readonly last: { readonly equity: number }
  readonly belowMaintenanceAt: string | null
}

test('behavior: hedged on paper the desk lives through February 2026, and the report shows what it would have been without', async () => {
  const folder = scratch()
  const out = join(folder, 'out')
  const result = await holdfast(
    [
      'run',
      HEDGED,
      '--until-end',
      '--no-serve',
      '--no-sql',
      '--json',
      '--journal',
      join(folder, 'journal'),
      '--report',
      out,
      '--compare-off',
    ],
    { cwd: folder },
  )
  expect(result.code, result.err).toBe(0)
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as {
    readonly comparison: { readonly without: readonly string[]; readonly accounts: readonly Compared[] }
    readonly decisions: { readonly byRule: Readonly<Record<string, Readonly<Record<string, number>>>> }
    readonly journalHead: string
  }
  const { accounts, without } = report.comparison
  const ran = accounts.filter(({ as }) => as === 'run')
  const bare = accounts.filter(({ as }) => as === 'without')
  expect(ran).toHaveLength(3)
  expect(bare).toHaveLength(3)
  expect(without).toContain('hold-btc-delta')
  expect(ran.map(({ belowMaintenanceAt }) => belowMaintenanceAt)).toEqual([null, null, null])
  expect(Math.max(...ran.map(({ worst }) => worst.marginRatio))).toBeLessThan(0.95)
  expect(bare.filter(({ belowMaintenanceAt }) => belowMaintenanceAt !== null).map(({ account }) => account)).toEqual([
    'binance-linear',
    'deribit-btc',
  ])
  const equity = (list: readonly Compared[]) => list.reduce((sum, { last }) => sum + last.equity, 0)
  expect(equity(ran)).toBeGreaterThan(equity(bare))
  // Not vacuous: it traded, and the switch was not what saved it.
  expect(report.decisions.byRule['hold-btc-delta']?.papered).toBeGreaterThan(10)
  expect(report.decisions.byRule['act.kill']).toBeUndefined()
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('With and without what the rules did')
  const verified = await holdfast(['verify', join(folder, 'journal'), '--json'], { cwd: folder })
  expect(verified.code, verified.err).toBe(0)
  expect(report.journalHead).toBe(json<{ head: string }>(result).head)
})
