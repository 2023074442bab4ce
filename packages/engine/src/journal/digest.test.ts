import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from './canonical.js'
import { digestOf } from './digest.js'

describe('digestOf', () => {
  test('behavior: the order of keys, and fields that are undefined, do not count', () => {
    expect(digestOf({ a: 1, b: [2, 'x'] })).toBe(digestOf({ b: [2, 'x'], c: undefined, a: 1 }))
    expect(
      digestOf(
        new Map([
          ['b', 2],
          ['a', 1],
        ]),
      ),
    ).toBe(digestOf({ a: 1, b: 2 }))
  })

  test('behavior: a number counts to the bit', () => {
    const values = [0, -0, 1, 1 + Number.EPSILON, Number.NaN, Number.POSITIVE_INFINITY, '1', null, true]
    expect(new Set(values.map((value) => digestOf(value))).size).toBe(values.length)
  })

  test('law: digests are equal where and only where the canonical texts are', () => {
    const data = fc.jsonValue({ maxDepth: 3 })
    fc.assert(
      fc.property(data, data, (a, b) => {
        expect(digestOf(a) === digestOf(b)).toBe(canonicalJson(a) === canonicalJson(b))
        expect(digestOf(a)).toBe(digestOf(JSON.parse(JSON.stringify(a, keysReversed))))
      }),
      { seed: 20260208, numRuns: 300 },
    )
  })

  test('behavior: another implementation of SHA-256 gives the same', () => {
    const value = { text: 'é😀'.repeat(40_000), numbers: Array.from({ length: 3000 }, (_, i) => i / 7) }
    expect(digestOf(value, (bytes) => createHash('sha256').update(bytes).digest())).toBe(digestOf(value))
  })

  test('error: what is not data is refused', () => {
    expect(() => digestOf({ a: 1n })).toThrow(TypeError)
  })
})

function keysReversed(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  // A key such as `1` always comes first and `__proto__` is no key: such records are left as they are.
  const keys = Object.keys(value)
  if (keys.some((key) => /^\d+$/.test(key) || key === '__proto__')) return value
  return Object.fromEntries(Object.entries(value).reverse())
}
