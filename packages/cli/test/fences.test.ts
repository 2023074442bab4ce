import { describe, expect, it } from 'vitest'
import { agrees, fencesOf } from './fences.js'

describe('fences', () => {
  const page = ['```sh', 'not run', '```', '```sh run exit=2', 'false', '```', '```text output', 'said', '```'].join(
    '\n',
  )

  it('behavior: only blocks marked run are found, with what is stated behind them', () => {
    expect(fencesOf('a.md', page)).toEqual([
      { page: 'a.md', line: 4, language: 'sh', code: 'false\n', exitCode: 2, output: 'said\n' },
    ])
  })

  it('error: a language that cannot be run is refused, with its place', () => {
    expect(() => fencesOf('a.md', '```ruby run\n1\n```')).toThrow('a.md:1')
  })

  it.each([
    ['a\n', 'a\n', true],
    ['a\n', 'b\n', false],
    ['a…c\n', 'abbbc\n', true],
    ['a\n…\nd\n', 'a\nb\nc\nd\n', true],
    ['a\n…\nd\n', 'a\nb\nc\n', false],
    ['1.5 (USD)\n', '1x5 (USD)\n', false],
  ])('behavior: %j against %j', (stated, printed, expected) => {
    expect(agrees(stated, printed)).toBe(expected)
  })
})
