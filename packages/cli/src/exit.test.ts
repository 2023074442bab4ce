import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EXIT } from './exit.js'

test('behavior: the reference page lists every exit code, and no other', () => {
  const page = readFileSync(new URL('../../../docs/reference/exit-codes.md', import.meta.url), 'utf8')
  const listed = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
  expect(listed).toEqual(Object.values(EXIT))
})
