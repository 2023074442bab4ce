import type { RecordedDecision } from './readModel.js'

/** An alert as the house sees it: when it began, whether it still stands, and whether a person has seen it. */
export type AlertRecord = {
  /** Id of the decision that raised it. */
  readonly id: string
  readonly rule: string
  readonly tier: 'notice' | 'warning' | 'critical'
  readonly summary: string
  readonly labels: Readonly<Record<string, string>>
  readonly startsTime: number
  readonly endsTime?: number
  readonly sequence: number
  readonly acknowledged?: { readonly by: string; readonly time: number }
}

export type AlertLog = {
  observe(recorded: RecordedDecision): void
  /** Oldest first. */
  list(): readonly AlertRecord[]
  find(id: string): AlertRecord | undefined
  acknowledge(id: string, by: string, time: number): AlertRecord | undefined
}

/** Alerts by the decisions that raise and resolve them. A resolved decision ends the firing one with the same subject. */
export function createAlertLog(recordsMax: number): AlertLog {
  const records = new Map<string, AlertRecord>()
  const firing = new Map<string, string>()

  return {
    observe({ decision, sequence }) {
      if (decision.action.kind !== 'alert') return
      const subject = `${decision.rule} ${JSON.stringify(decision.scope)}`
      const before = firing.get(subject)
      const standing = before === undefined ? undefined : records.get(before)
      if (standing !== undefined && standing.endsTime === undefined) {
        records.set(standing.id, { ...standing, endsTime: decision.time })
      }
      if (decision.action.state === 'resolved') {
        firing.delete(subject)
        return
      }
      firing.set(subject, decision.id)
      records.set(decision.id, {
        id: decision.id,
        rule: decision.rule,
        tier: decision.action.tier,
        summary: decision.action.summary,
        labels: decision.action.labels,
        startsTime: decision.time,
        sequence,
      })
      if (records.size > recordsMax) {
        const oldest = records.keys().next().value
        if (oldest !== undefined) records.delete(oldest)
      }
    },
    list: () => [...records.values()],
    find: (id) => records.get(id),
    acknowledge(id, by, time) {
      const record = records.get(id)
      if (record === undefined) return undefined
      const seen = { ...record, acknowledged: record.acknowledged ?? { by, time } }
      records.set(id, seen)
      return seen
    },
  }
}
