import { describe, expect, it } from 'vitest'
import type { ScopeKind } from '../measure.js'
import { compileCondition } from './compileCondition.js'

const scope = (kind: ScopeKind, underlyings: readonly string[] = []) => ({ kind, underlyings })

function compiled(text: string, kind: ScopeKind = 'account', underlyings: readonly string[] = []) {
  const result = compileCondition(text, scope(kind, underlyings))
  if (!result.ok) throw new Error(`${text}: ${result.complaints.map(({ message }) => message).join('; ')}`)
  return result.condition
}

const holds = (
  text: string,
  values: Record<string, number | string>,
  kind?: ScopeKind,
  underlyings?: readonly string[],
) => compiled(text, kind, underlyings).evaluate(new Map(Object.entries(values))).holds

describe('conditions', () => {
  it.each<[string, Record<string, number | string>, boolean | 'unknown']>([
    ['margin_ratio > 0.65', { margin_ratio: 0.7 }, true],
    ['margin_ratio > percent(65)', { margin_ratio: 0.64 }, false],
    ['equity > 3', { equity: 3 }, false],
    ['margin_ratio > 3 / 4', { margin_ratio: 0.5 }, false],
    ['2 * equity - 10 >= maintenance_margin', { equity: 10, maintenance_margin: 10 }, true],
    ['max(abs(pnl), 5) == 5', { pnl: -3 }, true],
    ['0.65 < margin_ratio', { margin_ratio: 0.7 }, true],
    ['!(equity > 0) || margin_ratio > 1', { equity: -1, margin_ratio: 0 }, true],
    ['equity / maintenance_margin > 2', { equity: 10, maintenance_margin: 4 }, true],
    ['quality in ["stale", "unknown"]', { quality: 'stale' }, true],
    ['quality == "live" ? equity > 1 : equity > 2', { quality: 'live', equity: 1.5 }, true],
    ['(equity + 1) * 2 > 5', { equity: 2 }, true],
    ['-equity > 1', { equity: -2 }, true],
  ])('behavior: %s', (text, values, expected) => {
    expect(holds(text, values)).toBe(expected)
  })

  it('behavior: what is unknown is neither true nor false, and only matters where it could change the answer', () => {
    expect(holds('margin_ratio > 0.65', {})).toBe('unknown')
    expect(holds('margin_ratio > 0.65', { margin_ratio: Number.NaN })).toBe('unknown')
    expect(holds('!(margin_ratio > 0.65)', {})).toBe('unknown')
    expect(holds('margin_ratio > 0.65 || equity < 5', { equity: 1 })).toBe(true)
    expect(holds('margin_ratio > 0.65 && equity < 5', { equity: 9 })).toBe(false)
    expect(holds('margin_ratio > 0.65 && equity < 5', { equity: 1 })).toBe('unknown')
    expect(holds('equity / maintenance_margin > 2', { equity: 0, maintenance_margin: 0 })).toBe('unknown')
    expect(holds('margin_ratio > 0.65', { margin_ratio: Number.POSITIVE_INFINITY })).toBe(true)
  })

  it('behavior: units: a coin function where one underlying is in scope, seconds by minutes', () => {
    expect(holds('abs(delta_net) > btc(3)', { delta_net: -4 }, 'underlying', ['BTC'])).toBe(true)
    expect(holds('input_age > minutes(15)', { input_age: 901 }, 'input')).toBe(true)
    const eth = compileCondition('delta > btc(3)', scope('underlying', ['BTC', 'ETH']))
    expect(eth.ok ? [] : eth.complaints.map(({ message }) => message)).toEqual(["unknown function 'btc'"])
  })

  it('behavior: terms show each comparison, the measure on the left', () => {
    const { terms } = compiled('0.65 < margin_ratio && equity > 10').evaluate(new Map([['margin_ratio', 0.7]]))
    expect(terms).toEqual([
      {
        text: 'margin_ratio > 0.65',
        measure: 'margin_ratio',
        value: 0.7,
        operator: '>',
        threshold: 0.65,
        unit: 'ratio',
        holds: true,
      },
      {
        text: 'equity > 10',
        measure: 'equity',
        value: 'unknown',
        operator: '>',
        threshold: 10,
        unit: 'USD',
        holds: 'unknown',
      },
    ])
  })

  it.each<[string, string, number, number]>([
    ['margin_ration > 1', "unknown measure 'margin_ration'", 0, 13],
    ['3 > 1 && equty > 1', "unknown measure 'equty'", 9, 14],
    ['equity > "x"', 'no such overload: number > text', 0, 12],
    ['equity + 1', 'a condition is true or false; this is a number', 0, 10],
    ['equity > percent(5)', 'USD and a ratio do not go together', 0, 19],
    ['usd(equity) > 1', 'usd() gives a number its unit; this one has a unit already', 4, 10],
    ['equity.foo > 1', 'this form is not part of conditions', 0, 10],
    ['[1, 2].all(x, x > 1)', 'this form is not part of conditions', 0, 20],
    ['foo(equity) > 1', "unknown function 'foo'", 0, 11],
    ['equity >', 'not a condition: unexpected token: EOF', 7, 8],
  ])('error: %s', (text, message, start, end) => {
    const result = compileCondition(text, scope('account'))
    expect(result.ok ? [] : result.complaints.map((one) => [one.message, one.start, one.end])).toContainEqual([
      message,
      start,
      end,
    ])
  })

  it('error: hints for what people write elsewhere', () => {
    const hint = (text: string) => {
      const result = compileCondition(text, scope('underlying', ['BTC']))
      return result.ok ? undefined : result.complaints[0]?.suggestion
    }
    expect(hint('delta > 3 BTC')).toBe('btc(3)')
    expect(hint('concentration_strike > 30 %')).toBe('percent(30)')
    expect(hint('delta > 3 and vega > 2')).toBe('write && for and, || for or, ! for not')
    expect(hint('delta = 3')).toBe('write == to compare')
  })

  it('behavior: a failure in evaluation is a fault, not an answer', () => {
    const condition = compiled('equity > 1')
    const result = condition.evaluate(new Map<string, number | string>([['equity', 'not a number']]))
    expect(result.holds).toBe('unknown')
  })
})
