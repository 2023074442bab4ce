import { program } from '../../packages/cli/dist/program.js'
import { page } from './markdown.mjs'

/** The help of every verb, as the command prints it. */
export const path = 'docs/reference/cli.md'

const WIDTH = 100

export async function text() {
  const root = await program()
  return page(
    'Command line',
    'Data goes to standard output, progress and messages to standard error. [Exit codes](exit-codes.md) are stable.',
    '## holdfast',
    help(root),
    ...root.commands.flatMap((verb) => [`## holdfast ${verb.name()}`, help(verb)]),
  )
}

function help(command) {
  let printed = ''
  command.configureOutput({
    getOutHelpWidth: () => WIDTH,
    getErrHelpWidth: () => WIDTH,
    writeOut: (text) => (printed += text),
  })
  command.outputHelp()
  return `\`\`\`text\n${printed.trimEnd()}\n\`\`\``
}
