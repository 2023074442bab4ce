import { moneyText, parseMoney } from '@holdfast/engine'
import { parseInstrumentKey } from '@holdfast/quant'
import type { Statement, VenueFill } from '@holdfast/venues'

/**
 * What an account should hold: its latest statement and the fills told since. Compared with the next statement before that is
 * told, so that a fill that is listed late does not look like a hand in the till.
 */
export type Holding = {
  /** Whether there was a statement. */
  readonly begun: boolean
  /** True where the fill was not told before: then it is to be told. */
  note(fill: VenueFill): boolean
  /** Size held in an instrument, signed, exact; undefined before the first statement. */
  size(instrument: string): bigint | undefined
  /** In which instruments a statement says something else, in words; empty before the first one. */
  differences(statement: Statement): readonly string[]
  take(statement: Statement): void
}

/** Fills that were told are remembered up to so many; older ones the engine knows. */
const REMEMBERED_MAX = 20_000

export function createHolding(): Holding {
  const told = new Set<string>()
  let sizes: Map<string, bigint> | undefined

  return {
    get begun() {
      return sizes !== undefined
    },
    note({ fillId, instrument, size }) {
      if (told.has(fillId)) return false
      told.add(fillId)
      if (told.size > REMEMBERED_MAX) told.delete(told.values().next().value!)
      // What is bought of a coin is in the balances.
      const spot = parseInstrumentKey(instrument)?.kind === 'spot'
      if (sizes !== undefined && !spot) sizes.set(instrument, (sizes.get(instrument) ?? 0n) + (parseMoney(size) ?? 0n))
      return true
    },
    size: (instrument) => (sizes === undefined ? undefined : (sizes.get(instrument) ?? 0n)),
    differences(statement) {
      if (sizes === undefined) return []
      const said = sizesOf(statement)
      // The union of both: what is in one only is a difference too.
      return [...new Set([...sizes.keys(), ...said.keys()])].sort().flatMap((instrument) => {
        const [before, after] = [sizes?.get(instrument) ?? 0n, said.get(instrument) ?? 0n]
        return before === after
          ? []
          : [`${instrument}: ${moneyText(before)} by fills, ${moneyText(after)} by statement`]
      })
    },
    take(statement) {
      sizes = sizesOf(statement)
    },
  }
}

function sizesOf({ positions }: Statement): Map<string, bigint> {
  return new Map(positions.map(({ instrument, size }) => [instrument, parseMoney(size) ?? 0n]))
}
