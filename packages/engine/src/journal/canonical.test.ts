import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson, parseCanonical } from './canonical.js'

describe('canonicalJson', () => {
  test('behavior: keys stand in order of code units, whatever order they were given in', () => {
    expect(canonicalJson({ b: 1, a: { z: [1, 'x', null, true], Z: undefined } })).toBe(
      '{"a":{"z":[1,"x",null,true]},"b":1}',
    )
    expect(canonicalJson({ é: 1, z: 2, Z: 3 })).toBe('{"Z":3,"z":2,"\\u00e9":1}')
  })

  test('behavior: numbers are the shortest text that reads back', () => {
    expect(canonicalJson([0.1, 1e21, 1e-7, 123456789012345680, -1.5])).toBe('[0.1,1e+21,1e-7,123456789012345680,-1.5]')
  })

  test('limits: minus zero and what is not finite are kept', () => {
    const values = [-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    const back = parseCanonical(canonicalJson(values)) as number[]
    expect(back.length).toBe(values.length)
    for (const [i, value] of values.entries()) expect(Object.is(back[i], value)).toBe(true)
  })

  test('error: what is not data is refused', () => {
    expect(() => canonicalJson({ f: () => 1 })).toThrow(TypeError)
    expect(() => canonicalJson([1n])).toThrow(TypeError)
  })

  test('law: any value reads back to itself, and its text is ASCII and stable', () => {
    const data = fc.jsonValue({ maxDepth: 4, noUnicodeString: false })
    fc.assert(
      fc.property(data, (value) => {
        const text = canonicalJson(value)
        expect(text).toMatch(/^[ -~]*$/)
        expect(canonicalJson(parseCanonical(text))).toBe(text)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
      { seed: 20260206, numRuns: 500 },
    )
  })

  test('law: every double reads back to the bit', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(Object.is(parseCanonical(canonicalJson(value)), value)).toBe(true)
      }),
      { seed: 20260207, numRuns: 2000 },
    )
  })
})
