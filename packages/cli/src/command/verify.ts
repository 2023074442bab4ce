import { existsSync } from 'node:fs'
import { engineFor, verifyJournal } from '@holdfast/server'
import type { Command } from 'commander'
import { CommandError, EXIT } from '../exit.js'
import { note, writeOut } from '../output.js'

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('prove a journal: every byte, the hash chain, and a replay to the same bytes')
    .argument('<journal>', 'the folder of the journal')
    .option('--head <hash>', 'hash of the last record, kept elsewhere: proves that nothing was cut off')
    .option('--json', 'print the result as JSON')
    .action(async (folder: string, options: { head?: string; json?: boolean }) => {
      if (!existsSync(folder)) throw new CommandError(`verify: there is no ${folder}; give the folder of a journal`)
      const report = verifyJournal(folder, {
        ...(options.head === undefined ? {} : { head: options.head }),
        engineFor,
      })
      if (options.json === true) await writeOut(`${JSON.stringify(report)}\n`)
      else for (const message of report.messages) (report.ok ? writeOut : note)(`${message}\n`)
      process.exitCode = report.ok ? EXIT.ok : EXIT.corrupt
    })
}
