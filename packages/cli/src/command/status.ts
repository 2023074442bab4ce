import type { AccountAssessment, EngineView } from '@holdfast/engine'
import type { Command } from 'commander'
import { writeOut } from '../output.js'
import { openRecorded } from '../recorded.js'

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('what is held now: equity, margin, Greeks, distance to liquidation, quality of the inputs')
    .argument('[place]', 'the configuration or the journal of the run', 'examples/february-2026.yaml')
    .option('--json', 'print the assessment as JSON')
    .action(async (place: string, flags: { json?: boolean }) => {
      const view = openRecorded(place).replay().view()
      if (flags.json === true) await writeOut(`${JSON.stringify({ sequence: view.sequence, ...view.assessment })}\n`)
      else await writeOut(statusText(view))
    })
}

export function statusText({ sequence, time, assessment }: EngineView): string {
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
