import { expect, it } from 'vitest'
import { inputClass } from '../src/metrics/assessmentGauges.js'
import { createMetrics } from '../src/metrics/metrics.js'
import { testHouse } from './testHouse.js'

it('behavior: /metrics tells the core set in base units, with no label per strike', async () => {
  const house = testHouse(200, 0)
  const metrics = createMetrics(house.ports, house.model)
  house.feed(200)
  metrics.turnTook(0.004)
  metrics.alertDelivered('telegram', 'retried')
  metrics.heartbeatSent(1_700_000_000_000)
  const api = await house.api({ metrics })
  const response = await api.inject('/metrics')
  expect(response.headers['content-type']).toContain('text/plain')
  const text = response.body
  const equity = house.model.assessment()!.accounts[1]!
  expect(text).toContain(
    `holdfast_account_equity_usd{account="deribit-main"} ${equity.margin.ok && equity.margin.equity}`,
  )
  for (const name of [
    'holdfast_account_maintenance_margin_ratio{account="deribit-eth"}',
    'holdfast_liquidation_distance_ratio{account="deribit-main"}',
    'holdfast_net_delta_usd{portfolio="desk",underlying="BTC"}',
    'holdfast_input_age_seconds{class="index:BTC"} 0.8',
    'holdfast_input_last_update_timestamp_seconds{class="index:BTC"}',
    'holdfast_loop_last_success_timestamp_seconds',
    'holdfast_policy_decisions_total{rule="margin-warning",decision="planned"}',
    'holdfast_actions_total{action="order",outcome="planned"}',
    'holdfast_alerts_sent_total{channel="telegram",outcome="retried"} 1',
    'holdfast_alerter_heartbeat_timestamp_seconds 1700000000',
    'holdfast_journal_sequence 200',
    'holdfast_build_info{version="0.1.0"',
  ]) {
    expect(text).toContain(name)
  }
  for (const line of text.split('\n').filter((row) => row !== '' && !row.startsWith('#'))) {
    expect(line).toMatch(/^holdfast_/)
    expect(line).not.toMatch(/-\d+-[CP]"/)
  }
})

it('behavior: a number that is not known has no sample', async () => {
  const house = testHouse(1, 0)
  const metrics = createMetrics(house.ports, house.model)
  expect(await metrics.text()).not.toMatch(/holdfast_account_equity_usd\{/)
})

it.each([
  ['quote:deribit:BTC/USD:BTC-260227-80000-C', 'quote:BTC'],
  ['surface:BTC:2026-02-27', 'surface:BTC'],
  ['index:ETH', 'index:ETH'],
  ['account:deribit-main', 'account:deribit-main'],
])('args: the class of %s is %s', (name, expected) => {
  expect(inputClass(name)).toBe(expected)
})
