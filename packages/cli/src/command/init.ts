import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { compileConfiguration, compileVenue, didYouMean, renderDiagnostics } from '@holdfast/engine'
import type { Command } from 'commander'
import { CommandError } from '../exit.js'
import { note, writeOut } from '../output.js'

const TEMPLATES = ['desk', 'vault', 'venue'] as const

type Answers = { name: string; venue: string; underlying: string; marginModel: string }

const QUESTIONS: readonly {
  readonly key: keyof Answers
  readonly ask: string
  readonly default: string
  readonly allowed?: readonly string[]
}[] = [
  { key: 'name', ask: 'What is it called?', default: 'my desk' },
  { key: 'venue', ask: 'At which venue is the account?', default: 'deribit' },
  { key: 'underlying', ask: 'Which underlying?', default: 'BTC', allowed: ['BTC', 'ETH'] },
  {
    key: 'marginModel',
    ask: 'Which margin model?',
    default: 'deribit-standard',
    allowed: ['deribit-standard', 'portfolio', 'cross', 'isolated'],
  },
]

export function addInit(program: Command): void {
  program
    .command('init')
    .description('write a commented configuration, by asking or from a template')
    .argument('[file]', 'where to write it', 'holdfast.yaml')
    .option('--template <kind>', `${TEMPLATES.join(', ')}; without asking`)
    .option('--force', 'write over a file that is there')
    .action(async (file: string, flags: { template?: string; force?: boolean }) => {
      if (existsSync(file) && flags.force !== true) {
        throw new CommandError(`init: ${file} is there already; choose another name, or --force`)
      }
      const template = templateOf(flags.template ?? 'desk')
      const asks = flags.template === undefined && process.stdin.isTTY === true
      const text = filled(template, asks ? await askAll() : defaults())
      const compiled = flags.template === 'venue' ? compileVenue(text, file) : compileConfiguration(text, file)
      if (!compiled.ok)
        throw new CommandError(
          `init: with these answers the file does not hold:\n${renderDiagnostics(compiled.diagnostics)}`,
        )
      writeFileSync(file, text)
      await writeOut(`wrote ${file}\n`)
      note(`next: holdfast check ${file}; holdfast run ${file} --report out`)
    })
}

function templateOf(name: string): string {
  if (!(TEMPLATES as readonly string[]).includes(name)) {
    throw new CommandError(
      `init: unknown template '${name}'${didYouMean(name, TEMPLATES) || `; known: ${TEMPLATES.join(', ')}`}`,
    )
  }
  return readFileSync(fileURLToPath(new URL(`../../templates/${name}.yaml.template`, import.meta.url)), 'utf8')
}

function defaults(): Answers {
  return Object.fromEntries(QUESTIONS.map((question) => [question.key, question.default])) as Answers
}

async function askAll(): Promise<Answers> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answers = defaults()
  try {
    for (const { key, ask, default: preset, allowed } of QUESTIONS) {
      for (;;) {
        const hint = allowed === undefined ? '' : ` (${allowed.join(', ')})`
        const given = (await terminal.question(`${ask}${hint} [${preset}] `)).trim() || preset
        if (allowed === undefined || allowed.includes(given)) {
          answers[key] = given
          break
        }
        note(`'${given}' is not one of ${allowed.join(', ')}${didYouMean(given, allowed)}`)
      }
    }
  } finally {
    terminal.close()
  }
  return answers
}

function filled(template: string, answers: Answers): string {
  const slug = answers.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  const values: Record<string, string> = { ...answers, slug, entry: answers.underlying === 'BTC' ? '88900' : '2985' }
  const strikes =
    answers.underlying === 'BTC' ? template : template.replaceAll('-110000-C', '-3600-C').replaceAll('0.0084', '0.0274')
  return strikes.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? '')
}
