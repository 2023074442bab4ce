import { BUILT_IN_SCENARIOS } from '../scenario/builtIn.js'
import { readScenario, type ScenarioSnapshot } from '../scenario/format.js'
import { interpolateMarket } from '../scenario/interpolate.js'

/** What the oracles of the venue see at one time. */
export type PathInstant = {
  /** Epoch milliseconds. */
  readonly time: number
  /** Index prices, USD. */
  readonly btc: number
  readonly eth: number
  /** ≥ 1: spreads are so many times wider, books so many times thinner than on a calm day. */
  readonly stress: number
}

/** An interpolated instant keeps this far from a recorded one: the venue works for some minutes on each. */
const APART_MS = 300_000

/** The index path of February 2026: the recorded instants, and between them one on every step of the clock, interpolated. */
export async function readPath(): Promise<readonly PathInstant[]> {
  const path: PathInstant[] = []
  let before: ScenarioSnapshot | undefined
  let stepMs = 0
  for await (const line of readScenario(BUILT_IN_SCENARIOS['february-2026']!)) {
    if (line.kind === 'header') {
      stepMs = line.header.stepMinutes * 60_000
      continue
    }
    const { snapshot } = line
    if (before !== undefined) {
      const { time, stress } = before
      const [first, last] = [time + APART_MS, snapshot.time - APART_MS]
      for (let at = Math.ceil(first / stepMs) * stepMs; at <= last; at += stepMs) {
        const price = (underlying: string) => interpolateMarket(before!, snapshot, underlying, at).index
        path.push({ time: at, btc: price('BTC'), eth: price('ETH'), stress })
      }
    }
    const { market, time, stress } = snapshot
    path.push({ time, btc: market.BTC!.index, eth: market.ETH!.index, stress })
    before = snapshot
  }
  return path
}
