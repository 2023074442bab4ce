import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { addCalc } from './command/calc.js'
import { addCheck } from './command/check.js'
import { addSchema } from './command/schema.js'
import { CommandError, EXIT } from './exit.js'
import { note } from './output.js'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

function program(): Command {
  const root = new Command('holdfast')
    .description('Write down the risk you are willing to hold; Holdfast holds it.')
    .version(manifest.version)
    .showHelpAfterError('(holdfast --help lists the verbs)')
    .exitOverride()
  addCalc(root)
  addCheck(root)
  addSchema(root)
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
