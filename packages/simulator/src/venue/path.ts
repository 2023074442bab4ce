import { BUILT_IN_SCENARIOS } from '../scenario/builtIn.js'
import { readScenario, type ScenarioSnapshot } from '../scenario/format.js'
import { interpolateMarket } from '../scenario/interpolate.js'

/** Index prices of underlyings over time: what accounts live through. */
export type VenuePath = { readonly underlyings: readonly string[]; readonly steps: readonly PathStep[] }

export type PathStep = {
  /** Epoch milliseconds. */
  readonly time: number
  /** USD, in the order of the underlyings. */
  readonly prices: readonly number[]
  /** ≥ 1: spreads are so many times wider, books so many times thinner than on a calm day. */
  readonly stress: number
}

/** An interpolated instant keeps this far from a recorded one: a venue works for some minutes on each. */
const APART_MS = 300_000

/**
 * The index path of a built-in scenario: the recorded instants, and between them one on every step of the clock, interpolated.
 *
 * @param stepMinutes - step of the clock; that of the scenario where absent.
 */
export async function scenarioPath(name = 'february-2026', stepMinutes?: number): Promise<VenuePath> {
  const underlyings = ['BTC', 'ETH']
  const steps: PathStep[] = []
  let before: ScenarioSnapshot | undefined
  let stepMs = 0
  for await (const line of readScenario(BUILT_IN_SCENARIOS[name]!)) {
    if (line.kind === 'header') {
      stepMs = (stepMinutes ?? line.header.stepMinutes) * 60_000
      continue
    }
    const { snapshot } = line
    if (before !== undefined) {
      const { time, stress } = before
      const [first, last] = [time + APART_MS, snapshot.time - APART_MS]
      for (let at = Math.ceil(first / stepMs) * stepMs; at <= last; at += stepMs) {
        const prices = underlyings.map((underlying) => interpolateMarket(before!, snapshot, underlying, at).index)
        steps.push({ time: at, prices, stress })
      }
    }
    const { market, time, stress } = snapshot
    steps.push({ time, prices: underlyings.map((underlying) => market[underlying]!.index), stress })
    before = snapshot
  }
  return { underlyings, steps }
}
