import { type AccountAssessment, type EngineView, isLive } from '@holdfast/engine'
import type { Command } from 'commander'
import { writeOut } from '../output.js'
import { openRecorded } from '../recorded.js'

export function addStatus(program: Command): void {
  program
    .command('status')
    .description(
      'what is held now: equity, margin, Greeks, distance to liquidation, orders, lines to venues, kills, quality of the inputs',
    )
    .argument('[place]', 'the configuration or the journal of the run', 'examples/february-2026.yaml')
    .option('--json', 'print the assessment as JSON')
    .action(async (place: string, flags: { json?: boolean }) => {
      const view = openRecorded(place).replay().view()
      if (flags.json === true) await writeOut(`${JSON.stringify(statusJson(view))}\n`)
      else await writeOut(statusText(view))
    })
}

function statusJson({ sequence, assessment, orders, rules }: EngineView): object {
  const { kills, halts, approvals, stages } = rules
  return { sequence, ...assessment, acting: { ...orders, kills, halts, approvals, stages } }
}

export function statusText(view: EngineView): string {
  const { sequence, time, assessment } = view
  const usd = (value: number | undefined) => (value === undefined ? 'unknown' : `${Math.round(value)} USD`)
  const percent = (value: number | undefined) =>
    value === undefined ? 'none found' : `${value > 0 ? '+' : ''}${(value * 100).toFixed(1)} %`
  const lines = [`turn ${sequence}, ${new Date(time).toISOString()}`]
  for (const one of assessment.portfolios) {
    lines.push(
      '',
      `${one.portfolio} (${one.accounts.join(', ')}), inputs ${one.quality}`,
      `  equity ${usd(one.equity)}, maintenance ${usd(one.maintenanceMargin)}, margin ratio ${one.marginRatio?.toFixed(3) ?? 'unknown'}`,
      `  nearest liquidation ${percent(one.distance?.nearest)} of spot; worst scenario ${one.worstScenario?.name ?? ''} ${usd(one.worstScenario?.pnl)}`,
      ...one.greeks.map(
        (greeks) =>
          `  ${greeks.underlying.padEnd(5)} delta ${greeks.delta.toFixed(3)} (net ${greeks.deltaNet.toFixed(3)}), cash ${usd(greeks.cashDelta)}, gamma ${usd(greeks.gammaPerPercent)} per 1 %, vega ${usd(greeks.vegaPerVolPoint)} per vol point, theta ${usd(greeks.thetaPerDay)} a day`,
      ),
    )
  }
  lines.push(...assessment.accounts.flatMap(calibrationLines))
  lines.push(...actingLines(view))
  const doubtful = assessment.inputs.filter(({ quality }) => quality !== 'live')
  lines.push('', `${assessment.inputs.length} inputs, ${doubtful.length} not live`)
  for (const input of doubtful.slice(0, 10)) lines.push(`  ${input.name} ${input.quality}: ${input.reasons.join('; ')}`)
  return `${lines.join('\n')}\n`
}

/** What the venue says of an account beside what our model says; nothing where it never said anything. */
function calibrationLines({ account, calibration }: AccountAssessment): readonly string[] {
  if (calibration === undefined) return []
  const { samples, buffer, ageMs, latest, setAside } = calibration
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)} USD`
  const residuals = latest?.residuals.map(({ figure, residual }) => `${FIGURE_WORDS[figure]} ${signed(residual)}`) ?? []
  const age = ageMs === undefined ? '' : `, ${(ageMs / 1000).toFixed(0)} s ago`
  const lines = [
    `${account}: ${samples} comparisons with the venue's figures${age}; safety buffer ${(buffer * 100).toFixed(2)} %`,
  ]
  if (residuals.length > 0) lines.push(`  venue − ours: ${residuals.join(', ')}`)
  if (latest?.isCovered === false) lines.push('  the buffer is at its maximum and does not cover the difference')
  if (setAside !== undefined) lines.push(`  latest figures not used: ${setAside.reason}`)
  return ['', ...lines]
}

const FIGURE_WORDS = { equity: 'equity', initialMargin: 'initial margin', maintenanceMargin: 'maintenance margin' }

/** Orders that may still trade, lines to accounts, what waits for people, what is latched: only what there is. */
function actingLines({ orders, rules, time }: EngineView): readonly string[] {
  const seconds = (ms: number) => `${Math.max(0, ms / 1000).toFixed(0)} s`
  const age = (since: number) => seconds(time - since)
  const live = orders.orders.filter(({ status }) => isLive(status))
  const lines = [
    ...live.map(
      ({ id, status, size, filled, instrument, account, since, reason }) =>
        `  order ${id.slice(0, 12)} ${status}: ${size} of ${instrument} in ${account}, ${filled} filled, ${age(since)} old${reason === undefined ? '' : `; ${reason}`}`,
    ),
    ...orders.accounts.map(({ account, state, reconciled, waits, guards }) => {
      const armed = guards.map((guard) => `${guard.name} ${guard.state}`).join(', ')
      const guarded = armed === '' ? 'no guard told of' : armed
      return `  line to ${account} ${state}, ${reconciled ? 'reconciled' : `not reconciled: ${waits.join('; ')}`}; ${guarded}`
    }),
    ...orders.venues
      .filter(({ state }) => state !== 'open')
      .map(({ venue, state, detail }) => `  ${venue} is ${state}${detail === undefined ? '' : `: ${detail}`}`),
    ...Object.entries(rules.approvals).map(
      ([id, { rule, people, confirmed, expires }]) =>
        `  ${rule} waits for people: ${id.slice(0, 12)}, ${confirmed.length} of ${people} confirmed, lapses in ${seconds(expires - time)}`,
    ),
    ...Object.entries(rules.kills).map(
      ([scope, { mode, by, reason, since, told }]) =>
        `  kill ${scope} (${mode}) by ${by}, ${age(since)} ago: ${reason}; ${told?.state ?? 'working'}${told === undefined || told.open === '' ? '' : `: ${told.open}`}`,
    ),
    ...Object.entries(rules.halts)
      .filter(([scope]) => rules.kills[scope] === undefined)
      .map(([scope, { by, reason, since }]) => `  halt ${scope} by ${by}, ${age(since)} ago: ${reason}`),
  ]
  return lines.length === 0 ? [] : ['', 'acting', ...lines]
}
