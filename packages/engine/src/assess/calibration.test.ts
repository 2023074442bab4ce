import { describe, expect, test } from 'vitest'
import { instant, T0 } from '../../test/desk.js'
import { createEngine } from '../engine.js'
import type { Event, VenueFigureEvent } from '../event.js'
import { compileConfiguration, renderDiagnostics } from '../policy/index.js'

const PERP = 'deribit:BTC/USD:BTC'

function rulebook(more = '') {
  const compiled = compileConfiguration(
    `version: 1
sources: [{ kind: scenario, builtin: test }]
accounts:
  - id: main
    venue: deribit
    marginModel: cross
    balances: { USDC: 250000 }
    positions: [{ instrument: BTC/USDC:USDC, size: 10 BTC, entry: 89000 USDC }]
  - { id: other, venue: deribit, marginModel: cross, balances: { USDC: 1 } }
${more}rules:
  - id: model-is-off
    scope: account
    when: margin_residual > percent(10) && safety_buffer > percent(5)
    rearm: { when: margin_residual < percent(5), after: 1 min }
    do: { alert: { tier: warning, summary: our margin is below the venue's } }
`,
    'desk.yaml',
  )
  if (!compiled.ok) throw new Error(renderDiagnostics(compiled.diagnostics))
  return compiled.rulebook
}

function market(time: number): readonly Event[] {
  const event = instant(time, { BTC: 89_000 }, [])
  const linear = { kind: 'quote' as const, instrument: 'deribit:BTC/USDC:USDC' as typeof PERP, mark: 89_000 }
  const usdc = { kind: 'asset' as const, asset: 'USDC', price: 1 }
  return [{ ...event, observations: [...event.observations, linear, usdc] }]
}

function said(time: number, figures: Partial<VenueFigureEvent>): VenueFigureEvent {
  return { kind: 'venue-figure', source: 'venue', account: 'main', sourceTime: time, receivedTime: time, ...figures }
}

describe("calibration by the venue's figures, in the loop", () => {
  const run = (...turns: readonly (readonly Event[])[]) => {
    const engine = createEngine(rulebook())
    const taken = turns.map((events, i) => engine.step([...market(T0 + i * 1000), ...events], T0 + i * 1000))
    const [main, other] = engine.view().assessment.accounts
    if (main?.margin.ok !== true) throw new Error('has a margin')
    return { turns: taken, main, margin: main.margin, other: other!, engine }
  }
  const plain = run([], [])

  test('behavior: a figure above ours raises the requirement by a named part, the ratio and the distance', () => {
    const { maintenanceMargin } = plain.margin
    const { main, margin, other } = run([], [said(T0 + 1000, { maintenanceMargin: maintenanceMargin * 1.2 })])
    expect(main.calibration).toMatchObject({ samples: 1, ageMs: 0, latest: { isCovered: true } })
    expect(main.calibration!.buffer).toBeCloseTo(0.3, 12)
    expect(margin.maintenanceMargin).toBeCloseTo(maintenanceMargin * 1.3, 6)
    expect(margin.parts['maintenance.safetyBuffer']).toBeCloseTo(maintenanceMargin * 0.3, 6)
    const parts = Object.entries(margin.parts).filter(([name]) => name.startsWith('maintenance.'))
    expect(parts.reduce((sum, [, part]) => sum + part, 0)).toBeCloseTo(margin.maintenanceMargin, 6)
    expect(main.marginRatio).toBeCloseTo(plain.main.marginRatio! * 1.3, 9)
    expect(Math.abs(main.distance!.nearest!)).toBeLessThan(Math.abs(plain.main.distance!.nearest!))
    expect(main.positions[0]!.marginShare).toBeCloseTo(margin.maintenanceMargin, 6)
    expect(other).toEqual(plain.other)
  })

  test('behavior: a figure below ours is recorded, and narrows nothing', () => {
    const { main, margin } = run([], [said(T0 + 1000, { maintenanceMargin: 1, equity: 1e9 })])
    expect(main.calibration).toMatchObject({ samples: 1, buffer: 0 })
    expect(margin).toEqual(plain.margin)
    expect(main.marginRatio).toBe(plain.main.marginRatio)
  })

  test('behavior: rules read the residual; without a figure it is unknown and nothing fires', () => {
    const { maintenanceMargin } = plain.margin
    const fired = run([], [said(T0 + 1000, { maintenanceMargin: maintenanceMargin * 1.2 })])
    expect(fired.turns[1]!.decisions.map(({ rule }) => rule)).toContain('model-is-off')
    expect(plain.turns.flatMap(({ decisions }) => decisions).map(({ rule }) => rule)).not.toContain('model-is-off')
  })

  test('behavior: figures are part of the state: its digest tells them, and the same events give the same turns', () => {
    const events = [said(T0 + 1000, { maintenanceMargin: plain.margin.maintenanceMargin })]
    const a = run([], events)
    expect(a.turns[1]!.stateDigest).not.toBe(plain.turns[1]!.stateDigest)
    expect(run([], events).turns).toEqual(a.turns)
  })

  test('error: a stale figure is named in the turn and shown, and changes no margin', () => {
    const { turns, main, margin } = run(
      [],
      [{ ...said(T0 - 60_000, { maintenanceMargin: 1e9 }), receivedTime: T0 + 1000 }],
    )
    expect(turns[1]!.flags.map(({ code }) => code)).toEqual(['venue-figure-stale'])
    expect(main.calibration).toMatchObject({ samples: 0, buffer: 0, setAside: { sourceTime: T0 - 60_000 } })
    expect(margin).toEqual(plain.margin)
  })

  test('behavior: the section is part of the rulebook only where it says something else', () => {
    expect(rulebook('calibration: { maximum: 100 % }\n').hash).toBe(rulebook().hash)
    expect(rulebook('calibration: { maximum: 50 % }\n').hash).not.toBe(rulebook().hash)
    expect(() => rulebook('calibration: { minimum: 60 %, maximum: 50 % }\n')).toThrow(/minimum/)
    expect(() => rulebook('calibration: { maximumm: 50 % }\n')).toThrow(/did you mean|maximum/)
  })
})
