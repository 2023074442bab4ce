import { InputError } from '../inputError.js'
import { type ScenarioItem, type Shock, scenarioPnl } from './revalue.js'

/** A named joint move; `byUnderlying` overrides it for some underlyings (a beta, a stress of one coin). */
export type Scenario = {
  readonly name: string
  readonly shock: Shock
  readonly byUnderlying?: Readonly<Record<string, Shock>>
}

/** P&L of one unit of each item under each scenario, row-major: `pnl[item * scenarios + scenario]`. */
export type ScenarioTable = { readonly items: number; readonly scenarios: number; readonly pnl: Float64Array }

/** Values each item once per scenario, so that any number of books over the same items only multiply and add. */
export function scenarioTable(items: readonly ScenarioItem[], scenarios: readonly Scenario[]): ScenarioTable {
  const pnl = new Float64Array(items.length * scenarios.length)
  items.forEach((item, row) => {
    scenarios.forEach((scenario, column) => {
      const own = scenario.byUnderlying
      const shock = own !== undefined && Object.hasOwn(own, item.underlying) ? own[item.underlying]! : scenario.shock
      pnl[row * scenarios.length + column] = scenarioPnl(item, shock)
    })
  })
  return { items: items.length, scenarios: scenarios.length, pnl }
}

/**
 * P&L of a book under each scenario: Σ size × unit P&L, summed in the order of the items.
 *
 * @param sizes - signed, one per item of the table, in the item's size unit.
 */
export function bookPnl(table: ScenarioTable, sizes: readonly number[]): Float64Array {
  if (sizes.length !== table.items) throw new InputError('sizes', sizes.length, `a list of ${table.items} sizes`)
  const total = new Float64Array(table.scenarios)
  sizes.forEach((size, row) => {
    if (!Number.isFinite(size)) throw new InputError(`sizes[${row}]`, size, 'a finite number')
    for (let column = 0; column < table.scenarios; column++) {
      total[column]! += size * table.pnl[row * table.scenarios + column]!
    }
  })
  return total
}

/** The scenario of the lowest P&L, the first of equals; undefined where there is none. */
export function worstScenario(
  scenarios: readonly Scenario[],
  pnl: Float64Array,
): { readonly name: string; readonly pnl: number } | undefined {
  let worst: { readonly name: string; readonly pnl: number } | undefined
  scenarios.forEach(({ name }, index) => {
    const value = pnl[index]!
    if (worst === undefined || value < worst.pnl) worst = { name, pnl: value }
  })
  return worst
}

/**
 * Every spot move with every vol move, spot by spot: `gridScenarios([-0.1, 0], [0, 0.5])` makes four.
 *
 * @param spotMoves - relative, e.g. −0.1.
 * @param volMoves - relative by default: 0.5 is half as much again.
 */
export function gridScenarios(
  spotMoves: readonly number[],
  volMoves: readonly number[],
  options: { readonly volKind?: 'relative' | 'absolute' } & Pick<Shock, 'stickiness' | 'yearsPassed'> = {},
): readonly Scenario[] {
  const { volKind = 'relative', ...rest } = options
  return spotMoves.flatMap((spotMove) =>
    volMoves.map((change) => ({
      name: `spot ${percent(spotMove)}, vol ${volKind === 'relative' ? percent(change) : `${points(change)} points`}`,
      shock: { spotMove, vol: { kind: volKind, change }, ...rest },
    })),
  )
}

function percent(move: number): string {
  return `${points(move)} %`
}

/** Hundredths, to two digits, with a sign: `−12.5`, `0`, `+30`. */
function points(move: number): string {
  const hundredths = Math.round(move * 1e4) / 100
  if (hundredths === 0) return '0'
  return hundredths > 0 ? `+${hundredths}` : `−${-hundredths}`
}
