import { Command, CommanderError } from 'commander'
import { addCalc } from './command/calc.js'
import { addCheck } from './command/check.js'
import { addExplain } from './command/explain.js'
import { addInit } from './command/init.js'
import { addKey } from './command/key.js'
import { addRun } from './command/run.js'
import { addSchema } from './command/schema.js'
import { addStart } from './command/start.js'
import { addStatus } from './command/status.js'
import { addVerify } from './command/verify.js'
import { CommandError, EXIT } from './exit.js'
import { note } from './output.js'
import { VERSION } from './version.js'

const VERBS = [addStart, addInit, addRun, addCheck, addStatus, addExplain, addVerify, addCalc, addSchema, addKey]

function program(): Command {
  const root = new Command('holdfast')
    .description('Write down the risk you are willing to hold; Holdfast holds it.')
    .version(VERSION)
    .showHelpAfterError('(holdfast --help lists the verbs)')
    .exitOverride()
  for (const add of VERBS) add(root)
  return root
}

// A reader that goes away (`holdfast calc … | head`) ends us quietly, as it does every tool.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  throw error
})

try {
  await program().parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.unusable
  else if (error instanceof CommandError) {
    note(`holdfast: ${error.message}`)
    process.exitCode = error.exitCode
  } else throw error
}
