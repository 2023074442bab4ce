import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { ActMetrics } from '../act/desk.js'
import type { ReadModel } from '../api/readModel.js'

/** What acting does, and how far behind it is. */
export function actMetrics(registry: Registry, model: ReadModel): ActMetrics {
  const registers = [registry]
  const answers = new Counter({
    name: 'holdfast_orders_answered_total',
    help: 'Orders by account and what the venue, or our own bounds, said of them',
    labelNames: ['account', 'outcome'],
    registers,
  })
  const answerSeconds = new Histogram({
    name: 'holdfast_order_answer_seconds',
    help: 'From sending an order to its answer',
    labelNames: ['account'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  const settled = new Counter({
    name: 'holdfast_orders_settled_total',
    help: 'Orders of unknown fate, by what told it in the end',
    labelNames: ['account', 'by'],
    registers,
  })
  const cancels = new Counter({
    name: 'holdfast_cancels_answered_total',
    help: 'Cancels by outcome; failed ones are asked for again',
    labelNames: ['account', 'outcome'],
    registers,
  })
  const orphans = new Counter({
    name: 'holdfast_orders_orphaned_total',
    help: 'Orders of ours found at a venue that no decision wanted; each is withdrawn',
    labelNames: ['account'],
    registers,
  })
  const reconciled = new Gauge({
    name: 'holdfast_account_reconciled_timestamp_seconds',
    help: 'When the venue was asked for the statement and the orders that were told last',
    labelNames: ['account'],
    registers,
  })
  orderGauges(registry, model)
  return {
    orderAnswered(account, outcome, seconds) {
      answers.inc({ account, outcome })
      if (outcome === 'confirmed' || outcome === 'rejected') answerSeconds.observe({ account }, seconds)
    },
    orderSettled: (account, by) => settled.inc({ account, by }),
    cancelAnswered: (account, outcome) => cancels.inc({ account, outcome }),
    orphanFound: (account) => orphans.inc({ account }),
    reconciled: (account, time) => reconciled.set({ account }, time / 1000),
  }
}

function orderGauges(registry: Registry, model: ReadModel): void {
  new Gauge({
    name: 'holdfast_orders_live',
    help: 'Orders that may still trade, by account and status',
    labelNames: ['account', 'status'],
    registers: [registry],
    collect() {
      this.reset()
      const { orders, accounts } = model.view()?.orders ?? { orders: [], accounts: [] }
      for (const { account } of accounts) {
        for (const status of ['sending', 'open', 'unresolved']) this.set({ account, status }, 0)
      }
      for (const { account, status } of orders) {
        if (status === 'sending' || status === 'open' || status === 'unresolved') this.inc({ account, status })
      }
    },
  })
  new Gauge({
    name: 'holdfast_account_reconciled',
    help: '1 where the venue has said everything and nothing waits for a person',
    labelNames: ['account'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { account, reconciled } of model.view()?.orders.accounts ?? [])
        this.set({ account }, reconciled ? 1 : 0)
    },
  })
}
