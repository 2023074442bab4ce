import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { RECORDED_DATA } from '../../../../scripts/recordings.mjs'
import { ADL_RULES, type AdlCandidate, deleverage } from './deleverage.js'
import { ONE } from './fraction.js'

const file = `${RECORDED_DATA}/liquidations/hyperliquid_2025-10-10/adl_by_user_REALTIME.csv.gz`

type Row = {
  readonly account: string
  readonly notional: bigint
  readonly profitRatio: number
  readonly leverage: number
}

/** Accounts that were deleveraged on 10 October 2025, with the notional that was taken from each, exact to 10⁻⁶ USD. */
function recorded(): Row[] {
  const [head, ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n')
  const columns = head!.trim().split(',')
  const at = (name: string) => columns.indexOf(name)
  return lines.map((line) => {
    const cells = line.trim().split(',')
    const profitRatio = Number(cells[at('pnl_percent')]) / 100
    const leverage = Math.abs(Number(cells[at('leverage_realtime')]))
    return {
      account: cells[at('user')]!,
      notional: BigInt(Math.round(Number(cells[at('adl_notional')]) * 1e6)) * (ONE / 1_000_000n),
      profitRatio: Number.isFinite(profitRatio) ? profitRatio : 0,
      leverage: Number.isFinite(leverage) ? leverage : 0,
    }
  })
}

describe.skipIf(!existsSync(file))('auto-deleveraging of 10 October 2025 (HOLDFAST_DATA)', () => {
  const rows = existsSync(file) ? recorded() : []
  const candidates: AdlCandidate[] = rows.map(({ account, notional, profitRatio, leverage }) => {
    return { account, size: -notional, profitRatio, leverage, netExposure: -notional }
  })
  const total = rows.reduce((sum, { notional }) => sum + notional, 0n)

  test('behavior: 19,337 accounts and 2.1 billion USD were deleveraged', () => {
    expect(rows).toHaveLength(19_337)
    expect(Number(total) / 1e18).toBeCloseTo(2_103.1e6, -5)
  })

  test.each(ADL_RULES)(
    'behavior: %s takes a residual to the unit, whatever its size, and never more than happened',
    (rule) => {
      for (const residual of [1n, total / 28n, total / 2n + 1n, total]) {
        const { takes, taken, unfilled } = deleverage(residual, candidates, rule, 7)
        expect(taken).toBe(residual)
        expect(unfilled).toBe(0n)
        expect(takes.reduce((sum, { size }) => sum + size, 0n)).toBe(residual)
      }
    },
  )

  test('behavior: a queue asks far fewer accounts than pro rata for the same residual, and the total is the same', () => {
    const residual = total / 28n
    const asked = (rule: (typeof ADL_RULES)[number]) => deleverage(residual, candidates, rule, 7).takes.length
    expect(asked('profit-leverage')).toBeLessThan(asked('pro-rata') / 2)
    expect(asked('pro-rata')).toBeGreaterThan(19_000)
  })

  test('behavior: where half of the accounts are hedged, none of them is touched while the others can carry it', () => {
    const half = candidates.map((candidate, index) => (index % 2 === 0 ? { ...candidate, netExposure: 0n } : candidate))
    const hedged = new Set(half.filter(({ netExposure }) => netExposure === 0n).map(({ account }) => account))
    const open = half.reduce((sum, { netExposure }) => sum - netExposure, 0n)
    const takes = deleverage(open, half, 'hedge-aware').takes
    expect(takes.some(({ account }) => hedged.has(account))).toBe(false)
    const queued = deleverage(open, half, 'profit-leverage').takes
    expect(queued.filter(({ account }) => hedged.has(account)).length).toBeGreaterThan(1_000)
  })
})
