import type { AccountAssessment, InputState } from '@holdfast/engine'
import { parseInstrumentKey } from '@holdfast/quant'
import { Gauge, type Registry } from 'prom-client'
import type { ReadModel } from '../api/readModel.js'

/**
 * Gauges read from the latest assessment when they are scraped. A number that is not known has no sample: a gap in a chart,
 * not a zero.
 */
export function collectAssessment(registry: Registry, model: ReadModel): void {
  const accountGauge = (name: string, help: string, read: (account: AccountAssessment) => number | undefined) =>
    new Gauge({
      name,
      help,
      labelNames: ['account'],
      registers: [registry],
      collect() {
        this.reset()
        for (const account of model.assessment()?.accounts ?? []) {
          const value = read(account)
          if (value !== undefined) this.set({ account: account.account }, value)
        }
      },
    })
  accountGauge('holdfast_account_equity_usd', 'Collateral after haircuts plus unrealised P&L', ({ margin }) =>
    margin.ok ? margin.equity : undefined,
  )
  accountGauge('holdfast_account_initial_margin_usd', 'Requirement to open', ({ margin }) =>
    margin.ok ? margin.initialMargin : undefined,
  )
  accountGauge('holdfast_account_maintenance_margin_usd', 'Requirement to stay open', ({ margin }) =>
    margin.ok ? margin.maintenanceMargin : undefined,
  )
  accountGauge(
    'holdfast_account_maintenance_margin_ratio',
    'Maintenance margin over equity; liquidatable at 1 and above',
    ({ marginRatio }) => marginRatio,
  )
  accountGauge(
    'holdfast_liquidation_distance_ratio',
    'Nearest relative spot move to liquidation, signed',
    ({ distance }) => distance?.nearest,
  )
  accountGauge(
    'holdfast_worst_scenario_usd',
    'P&L of the worst scenario, signed',
    (account) => account.worstScenario?.pnl,
  )

  accountGauge(
    'holdfast_account_safety_buffer_ratio',
    "By which the venue's own figures raise our requirements; only where the venue gave figures",
    ({ calibration }) => calibration?.buffer,
  )
  accountGauge(
    'holdfast_account_venue_figure_age_seconds',
    "Age of the venue's figures that were compared last",
    ({ calibration }) => seconds(calibration?.ageMs),
  )
  accountGauge(
    'holdfast_account_venue_figure_comparisons',
    "How often the venue's figures were compared with ours",
    ({ calibration }) => calibration?.samples,
  )
  new Gauge({
    name: 'holdfast_account_margin_residual_usd',
    help: "Venue's figure minus ours when last compared, signed; a requirement above 0 and an equity below 0: ours is too favourable",
    labelNames: ['account', 'figure'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { account, calibration } of model.assessment()?.accounts ?? []) {
        for (const { figure, residual } of calibration?.latest?.residuals ?? []) this.set({ account, figure }, residual)
      }
    },
  })
  new Gauge({
    name: 'holdfast_net_delta_usd',
    help: 'Cash delta by portfolio and underlying',
    labelNames: ['portfolio', 'underlying'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { portfolio, greeks } of model.assessment()?.portfolios ?? []) {
        for (const { underlying, cashDelta } of greeks) this.set({ portfolio, underlying }, cashDelta)
      }
    },
  })
  inputGauge(registry, model, 'holdfast_input_age_seconds', 'Age of the oldest input of a class', ({ ageMs }) =>
    seconds(ageMs),
  )
  inputGauge(
    registry,
    model,
    'holdfast_input_last_update_timestamp_seconds',
    'Source time of the oldest input of a class',
    ({ sourceTime }) => seconds(sourceTime),
    Math.min,
  )
  new Gauge({
    name: 'holdfast_inputs',
    help: 'Number of inputs by class and quality',
    labelNames: ['class', 'quality'],
    registers: [registry],
    collect() {
      this.reset()
      for (const input of model.assessment()?.inputs ?? []) {
        this.inc({ class: inputClass(input.name), quality: input.quality })
      }
    },
  })
}

function inputGauge(
  registry: Registry,
  model: ReadModel,
  name: string,
  help: string,
  read: (input: InputState) => number | undefined,
  worst: (a: number, b: number) => number = Math.max,
): void {
  new Gauge({
    name,
    help,
    labelNames: ['class'],
    registers: [registry],
    collect() {
      this.reset()
      const values = new Map<string, number>()
      for (const input of model.assessment()?.inputs ?? []) {
        const value = read(input)
        if (value === undefined) continue
        const label = inputClass(input.name)
        const before = values.get(label)
        values.set(label, before === undefined ? value : worst(before, value))
      }
      for (const [label, value] of values) this.set({ class: label }, value)
    },
  })
}

/** `quote:deribit:BTC/USD:BTC-260227-80000-C` → `quote:BTC`: a venue lists thousands of strikes, a label must not. */
export function inputClass(name: string): string {
  const [kind = name, ...rest] = name.split(':')
  if (kind === 'account') return name
  const instrument = parseInstrumentKey(rest.join(':'))
  return `${kind}:${instrument?.underlying ?? rest[0] ?? ''}`
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000
}
