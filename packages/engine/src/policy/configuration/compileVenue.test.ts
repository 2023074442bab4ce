import { describe, expect, it } from 'vitest'
import { DEFAULT_CLEARED_MARKET, DEFAULT_CLEARING } from '../../clearing/parameters.js'
import { compileVenue, configurationKind } from './compileVenue.js'
import { renderDiagnostics } from './diagnostic.js'
import { venueSchema } from './venueSchema.js'

const SMALL = `version: 1
kind: venue
source: { kind: events, path: events.jsonl }
markets: { PERP: { underlying: BTC } }
`

function complaints(text: string): string {
  const compiled = compileVenue(text, 'venue.yaml')
  return compiled.ok ? '' : renderDiagnostics(compiled.diagnostics)
}

describe("a venue's configuration", () => {
  it('behavior: what the file does not say is what the clearing house says', () => {
    const compiled = compileVenue(SMALL, 'venue.yaml')
    if (!compiled.ok) throw new Error(renderDiagnostics(compiled.diagnostics))
    const markets = { PERP: { ...DEFAULT_CLEARED_MARKET, underlying: 'BTC' } }
    expect(compiled.venue.parameters).toEqual({ ...DEFAULT_CLEARING, markets })
    expect(compiled.venue.funds).toEqual({})
  })

  it('behavior: a file is of a venue where it says so, else of a desk', () => {
    expect(configurationKind(SMALL, 'a.yaml')).toBe('venue')
    expect(configurationKind('version: 1\n', 'a.yaml')).toBe('desk')
    expect(configurationKind('{', 'a.yaml')).toBe('desk')
    expect(configurationKind('kind: 3\n', 'a.yaml')).toBe('desk')
  })

  it('error: a mistyped kind is told as that', () => {
    const wrong = SMALL.replace('venue', 'venu')
    expect(configurationKind(wrong, 'a.yaml')).toBe('venue')
    expect(complaints(wrong)).toMatch(/venue\.yaml:2:7: error: [\s\S]*did you mean 'venue'/)
  })

  it('error: every complaint is told at once, at its place, with what is allowed', () => {
    const wrong = SMALL.replace(
      '{ underlying: BTC }',
      '{ underlying: BTC, lot: 0.0000000000000000001, fund: -1 }',
    ).replace('markets:', 'accounts: [{ id: a, isolated: PREP, balances: { EUR: 1 } }, { id: a }]\nmarkets:')
    const text = complaints(wrong)
    for (const said of ["no market 'PREP'", 'EUR is no collateral', "two accounts are called 'a'", '-1 is no amount']) {
      expect(text).toContain(said)
    }
    expect(text.match(/venue\.yaml:4:\d+: error/g)).toHaveLength(3)
  })

  it('error: overrides that a margin model does not take are told where they stand', () => {
    const text = complaints(
      SMALL.replace('underlying: BTC', 'underlying: BTC, instrument: "venue:BTC/USD:USD"').replace(
        'markets:',
        'margin: { model: portfolio, parameters: { initialFactor: -1 } }\nmarkets:',
      ),
    )
    expect(text).toMatch(/venue\.yaml:4:\d+: error: .*initialFactor/)
    expect(text).toContain('at margin.parameters.initialFactor')
  })

  it('error: the linear rule has no parameters, and a model no market that it cannot margin', () => {
    const margin = (text: string) => SMALL.replace('markets:', `margin: ${text}\nmarkets:`)
    expect(complaints(margin('{ model: linear, parameters: { a: 1 } }'))).toContain('at margin.parameters')
    const option = margin('{ model: dydx-v4 }').replace(
      'underlying: BTC',
      'underlying: BTC, instrument: "venue:BTC/USD:USD-260327-60000-C"',
    )
    expect(complaints(option)).toMatch(/venue\.yaml:5:\d+: error: .*dydx-v4 cannot margin venue:BTC/)
    for (const model of ['cross', 'portfolio', 'derive-pm1', 'deribit-portfolio', 'cme-span'])
      expect(complaints(option.replace('dydx-v4', model))).toBe('')
  })

  it('behavior: every property of the schema says what it is', () => {
    const silent: string[] = []
    const visit = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return
      for (const [name, child] of Object.entries((schema as { properties?: object }).properties ?? {})) {
        if (!('description' in child) && !('const' in child)) silent.push(`${path}.${name}`)
        visit(child, `${path}.${name}`)
      }
      for (const key of ['items', 'oneOf', 'anyOf', 'additionalProperties']) {
        const below = (schema as Record<string, unknown>)[key]
        for (const one of Array.isArray(below) ? below : [below]) visit(one, path)
      }
    }
    visit(venueSchema(), '')
    expect(silent).toEqual([])
  })
})
