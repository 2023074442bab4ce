import { calcKinds, requestSchema } from '@holdfast/calc'
import type { Command } from 'commander'
import { writeOut } from '../output.js'
import { kindOf } from './calc.js'

export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of a request or a file')
    .argument('<kind>', `a kind of calc: ${[...calcKinds.keys()].join(', ')}`)
    .action(async (name: string) => {
      await writeOut(`${JSON.stringify(requestSchema(kindOf(name)), null, 2)}\n`)
    })
}
