import { calcKinds, requestSchema } from '@holdfast/calc'
import {
  clearingEventJsonSchema,
  configurationSchema,
  didYouMean,
  marginModelNames,
  marginParameterSchema,
  venueSchema,
} from '@holdfast/engine'
import { scenarioJsonSchema } from '@holdfast/simulator'
import type { Command } from 'commander'
import { CommandError } from '../exit.js'
import { writeOut } from '../output.js'

export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of a request or a file')
    .argument(
      '<kind>',
      `configuration, venue, clearing-event, scenario, margin-parameters, or a kind of calc: ${[...calcKinds.keys()].join(', ')}`,
    )
    .option('--model <name>', `with margin-parameters: ${marginModelNames.join(', ')}`)
    .action(async (kind: string, { model }: { model?: string }) => {
      await writeOut(`${JSON.stringify(schemaOf(kind, model), null, 2)}\n`)
    })
}

function schemaOf(kind: string, model: string | undefined): unknown {
  if (kind === 'configuration') return configurationSchema()
  if (kind === 'venue') return venueSchema()
  if (kind === 'clearing-event') return clearingEventJsonSchema()
  if (kind === 'scenario') return scenarioJsonSchema()
  if (kind === 'margin-parameters') return parametersOf(model)
  const calc = calcKinds.get(kind)
  if (calc !== undefined) return requestSchema(calc)
  const known = ['configuration', 'venue', 'clearing-event', 'scenario', 'margin-parameters', ...calcKinds.keys()]
  throw new CommandError(`schema: unknown kind '${kind}'${didYouMean(kind, known) || `; known: ${known.join(', ')}`}`)
}

function parametersOf(model: string | undefined): unknown {
  if (model !== undefined && marginModelNames.includes(model)) return marginParameterSchema(model)
  const hint =
    model === undefined ? 'say which with --model' : `unknown model '${model}'${didYouMean(model, marginModelNames)}`
  throw new CommandError(`schema margin-parameters: ${hint}; known: ${marginModelNames.join(', ')}`)
}
