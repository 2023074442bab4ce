import { readFileSync } from 'node:fs'
import {
  type CompiledConfiguration,
  compileConfiguration,
  compileVenue,
  configurationKind,
  effectiveConfiguration,
  renderDiagnostics,
  renderEffective,
} from '@holdfast/engine'
import type { Command } from 'commander'
import { CommandError, EXIT } from '../exit.js'
import { note, writeOut } from '../output.js'
import { venueSummary } from './venueSummary.js'

export function addCheck(program: Command): void {
  program
    .command('check')
    .description(
      'validate a configuration: errors with file, line and column, what is allowed, what was probably meant',
    )
    .argument('<file>', 'the configuration, YAML')
    .option('--json', 'print the result as JSON')
    .option('--explain', 'print every effective value and where it came from')
    .action(async (file: string, options: { json?: boolean; explain?: boolean }) => {
      process.exitCode = await check(file, options.json === true, options.explain === true)
    })
}

/** Reads and compiles a configuration; complaints are printed, and end the command. */
export function loadConfiguration(
  file: string,
): CompiledConfiguration & { readonly ok: true } & { readonly text: string } {
  const text = readText(file)
  if (configurationKind(text, file) === 'venue') {
    throw new CommandError(
      `${file} is of a venue; this verb is of a desk: \`holdfast run ${file}\` shows a venue's page`,
    )
  }
  const compiled = compileConfiguration(text, file)
  if (!compiled.ok) {
    throw new CommandError(`${file} does not hold:\n\n${renderDiagnostics(compiled.diagnostics)}`)
  }
  if (compiled.warnings.length > 0) note(renderDiagnostics(compiled.warnings))
  return { ...compiled, text }
}

export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${(error as Error).message}`)
  }
}

async function check(file: string, json: boolean, explain: boolean): Promise<number> {
  const text = readText(file)
  if (configurationKind(text, file) === 'venue') return checkVenue(file, text, json)
  const compiled = compileConfiguration(text, file)
  const effective = explain ? effectiveConfiguration(text, file) : undefined
  const values = effective?.ok ? { values: effective.values } : {}
  const complaints = compiled.ok ? compiled.warnings : compiled.diagnostics
  if (json) {
    const result = compiled.ok ? { ok: true, rulebook: compiled.rulebook.hash } : { ok: false }
    await writeOut(`${JSON.stringify({ ...result, ...values, diagnostics: complaints })}\n`)
    return compiled.ok ? EXIT.ok : EXIT.unusable
  }
  if (complaints.length > 0) note(`${renderDiagnostics(complaints)}\n`)
  if (!compiled.ok) {
    note(`${file}: ${complaints.length} ${complaints.length === 1 ? 'complaint' : 'complaints'}`)
    return EXIT.unusable
  }
  if (effective?.ok) await writeOut(`${renderEffective(effective.values)}\n\n`)
  const { configuration, rulebook } = compiled
  const counts = `${configuration.accounts.length} accounts, ${rulebook.rules.length} rules, ${configuration.sources.length} sources`
  await writeOut(`${file}: holds (${counts}; rulebook ${rulebook.hash.slice(0, 12)})\n`)
  return EXIT.ok
}

async function checkVenue(file: string, text: string, json: boolean): Promise<number> {
  const compiled = compileVenue(text, file)
  const diagnostics = compiled.ok ? [] : compiled.diagnostics
  if (json) await writeOut(`${JSON.stringify({ ok: compiled.ok, kind: 'venue', diagnostics })}\n`)
  else if (compiled.ok) await writeOut(`${file}: holds (${venueSummary(compiled.venue, file)})\n`)
  else {
    note(`${renderDiagnostics(diagnostics)}\n`)
    note(`${file}: ${diagnostics.length} ${diagnostics.length === 1 ? 'complaint' : 'complaints'}`)
  }
  return compiled.ok ? EXIT.ok : EXIT.unusable
}
