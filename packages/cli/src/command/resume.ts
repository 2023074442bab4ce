import type { ActedWire, KillsWire } from '@holdfast/server'
import type { Command } from 'commander'
import { type HouseFlags, houseClient, withHouseFlags } from '../house.js'
import { note, writeOut } from '../output.js'

type ResumeFlags = HouseFlags & { readonly scope: string; readonly reason: string }

export function addResume(program: Command): void {
  const command = program
    .command('resume')
    .description('end a kill or halt: states what was latched by whom and why, and what still holds')
    .option(
      '--scope <scope>',
      'as it was latched: all, portfolio:ID, underlying:PORTFOLIO/BTC, account:ID, rule:ID',
      'all',
    )
    .requiredOption('--reason <text>', 'why it is safe again; recorded')
  withHouseFlags(command).action(async (flags: ResumeFlags) => {
    const house = houseClient('resume', flags)
    const { scope, reason } = flags
    for (const line of latchedLines(await house.get<KillsWire>('/v1/kill'), scope)) note(line)
    const acted = await house.post<ActedWire>('/v1/resume', { scope, reason })
    const after = await house.get<KillsWire>('/v1/kill')
    const data = { ...acted, kills: after.kills, halts: after.halts }
    await writeOut(flags.json === true ? `${JSON.stringify(data)}\n` : `resumed ${scope}: ${acted.text}\n`)
  })
}

/** Cause, scope and effect of what is latched. */
function latchedLines({ kills, halts }: KillsWire, scope: string): readonly string[] {
  const kill = kills.find((one) => one.scope === scope)
  const halt = halts.find((one) => one.scope === scope)
  const latch = kill ?? halt
  if (latch === undefined) return []
  const effect =
    kill === undefined
      ? 'nothing that opens risk is sent in it'
      : `nothing that opens risk is sent in it; mode ${kill.mode}, ${kill.state}`
  return [
    `latched ${scope} since ${latch.since} by ${latch.by}: ${latch.reason}`,
    `  effect: ${effect}`,
    ...(kill?.open.map(({ what, why }) => `  still open: ${what}: ${why}`) ?? []),
    '  resuming lets rules act again; what was cancelled or closed stays so',
  ]
}
