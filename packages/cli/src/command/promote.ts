import { STAGES, type Stage } from '@holdfast/engine'
import type { ActedWire } from '@holdfast/server'
import { Argument, type Command } from 'commander'
import { type HouseFlags, houseClient, withHouseFlags } from '../house.js'
import { writeOut } from '../output.js'

export function addPromote(program: Command): void {
  const command = program
    .command('promote')
    .description('move a rule on the ladder plan, shadow, paper, approve, live: up by its record, down at once')
    .argument('<rule>', 'id of the rule')
    .addArgument(new Argument('<stage>', 'where it goes').choices(STAGES))
  withHouseFlags(command).action(async (rule: string, stage: Stage, flags: HouseFlags) => {
    const house = houseClient('promote', flags)
    const acted = await house.post<ActedWire>(`/v1/rules/${encodeURIComponent(rule)}/stage`, { stage })
    await writeOut(flags.json === true ? `${JSON.stringify(acted)}\n` : `${acted.text}\n`)
  })
}
