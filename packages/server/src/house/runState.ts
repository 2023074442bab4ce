import type { Configuration, HeaderRecord } from '@holdfast/engine'
import { sourceExtent } from '@holdfast/simulator'
import type { RunView } from '../api/ports.js'
import type { RunOutcome } from '../run/loop.js'
import type { Observer } from '../run/ports.js'

/** Data times between which a run goes, epoch milliseconds. */
export type RunExtent = { readonly from: number; readonly to: number }

/** From the earliest beginning to the latest end of the sources; undefined where one does not say. */
export async function runExtent(sources: Configuration['sources'], baseDir: string): Promise<RunExtent | undefined> {
  const extents = await Promise.all(sources.map((source) => sourceExtent(source, { baseDir })))
  const known = extents.filter((extent) => extent !== undefined)
  if (known.length === 0 || known.length < extents.length) return undefined
  return { from: Math.min(...known.map(({ from }) => from)), to: Math.max(...known.map(({ to }) => to)) }
}

export type RunStateOptions = {
  readonly configuration: Configuration
  readonly version: string
  readonly speed: number | 'max'
  readonly header: HeaderRecord
  readonly extent: RunExtent | undefined
}

/** How the run is doing, for the API and for the health check. */
export function createRunState({ configuration, version, speed, header, extent }: RunStateOptions) {
  const startedTime = Date.now()
  let state: RunView['state'] = 'starting'
  let fault: string | undefined
  let turns = 0
  let dataTime = 0
  let lastTurnWallTime: number | undefined

  const progress = () => {
    if (extent === undefined || dataTime === 0) return {}
    const share = extent.to > extent.from ? (dataTime - extent.from) / (extent.to - extent.from) : 1
    return { progress: Math.min(1, Math.max(0, share)) }
  }

  return {
    begin: () => {
      state = 'running'
    },
    end: (outcome: RunOutcome) => {
      turns = outcome.turns
      state = 'finished'
    },
    fail: (error: unknown) => {
      state = 'failed'
      fault = error instanceof Error ? error.message : String(error)
    },
    observer: {
      name: 'run',
      turn(turn: { readonly sequence: number; readonly time: number }) {
        turns = turn.sequence
        dataTime = turn.time
        lastTurnWallTime = Date.now()
      },
    } satisfies Observer,
    view: (): RunView => ({
      name: configuration.name,
      version,
      state,
      startedTime,
      turns,
      speed,
      configurationHash: header.configurationHash,
      rulebookHash: header.rulebookHash,
      ...progress(),
      ...(lastTurnWallTime === undefined ? {} : { lastTurnWallTime }),
      ...(fault === undefined ? {} : { fault }),
    }),
  }
}
