import type { Assessment } from '@holdfast/engine'
import type { IdempotencyStore } from '../idempotency.js'
import type { ApiPorts } from '../ports.js'
import { Problem } from '../problem.js'
import type { ReadModel } from '../readModel.js'

/** What every route may use. */
export type RouteContext = {
  readonly ports: ApiPorts
  readonly model: ReadModel
  readonly idempotency: IdempotencyStore
}

/** The latest numbers, or a retryable refusal before there are any. */
export function currentAssessment({ model }: RouteContext): Assessment {
  const assessment = model.assessment()
  if (assessment === undefined) throw new Problem('NOT_READY', 'no turn of the loop has been recorded yet')
  return assessment
}
