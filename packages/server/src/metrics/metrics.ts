import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { ActMetrics } from '../act/desk.js'
import type { ApiPorts } from '../api/ports.js'
import type { ReadModel } from '../api/readModel.js'
import { actMetrics } from './actMetrics.js'
import { collectAssessment } from './assessmentGauges.js'

export type MetricDescription = {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly labels: readonly string[]
}

export type Metrics = {
  readonly contentType: string
  text(): Promise<string>
  /** Every metric in the order of its name: what the reference page lists. */
  describe(): readonly MetricDescription[]
  /** Wall time of one turn of the loop, seconds. */
  turnTook(seconds: number): void
  requestAnswered(status: number): void
  alertDelivered(channel: string, outcome: 'delivered' | 'retried' | 'dropped'): void
  /** The alerter's own heartbeat went out, wall clock, epoch milliseconds. */
  heartbeatSent(time: number): void
  readonly act: ActMetrics
}

/** Prometheus metrics of the house in a registry of its own: `holdfast_`, base units, no label per strike. */
export function createMetrics(ports: ApiPorts, model: ReadModel): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const turnSeconds = new Histogram({
    name: 'holdfast_loop_turn_duration_seconds',
    help: 'Wall time of one turn of the loop',
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  })
  const requests = new Counter({
    name: 'holdfast_http_requests_total',
    help: 'Requests answered, by class of status',
    labelNames: ['class'],
    registers,
  })
  const alertsSent = new Counter({
    name: 'holdfast_alerts_sent_total',
    help: 'Notifications by channel and what became of them',
    labelNames: ['channel', 'outcome'],
    registers,
  })
  const heartbeat = new Gauge({
    name: 'holdfast_alerter_heartbeat_timestamp_seconds',
    help: 'When the alerter last proved that it is alive',
    registers,
  })
  loopGauges(registry, ports, model)
  decisionCounters(registry, model)
  collectAssessment(registry, model)
  const act = actMetrics(registry, model)

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    describe: () => describe(registry),
    turnTook: (seconds) => turnSeconds.observe(seconds),
    requestAnswered: (status) => requests.inc({ class: `${Math.floor(status / 100)}xx` }),
    alertDelivered: (channel, outcome) => alertsSent.inc({ channel, outcome }),
    heartbeatSent: (time) => heartbeat.set(time / 1000),
    act,
  }
}

/** The typings of a registry's metrics leave out what the metrics themselves carry. */
type Registered = { readonly name: string; readonly help: string; readonly labelNames?: readonly string[] }

function describe(registry: Registry): readonly MetricDescription[] {
  const registered = registry.getMetricsAsArray() as readonly Registered[]
  return registered
    .map((metric) => ({
      name: metric.name,
      type: metric.constructor.name.toLowerCase(),
      help: metric.help,
      labels: metric.labelNames ?? [],
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function loopGauges(registry: Registry, ports: ApiPorts, model: ReadModel): void {
  const registers = [registry]
  new Gauge({
    name: 'holdfast_loop_last_success_timestamp_seconds',
    help: 'Wall clock at the end of the latest turn that succeeded',
    registers,
    collect() {
      const time = ports.run().lastTurnWallTime
      if (time !== undefined) this.set(time / 1000)
    },
  })
  new Gauge({
    name: 'holdfast_journal_sequence',
    help: 'Sequence of the latest record of the journal',
    registers,
    collect() {
      this.set(model.head()?.sequence ?? 0)
    },
  })
  new Gauge({
    name: 'holdfast_alerts_firing',
    help: 'Alerts that stand now, by tier',
    labelNames: ['tier'],
    registers,
    collect() {
      for (const tier of ['notice', 'warning', 'critical']) this.set({ tier }, 0)
      for (const alert of model.alerts.list()) if (alert.endsTime === undefined) this.inc({ tier: alert.tier })
    },
  })
  new Gauge({
    name: 'holdfast_build_info',
    help: 'What runs here; always 1',
    labelNames: ['version', 'rulebook', 'configuration'],
    registers,
    collect() {
      const run = ports.run()
      this.set({ version: run.version, rulebook: run.rulebookHash, configuration: run.configurationHash }, 1)
    },
  })
}

function decisionCounters(registry: Registry, model: ReadModel): void {
  const decisions = new Counter({
    name: 'holdfast_policy_decisions_total',
    help: 'Decisions by rule and outcome',
    labelNames: ['rule', 'decision'],
    registers: [registry],
  })
  const actions = new Counter({
    name: 'holdfast_actions_total',
    help: 'Actions by kind and outcome',
    labelNames: ['action', 'outcome'],
    registers: [registry],
  })
  model.onTurn((turn) => {
    for (const { rule, outcome, action } of turn.decisions) {
      decisions.inc({ rule, decision: outcome })
      actions.inc({ action: action.kind, outcome })
    }
  })
}
