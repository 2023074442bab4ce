import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { type RunFlags, run, withRunFlags } from './run.js'
import { runVenue } from './venue.js'

const EXAMPLE = fileURLToPath(new URL('../../../../examples/february-2026.yaml', import.meta.url))

/** Four hours of the scenario a second: its thirteen days take about a minute and a quarter. */
const SPEED = '14400'

export function addStart(program: Command): void {
  const command = program
    .command('start')
    .description('run the built-in scenario, the crash of February 2026, with its example desk; or --config')
    .option('--config <file>', 'another configuration')
    .option('--venue', "instead of a desk, a venue of two thousand accounts through the same days: the operators' page")
  withRunFlags(command, SPEED).action(
    async (flags: RunFlags & { readonly config?: string; readonly venue?: boolean }) => {
      if (flags.venue === true) {
        process.exitCode = await runVenue(flags)
        return
      }
      const report = flags.report ?? 'out'
      process.exitCode = await run(flags.config ?? EXAMPLE, { ...flags, report })
    },
  )
  if (!existsSync(EXAMPLE)) command.addHelpText('after', `\nThe example ${EXAMPLE} is missing.`)
}
