import { CommanderError } from 'commander'
import { CommandError, EXIT } from './exit.js'
import { note } from './output.js'
import { program } from './program.js'

// A reader that goes away (`holdfast calc … | head`) ends us quietly, as it does every tool.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  throw error
})

try {
  await (await program(process.argv[2])).parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.unusable
  else if (error instanceof CommandError) {
    note(`holdfast: ${error.message}`)
    process.exitCode = error.exitCode
  } else throw error
}
