import { expect, test } from 'vitest'
import { z } from 'zod'
import { answerLine, answerRequest } from './answer.js'
import { CalcError } from './error.js'
import { defineKind, requestId } from './kind.js'

const instrument = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('option'), strike: z.number().positive() }),
  z.strictObject({ kind: z.literal('touch'), barrier: z.number().positive() }),
])

const inverse = defineKind({
  name: 'inverse',
  summary: 'one over a strike',
  request: z.strictObject({ id: requestId, instrument, scale: z.number().optional() }),
  answer: ({ instrument, scale = 1 }) => {
    if (instrument.kind === 'touch')
      throw new CalcError({ code: 'UNSUPPORTED', path: '/instrument/kind', message: 'no' })
    return { value: scale / instrument.strike }
  },
})

const option = (strike: unknown) => ({ id: 7, instrument: { kind: 'option', strike } })

test('behavior: the id comes back and the figures follow it', () => {
  expect(answerRequest(inverse, option(4))).toEqual({ id: 7, value: 0.25 })
  expect(answerRequest(inverse, { instrument: { kind: 'option', strike: 4 } })).toEqual({ value: 0.25 })
})

test('error: a field out of its range is named with what was given', () => {
  const { error } = answerRequest(inverse, option(-4))
  expect(error).toMatchObject({ code: 'INVALID_INPUT', path: '/instrument/strike' })
  expect(error!.message).toContain('-4')
})

test('error: a missing field is said to be missing', () => {
  expect(answerRequest(inverse, option(undefined)).error!.message).toContain('missing')
})

test('error: an unknown field gets a suggestion from the branch that was meant', () => {
  const request = { id: 'a', instrument: { kind: 'option', strike: 4, strke: 5 } }
  expect(answerRequest(inverse, request)).toEqual({
    id: 'a',
    error: {
      code: 'INVALID_INPUT',
      path: '/instrument/strke',
      message: "unknown field 'strke', did you mean 'strike'?",
      suggestion: 'strike',
    },
  })
  expect(answerRequest(inverse, { ...option(4), sclae: 2 }).error!.suggestion).toBe('scale')
  const mistyped = { instrument: { kind: 'option', strke: 5 } }
  expect(answerRequest(inverse, mistyped).error!.suggestion).toBe('strike')
})

test('error: a kind may refuse with a code of its own', () => {
  expect(answerRequest(inverse, { instrument: { kind: 'touch', barrier: 1 } }).error!.code).toBe('UNSUPPORTED')
})

test('error: a figure that overflows is named, never written as null', () => {
  const answer = answerRequest(inverse, { ...option(1e-308), scale: 1e308 })
  expect(answer.error).toMatchObject({ code: 'NOT_FINITE', message: expect.stringContaining('/value') })
})

test.each(['{"instrument":', 'NaN', '', '[1,2]', 'null', '"text"'])(
  'error: the line %j is answered, not thrown',
  (line) => {
    const { text, ok } = answerLine(inverse, line)
    expect(ok).toBe(false)
    expect(JSON.parse(text).error.code).toBe('INVALID_INPUT')
  },
)

test('error: infinity in disguise is refused', () => {
  const { text } = answerLine(inverse, '{"instrument":{"kind":"option","strike":1e999}}')
  expect(JSON.parse(text).error.path).toBe('/instrument/strike')
})
