import { readFileSync } from 'node:fs'
import { marginModelNames } from '@holdfast/engine'
import { expect, test } from 'vitest'
import { answerLine } from '../answer.js'
import { margin } from './margin.js'

const page = readFileSync(new URL('../../../../docs/reference/margin.md', import.meta.url), 'utf8')
const requests = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => JSON.parse(text!))

test.each(requests)('behavior: request $id of the reference page is answered', (request) => {
  const { text, ok } = answerLine(margin, JSON.stringify(request))
  expect(ok, text).toBe(true)
})

test('behavior: the page names every model', () => {
  expect(requests.length).toBeGreaterThanOrEqual(3)
  for (const name of marginModelNames) expect(page).toContain(`\`${name}\``)
})
