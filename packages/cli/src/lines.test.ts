import { expect, test } from 'vitest'
import { lines } from './lines.js'

async function collect(chunks: readonly string[]): Promise<string[]> {
  async function* stream() {
    yield* chunks
  }
  const found: string[] = []
  for await (const batch of lines(stream())) found.push(...batch)
  return found
}

test('behavior: lines are joined over chunks, and the last needs no newline', async () => {
  expect(await collect(['{"a"', ':1}\n{"b":2}\n{"c', '":3}'])).toEqual(['{"a":1}', '{"b":2}', '{"c":3}'])
})

test('behavior: empty lines are passed over', async () => {
  expect(await collect(['\n\n  \n', '1\n\n'])).toEqual(['1'])
  expect(await collect([])).toEqual([])
})

test('error: a line beyond all measure is refused before it eats the memory', async () => {
  const chunk = 'x'.repeat(1024 * 1024)
  await expect(collect(new Array(17).fill(chunk))).rejects.toThrow('longer than')
})
