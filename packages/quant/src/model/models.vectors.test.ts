import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { OptionRight } from '../instrument.js'
import { batesPrice, hestonPrice, mertonPrice } from './index.js'

type Row = {
  /** Right, forward, strike, years. */
  readonly option: readonly [OptionRight, number, number, number]
  readonly market: never
  readonly price: number
}

/** Figures by Heston's two probabilities in 26 digits, and Merton's series in 34; see test/vectors/README.md. */
const vectors = JSON.parse(
  readFileSync(new URL('../../test/vectors/exotics.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, readonly Row[]>>

describe('against figures of a second implementation', () => {
  // The requirement; measured 4e-15.
  it.each([
    ['heston', hestonPrice, 1e-9],
    ['bates', batesPrice, 1e-9],
    ['merton', mertonPrice, 1e-11],
  ] as const)('behavior: %s within its tolerance, relative', (family, price, tolerance) => {
    const rows = vectors[family] ?? []
    expect(rows.length).toBeGreaterThanOrEqual(9)
    for (const row of rows) {
      const ours = price(...row.option, row.market)
      expect(Math.abs(ours / row.price - 1), `${ours} against ${JSON.stringify(row)}`).toBeLessThan(tolerance)
    }
  })
})
