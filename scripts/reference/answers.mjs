import { existsSync, readFileSync } from 'node:fs'
import { answerLine, calcKinds } from '@holdfast/calc'

const folder = new URL('../../examples/requests/', import.meta.url)

/** The answers to the requests of examples/requests, each beside its own: path → text. */
export function exampleAnswers() {
  const made = new Map()
  for (const kind of calcKinds.values()) {
    const file = new URL(`${kind.name}.jsonl`, folder)
    if (!existsSync(file)) continue
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    const answers = lines.map((line) => `${answerLine(kind, line).text}\n`)
    made.set(`examples/requests/${kind.name}.answers.jsonl`, answers.join(''))
  }
  return made
}
