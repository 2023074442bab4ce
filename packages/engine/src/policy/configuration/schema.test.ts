import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { DEFAULT_ASSESS } from '../../assess/settings.js'
import { DEFAULT_GUARD, guardSettings } from '../../market/guardSettings.js'
import { checkInstruments } from './checkInstruments.js'
import { compileConfiguration } from './compileConfiguration.js'
import { renderDiagnostics } from './diagnostic.js'
import { effectiveConfiguration, renderEffective } from './effective.js'
import { configurationSchema } from './schema.js'

const ROOT = new URL('../../../../../', import.meta.url)
const SMALL = `version: 1
sources: [{ kind: scenario, builtin: test }]
accounts:
  - id: main
    venue: deribit
    positions: [{ instrument: BTC/USD:BTC-260227-80000-P, size: -25 BTC }]
alerts: { channels: [{ kind: webhook, url: "env:HOOK", format: slack }] }
`

function compiled(text: string) {
  const result = compileConfiguration(text, 'desk.yaml')
  if (!result.ok) throw new Error(renderDiagnostics(result.diagnostics))
  return result
}

/** The schema node at a path of properties and items. */
function node(path: readonly string[]): Record<string, unknown> {
  return path.reduce<Record<string, unknown>>((at, step) => at[step] as Record<string, unknown>, configurationSchema())
}

describe('the published schema', () => {
  it('behavior: schemas/configuration.schema.json is fresh', () => {
    const file = new URL('schemas/configuration.schema.json', ROOT)
    const written = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : 'missing'
    expect(written, 'run `node scripts/generated.mjs`').toEqual(JSON.parse(JSON.stringify(configurationSchema())))
  })

  it('behavior: quantities are text with a pattern, a description with the allowed range, and an example', () => {
    const maxAge = node(['properties', 'guard', 'properties', 'index', 'properties', 'maxAge'])
    expect(maxAge).toMatchObject({ type: 'string', examples: ['15 min'], default: '60 s' })
    expect(maxAge.description).toContain('1 ms to 30 d')
    const pattern = new RegExp(String(maxAge.pattern))
    expect(['5 min', '1.5 h', '20ms'].every((text) => pattern.test(text))).toBe(true)
    expect(['5', '5 %', '5 minutes'].some((text) => pattern.test(text))).toBe(false)
  })

  it('behavior: every property says what it is', () => {
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
    visit(configurationSchema(), '')
    expect(silent).toEqual([])
  })
})

describe('defaults', () => {
  it('behavior: what the file does not say is what guard and assessment say', () => {
    const { configuration } = compiled(SMALL)
    expect(guardSettings(configuration.guard)).toEqual(DEFAULT_GUARD)
    expect(configuration.assess).toEqual(DEFAULT_ASSESS)
  })

  it('behavior: every effective value, and where it came from', () => {
    const effective = effectiveConfiguration(SMALL, 'desk.yaml')
    const text = effective.ok ? renderEffective(effective.values) : ''
    const lines = text.split('\n').map((line) => line.replaceAll(/ +/g, ' '))
    expect(lines).toContain('accounts[0].venue = deribit (desk.yaml:5)')
    expect(lines).toContain('accounts[0].portfolio = desk (default)')
    expect(lines).toContain('guard.index.maxAge = 60 s (default)')
    expect(lines).toContain('alerts.channels[0].url = env:HOOK (read from env:HOOK, desk.yaml:7)')
  })
})

describe('examples', () => {
  it.each(['desk.yaml', 'february-2026.yaml'])('behavior: %s compiles, without a warning', (name) => {
    const text = readFileSync(new URL(`examples/${name}`, ROOT), 'utf8')
    expect(compiled(text).warnings).toEqual([])
    expect(parse(text)).toHaveProperty('version', 1)
  })
})

describe('what only the data can tell', () => {
  it('error: a position in a contract that expired before the data begins, or that the data does not list', () => {
    const { configuration } = compiled(SMALL)
    const late = checkInstruments(configuration, { start: Date.UTC(2026, 2, 1), listed: () => true })
    expect(late.map(({ line, column, code, severity }) => [line, column, code, severity])).toEqual([
      [6, 31, 'EXPIRED', 'error'],
    ])
    const early = { start: Date.UTC(2026, 1, 1), listed: () => false }
    expect(checkInstruments(configuration, early).map(({ code, severity }) => [code, severity])).toEqual([
      ['UNLISTED_INSTRUMENT', 'warning'],
    ])
  })
})

describe('secrets', () => {
  it('error: an inline secret is not repeated in any complaint', () => {
    const text = SMALL.replace('"env:HOOK", format: slack', '"https://hooks.example/T0K3N", format: slak')
    const result = compileConfiguration(text, 'desk.yaml')
    const shown = result.ok ? '' : renderDiagnostics(result.diagnostics)
    expect(shown).toContain('a secret does not belong into the file')
    expect(shown).toContain("did you mean 'slack'?")
    expect(shown).not.toContain('T0K3N')
  })
})
