import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sabrImpliedVol, sabrVarianceJet } from './sabr.js'
import { ssviToRaw } from './ssvi.js'
import { gatheralDensity, sviDensity, sviJet, sviTotalVariance } from './svi.js'
import { naturalToRaw } from './sviForms.js'
import { fairVariance } from './varianceSwap.js'

/** 60-digit figures; see test/vectors/README.md. Each row holds the arguments and, last, the values. */
const vectors = JSON.parse(
  readFileSync(new URL('../../test/vectors/surface.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, readonly (readonly number[])[]>>

type Row = readonly [number, number, number, number, number, number, number, number, number, number]

/** The largest |got − value|/max(|value|, floor) over the rows, with the row where it stands. */
function worst(name: string, evaluate: (row: Row) => number, expected: (row: Row) => number, floor = 0) {
  let error = 0
  let at: Row | undefined
  for (const row of vectors[name]! as readonly unknown[] as readonly Row[]) {
    const value = expected(row)
    const off = Math.abs(evaluate(row) - value) / Math.max(Math.abs(value), floor)
    if (!(off <= error)) {
      error = off
      at = row
    }
  }
  return { error, at }
}

const raw = ([a, b, rho, m, sigma]: Row) => ({ a, b, rho, m, sigma })
const sabr = ([alpha, beta, rho, nu]: Row) => ({ alpha, beta, rho, nu })

describe('smiles against 60 digits', () => {
  test('behavior: raw SVI within 1e-12', () => {
    const { error, at } = worst(
      'svi',
      (row) => sviTotalVariance(raw(row), row[5]),
      (row) => row[6],
    )
    expect(error, `row ${at}`).toBeLessThan(1e-12)
  })

  test('behavior: density of raw SVI within 1e-12 of its terms, which are of order 1', () => {
    const { error, at } = worst(
      'svi',
      (row) => sviDensity(raw(row), row[5]),
      (row) => row[7],
      1,
    )
    expect(error, `row ${at}`).toBeLessThan(1e-12)
  })

  test('behavior: natural SVI and SSVI through their raw form within 1e-12', () => {
    const natural = worst(
      'natural',
      ([delta, mu, rho, omega, zeta, k]) => sviTotalVariance(naturalToRaw({ delta, mu, rho, omega, zeta }), k),
      (row) => row[6],
    )
    expect(natural.error, `row ${natural.at}`).toBeLessThan(1e-12)
    const ssvi = worst(
      'ssvi',
      ([theta, phi, rho, k]) => sviTotalVariance(ssviToRaw({ theta, phi, rho }), k),
      (row) => row[4],
    )
    expect(ssvi.error, `row ${ssvi.at}`).toBeLessThan(1e-12)
  })

  test('behavior: SABR vol within 1e-11, its density within 1e-11 of its terms', () => {
    const vol = worst(
      'sabr',
      (row) => sabrImpliedVol(sabr(row), row[4], row[5], row[6]),
      (row) => row[7],
    )
    expect(vol.error, `row ${vol.at}`).toBeLessThan(1e-11)
    const density = worst(
      'sabr',
      (row) => gatheralDensity(sabrVarianceJet(sabr(row), row[4], row[5], row[6]), row[5]),
      (row) => row[8],
      1,
    )
    expect(density.error, `row ${density.at}`).toBeLessThan(1e-11)
  })

  test('behavior: fair variance is the strip of option prices, within 1e-10', () => {
    const { error, at } = worst(
      'fairVariance',
      (row) => fairVariance((k) => sviJet(raw(row), k), row[5]).fairVariance,
      (row) => row[6],
    )
    expect(error, `row ${at}`).toBeLessThan(1e-10)
  })
})
