import type { House, HouseOutcome } from '@holdfast/server'
import { paint } from '../output.js'

/** What a run leaves its reader with: how far it came, what it found, where it lies. */
export function outcomeLines(house: House, outcome: HouseOutcome): readonly string[] {
  const { run, report, sources, damaged } = outcome
  const resumed = run.replayedTurns > 0 ? ` (${run.replayedTurns} of them from the journal)` : ''
  const alerts = house.model.alerts.list()
  const firing = alerts.filter(({ endsTime }) => endsTime === undefined).length
  const lines = [
    '',
    `${run.reason === 'ended' ? 'The sources ended' : 'Stopped'} after ${run.turns} turns${resumed}; ${alerts.length} alerts, ${firing} still firing.`,
    ...sources.flatMap((source) => {
      const { name, rows, rowsSkipped, defects, markError } = source.metadata()
      const flags = defects.reduce((sum, { count }) => sum + count, 0)
      return [
        `  ${name}: ${rows} rows, ${rowsSkipped} left out, ${flags} flags`,
        ...(markError === undefined
          ? []
          : [
              `  ${name}: our Black-76 against its marks: median error ${markError.median.toExponential(1)} ${markError.unit} over ${markError.count} options`,
            ]),
      ]
    }),
    ...damaged.map((name) => paint(31, `  ${name}: a file ended before its end; what was read is kept`)),
    `  journal ${house.journalFolder}`,
    `  head    ${run.head.hash}`,
    ...(report === undefined ? [] : [`  report  ${paint(4, report.html)}`]),
    ...(run.reason === 'ended' && run.turns === run.replayedTurns
      ? ['Nothing was new: the journal held the whole run already. --fresh begins another.']
      : []),
  ]
  return lines
}
