import { createApiKey, KEY_SCOPES, type KeyScope } from '@holdfast/server'
import { type Command, Option } from 'commander'
import { CommandError } from '../exit.js'
import { note, writeOut } from '../output.js'

export function addKey(program: Command): void {
  program
    .command('key')
    .description('make an API key; only its hash is stored')
    .argument('<name>', 'whose it is: letters, digits, - and _')
    .addOption(new Option('--scope <scope...>', 'what it may do').choices(KEY_SCOPES).default(['read']))
    .action(async (name: string, { scope }: { scope: readonly KeyScope[] }) => {
      if (!/^[A-Za-z0-9_-]+$/.test(name))
        throw new CommandError(`key: '${name}' has more than letters, digits, - and _`)
      const { key, record } = createApiKey(name, scope)
      note('Give this to the caller; it is not shown again (Authorization: Bearer …):')
      await writeOut(`${key}\n`)
      note('Store this line in a file and name it in the configuration, `server: { apiKeys: ["file:PATH"] }`:')
      await writeOut(`${record.id} ${record.scopes.join(',')} ${record.hash}\n`)
    })
}
