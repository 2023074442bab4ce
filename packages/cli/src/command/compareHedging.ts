import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compareHedging, type HedgingComparison, HedgingRuleError, hedgingPage } from '@holdfast/server'
import type { Command } from 'commander'
import { CommandError } from '../exit.js'
import { note, writeOut } from '../output.js'
import { loadConfiguration } from './check.js'
import { commandError } from './run.js'

const EXAMPLE = fileURLToPath(new URL('../../../../examples/february-2026.yaml', import.meta.url))

type Flags = { readonly rule?: string; readonly json?: boolean; readonly report?: string }

export function addCompareHedging(program: Command): void {
  program
    .command('compare-hedging')
    .description(
      'replay a hedging rule on its own data before it is switched on, beside its rivals: cost against tail loss',
    )
    .argument('[file]', 'the configuration, YAML; the built-in scenario of February 2026 where absent')
    .option('--rule <id>', 'the rule; the first that hedges delta where absent')
    .option('--report <dir>', 'leave hedging.json and hedging.html, with the frontier, there')
    .option('--json', 'print the result as JSON')
    .action(async (file: string | undefined, flags: Flags) => {
      await compare(file ?? EXAMPLE, flags)
    })
}

async function compare(file: string, flags: Flags): Promise<void> {
  const { configuration, rulebook } = loadConfiguration(file)
  const comparison = await compareHedging(rulebook, {
    baseDir: dirname(resolve(file)),
    ...(flags.rule === undefined ? {} : { rule: flags.rule }),
    onRival: (name, index, count) => {
      if (process.stderr.isTTY) note(`${index + 1}/${count} ${name}`)
    },
  }).catch((error: unknown) => {
    if (error instanceof HedgingRuleError) throw new CommandError(`compare-hedging: ${error.message}`)
    throw commandError(error)
  })
  if (flags.report !== undefined) {
    mkdirSync(flags.report, { recursive: true })
    writeFileSync(join(flags.report, 'hedging.json'), `${JSON.stringify(comparison, null, 2)}\n`)
    writeFileSync(join(flags.report, 'hedging.html'), hedgingPage(comparison, configuration.name))
  }
  await writeOut(flags.json === true ? `${JSON.stringify(comparison)}\n` : `${text(comparison)}\n`)
}

function text({ rule, underlying, threshold, firstTime, lastTime, rows }: HedgingComparison): string {
  const headings = [
    'hedging',
    'cost USD',
    'ES95 USD/h',
    'P&L USD',
    'trades',
    'turnover USD',
    `within ± ${threshold} ${underlying}`,
    'worst margin ratio',
  ]
  const cells = rows.map((row) => [
    row.name,
    row.cost.toFixed(0),
    row.expectedShortfall.toFixed(0),
    row.pnl.toFixed(0),
    String(row.trades),
    row.turnover.toFixed(0),
    `${(row.timeInBand * 100).toFixed(1)} %`,
    typeof row.worstMarginRatio === 'number' ? row.worstMarginRatio.toFixed(3) : (row.worstMarginRatio ?? 'unknown'),
  ])
  const widths = headings.map((heading, at) => Math.max(heading.length, ...cells.map((line) => line[at]!.length)))
  const lines = [headings, ...cells].map((line) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '),
  )
  const unknown = Math.max(...rows.map(({ unknownHours }) => unknownHours))
  const notes = unknown === 0 ? [] : [`${unknown} hours are left out: not everything was priced in them`]
  const span = `${day(firstTime)} to ${day(lastTime)}`
  return [`rule ${rule}, ${span}, filled on paper, within its bounds:`, ...lines, ...notes].join('\n')
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
