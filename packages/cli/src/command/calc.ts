import { createReadStream } from 'node:fs'
import { answerLine, type CalcKind, calcKinds } from '@holdfast/calc'
import { didYouMean } from '@holdfast/engine'
import type { Command } from 'commander'
import { CommandError, EXIT } from '../exit.js'
import { lines } from '../lines.js'
import { writeOut } from '../output.js'

export function addCalc(program: Command): void {
  const kinds = [...calcKinds.values()].map((kind) => `  ${kind.name.padEnd(16)} ${kind.summary}`)
  program
    .command('calc')
    .description('answer requests, one JSON object a line, one line an answer')
    .argument('<kind>', 'what to calculate; the kinds are listed below')
    .option('--in <file>', 'read requests from a file instead of standard input')
    .addHelpText('after', `\nKinds (holdfast schema <kind> prints the request's JSON Schema):\n${kinds.join('\n')}`)
    .action(async (name: string, options: { in?: string }) => {
      process.exitCode = await calc(kindOf(name), options.in)
    })
}

export function kindOf(name: string): CalcKind {
  const kind = calcKinds.get(name)
  if (kind !== undefined) return kind
  const names = [...calcKinds.keys()]
  throw new CommandError(`calc: unknown kind '${name}'${didYouMean(name, names) || `; known: ${names.join(', ')}`}`)
}

async function calc(kind: CalcKind, file: string | undefined): Promise<number> {
  const input = file === undefined ? process.stdin : createReadStream(file)
  input.setEncoding('utf8')
  let failed = 0
  try {
    for await (const batch of lines(input as AsyncIterable<string>)) {
      let text = ''
      for (const line of batch) {
        const answer = answerLine(kind, line)
        if (!answer.ok) failed++
        text += `${answer.text}\n`
      }
      await writeOut(text)
    }
  } catch (error) {
    throw new CommandError(`calc: cannot read ${file ?? 'standard input'}: ${(error as Error).message}`)
  }
  return failed === 0 ? EXIT.ok : EXIT.partial
}
