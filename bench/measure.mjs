// Interleaved measurement: every round runs each side once, so that what disturbs the machine disturbs all of them.

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** CPU nanoseconds of one call of `work`, out of `repeats` calls in a row. */
export function cpuNanoseconds(work, repeats) {
  const before = process.cpuUsage()
  for (let i = 0; i < repeats; i++) work()
  const used = process.cpuUsage(before)
  return ((used.user + used.system) * 1000) / repeats
}

/**
 * @param {{id: string, what: string, unit: string, rounds?: number, ours: () => number | Promise<number>,
 *   peer: {name: string, run: () => number | Promise<number>} | {name: string, unavailable: string}}} benchmark -
 *   `ours` and `peer.run` each give one figure in `unit`; the first of each is thrown away.
 * @returns a result as `npm run bench -- --json` prints it: `ratio` is the median of ours ÷ peer over the rounds.
 */
export async function compare({ id, what, unit, rounds = 7, ours, peer }) {
  const own = []
  const theirs = []
  for (let round = -1; round < rounds; round++) {
    const a = await ours()
    const b = 'run' in peer ? await peer.run() : undefined
    if (round < 0) continue
    own.push(a)
    if (b !== undefined) theirs.push(b)
  }
  const result = { id, what, median: median(own), unit, runs: rounds }
  if (theirs.length === 0) return { ...result, peer: { name: peer.name, unavailable: peer.unavailable } }
  const ratio = median(own.map((x, i) => x / theirs[i]))
  return { ...result, peer: { name: peer.name, median: median(theirs) }, ratio }
}

/** Numbers of a seeded generator on [0, 1), the same in every run. */
export function uniform(seed) {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}
