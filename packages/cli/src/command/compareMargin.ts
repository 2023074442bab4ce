import { compareMargin, type MarginComparison, scenarioPath } from '@holdfast/simulator'
import type { Command } from 'commander'
import { CommandError } from '../exit.js'
import { writeOut } from '../output.js'

export function addCompareMargin(program: Command): void {
  program
    .command('compare-margin')
    .description('static and dynamic, isolated and cross margin under the same stress: efficiency against contagion')
    .option('--owners <count>', 'owners of accounts', '500')
    .option('--seed <number>', 'seed of the owners', '1')
    .option('--initial-margin <percent>', 'static initial margin, per cent of notional', '5')
    .option('--fund <usd>', 'insurance fund of each market, USD', '250000')
    .option('--gap <percent>', 'a sudden fall on top, at the sharpest hour', '12')
    .option('--json', 'print the result as JSON')
    .action(
      async (options: Record<'owners' | 'seed' | 'initialMargin' | 'fund' | 'gap', string> & { json?: boolean }) => {
        const rows = compareMargin(await scenarioPath(), {
          owners: within('--owners', options.owners, 1, 10_000),
          seed: within('--seed', options.seed, 0, 4_294_967_295),
          initialRate: within('--initial-margin', options.initialMargin, 1, 50) / 100,
          fundUsd: within('--fund', options.fund, 0, 1e9),
          gap: within('--gap', options.gap, 0, 90) / 100,
        })
        await writeOut(options.json === true ? `${JSON.stringify(rows)}\n` : `${table(rows)}\n\n${plot(rows)}\n`)
      },
    )
}

function within(name: string, text: string, low: number, high: number): number {
  const value = Number(text)
  if (value >= low && value <= high) return value
  throw new CommandError(`compare-margin: ${name} must be a number from ${low} to ${high}; given: ${text}`)
}

const HEADINGS = [
  'margin',
  'mode',
  'notional / equity',
  'calls',
  'liquidated USD',
  'auctions',
  'contagion USD',
  'of it fund',
  'ADL',
  'socialised',
]

function table(rows: readonly MarginComparison[]): string {
  const cells = rows.map((row) => [
    row.margin,
    row.mode,
    row.capitalEfficiency.toFixed(2),
    String(row.calls),
    row.liquidatedUsd.toFixed(0),
    String(row.auctions),
    row.contagionUsd.toFixed(0),
    row.fundDrawnUsd.toFixed(0),
    row.deleveragedUsd.toFixed(0),
    row.socialisedUsd.toFixed(0),
  ])
  const widths = HEADINGS.map((heading, at) => Math.max(heading.length, ...cells.map((line) => line[at]!.length)))
  const lines = [HEADINGS, ...cells].map((line) =>
    line.map((cell, at) => (at < 2 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '),
  )
  return lines.join('\n')
}

const BARS = '▁▂▃▄▅▆▇█'
const COLUMNS = 60

/** What the owners carry over time, each line to the scale of its own highest. */
function plot(rows: readonly MarginComparison[]): string {
  const lines = rows.map(({ margin, mode, notionalUsd }) => {
    const top = Math.max(...notionalUsd, 1)
    const columns = Math.min(COLUMNS, notionalUsd.length)
    const bars = Array.from({ length: columns }, (_, column) => {
      const value = notionalUsd[Math.floor((column * notionalUsd.length) / columns)]! / top
      return BARS[Math.min(BARS.length - 1, Math.floor(value * BARS.length))]
    })
    return `${`${margin} ${mode}`.padEnd(18)}${bars.join('')}`
  })
  return ['Notional of the owners, February 2026, each to its own highest:', ...lines].join('\n')
}
