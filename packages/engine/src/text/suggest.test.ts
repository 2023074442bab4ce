import { expect, test } from 'vitest'
import { didYouMean, suggest } from './suggest.js'

const names = ['strike', 'years', 'right', 'dividendYield', 'vol']

test.each([
  ['strke', 'strike'],
  ['Strike', 'strike'],
  ['yaers', 'years'],
  ['dividendyeild', 'dividendYield'],
  ['vols', 'vol'],
])('behavior: %s suggests %s', (typed, expected) => {
  expect(suggest(typed, names)).toBe(expected)
})

test('behavior: nothing near is suggested for a name that is far from all', () => {
  expect(suggest('colour', names)).toBeUndefined()
  expect(suggest('', names)).toBeUndefined()
  expect(suggest('x', [])).toBeUndefined()
})

test('behavior: the sentence ends with the name, or is empty', () => {
  expect(didYouMean('rihgt', names)).toBe(", did you mean 'right'?")
  expect(didYouMean('colour', names)).toBe('')
})
