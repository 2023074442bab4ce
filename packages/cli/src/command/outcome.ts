import type { ClosingStatement, House, HouseOutcome } from '@holdfast/server'
import { paint } from '../output.js'

/** What stays as it is when a run is stopped: nobody watches it until the next run. */
export function openState(house: House) {
  const accounts = house.model.assessment()?.accounts ?? []
  return {
    orders: house
      .openOrders()
      .map(({ id, account, instrument, size, filled }) => ({ id, account, instrument, size, filled })),
    positions: accounts.flatMap(({ account, positions }) =>
      positions.map(({ instrument, size, sizeUnit }) => ({ account, instrument, size, sizeUnit })),
    ),
    alerts: house.model.alerts
      .list()
      .filter(({ endsTime }) => endsTime === undefined)
      .map(({ id, tier, summary }) => ({ id, tier, summary })),
  }
}

/** The same in words. */
export function openLines(house: House): readonly string[] {
  const { orders, positions, alerts } = openState(house)
  const accounts = new Set(positions.map(({ account }) => account))
  return [
    '',
    `What stays open, unwatched until the next run: ${positions.length} positions in ${accounts.size} accounts, ${orders.length} orders, ${alerts.length} alerts.`,
    ...[...accounts].flatMap((account) => [
      `  ${account}`,
      ...positions
        .filter((position) => position.account === account)
        .map(({ instrument, size, sizeUnit }) => `    ${size} ${sizeUnit} ${instrument}`),
    ]),
    ...orders.map(
      ({ id, instrument, size, filled }) => `  order ${id.slice(0, 12)}: ${size} of ${instrument}, ${filled} filled`,
    ),
    ...alerts.map(({ tier, summary }) => `  [${tier.toUpperCase()}] ${summary}`),
  ]
}

/** What stays at the venues after the stop, by their own word. */
export function closingLines(closing: readonly ClosingStatement[]): readonly string[] {
  return [
    '',
    'What stays at the venues, by their own word; nobody watches it until the next run:',
    ...closing.flatMap(({ account, connection, withdrawn, orders, positions }) => [
      `  ${account} (${connection}): ${withdrawn} orders of ours were ordered back`,
      ...(positions.known
        ? positions.value.map(({ instrument, size }) => `    position ${size} ${instrument}`)
        : [paint(31, `    positions unknown: ${positions.reason}`)]),
      ...(orders.known
        ? orders.value.map(
            ({ clientId, venueOrderId, instrument, size, filled }) =>
              `    order ${(clientId ?? venueOrderId ?? '').slice(0, 12)}: ${size} of ${instrument}, ${filled} filled`,
          )
        : [paint(31, `    orders unknown: ${orders.reason}`)]),
      ...(positions.known && orders.known && positions.value.length + orders.value.length === 0
        ? ['    flat, and without orders']
        : []),
    ]),
  ]
}

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
    ...(outcome.closing.length > 0 ? closingLines(outcome.closing) : run.reason === 'stopped' ? openLines(house) : []),
    ...(run.reason === 'ended' && run.turns === run.replayedTurns
      ? ['Nothing was new: the journal held the whole run already. --fresh begins another.']
      : []),
  ]
  return lines
}
