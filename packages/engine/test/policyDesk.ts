import type {
  AccountAssessment,
  Assessment,
  InputState,
  PortfolioAssessment,
  PositionAssessment,
  UnderlyingGreeks,
} from '../src/assess/assessment.js'
import type { Quality } from '../src/market/quality.js'
import type { QuoteBelief } from '../src/market/snapshot.js'
import { compileConfiguration, type DecideMarket, type Rulebook, renderDiagnostics } from '../src/policy/index.js'

/** A rulebook of some rules over one desk with one account at Deribit that holds an option. Throws where it does not compile. */
export function rulebookWith(rules: string, more = '', connection = ''): Rulebook {
  const text = `version: 1
sources: [{ kind: scenario, builtin: test }]
accounts:
  - id: main
    venue: deribit
${connection}    balances: { BTC: 10 }
    positions:
      - { instrument: BTC/USD:BTC-260227-80000-P, size: -25 BTC }
      - { instrument: ETH/USD:ETH, size: 1000 USD }
${more}rules:
${rules}`
  const compiled = compileConfiguration(text, 'test.yaml')
  if (!compiled.ok) throw new Error(renderDiagnostics(compiled.diagnostics))
  return compiled.rulebook
}

export type World = {
  readonly time: number
  readonly equity?: number | undefined
  readonly marginRatio?: number | undefined
  readonly delta?: number
  readonly deltaNet?: number
  readonly index?: number
  readonly quality?: Quality
  readonly inputs?: readonly InputState[]
  readonly positions?: readonly PositionAssessment[]
  readonly missing?: readonly string[]
}

export function inputState(name: string, quality: Quality, ageMs: number, source = 'feed'): InputState {
  return {
    name,
    source,
    sourceTime: 0,
    receivedTime: 0,
    ageMs,
    quality,
    reasons: quality === 'live' ? [] : [`${ageMs} ms old`],
  }
}

/** An assessment of one account `main` in portfolio `desk`, with one underlying, BTC. */
export function assessmentOf(world: World): Assessment {
  const { time, equity, marginRatio, quality = 'live' } = world
  const greeks: UnderlyingGreeks = {
    underlying: 'BTC',
    index: world.index ?? 80_000,
    delta: world.delta ?? 0,
    deltaNet: world.deltaNet ?? world.delta ?? 0,
    cashDelta: (world.delta ?? 0) * (world.index ?? 80_000),
    collateral: 0,
    gamma: 0,
    gammaPerPercent: 0,
    vegaPerVolPoint: 0,
    thetaPerDay: 0,
    rhoPerBp: 0,
    vannaPerVolPoint: 0,
    volgaPerVolPoint: 0,
    charmPerDay: 0,
    byExpiry: [],
  }
  const view = {
    quality,
    missing: world.missing ?? [],
    greeks: [greeks],
    cashDelta: greeks.cashDelta,
    concentration: [],
    expiryWindow: [],
    ...(marginRatio === undefined ? {} : { marginRatio }),
  }
  const account: AccountAssessment = {
    ...view,
    account: 'main',
    venue: 'deribit',
    portfolio: 'desk',
    marginModel: 'portfolio',
    margin:
      equity === undefined
        ? { ok: false, missing: ['index:BTC'] }
        : {
            ok: true,
            equity,
            markToMarket: 0,
            initialMargin: 0,
            maintenanceMargin: (marginRatio ?? 0) * equity,
            excessInitial: equity,
            excessMaintenance: equity,
            parts: {},
          },
    positions: world.positions ?? [],
  }
  const portfolio: PortfolioAssessment = {
    ...view,
    portfolio: 'desk',
    accounts: ['main'],
    ...(equity === undefined ? {} : { equity }),
  }
  return { time, accounts: [account], portfolios: [portfolio], inputs: world.inputs ?? [] }
}

/** A market in which every instrument has this quote. */
export function marketOf(quote: Partial<QuoteBelief> = { bid: 79_990, ask: 80_010, mark: 80_000 }): DecideMarket {
  const belief = (name: string) => ({
    name,
    source: 'feed',
    sourceTime: 0,
    receivedTime: 0,
    ageMs: 0,
    quality: 'live' as const,
    reasons: [],
  })
  return {
    index: (underlying) => ({ ...belief(`index:${underlying}`), value: 80_000 }),
    asset: (asset) => belief(`asset:${asset}`),
    forward: (underlying) => belief(`forward:${underlying}`),
    smile: (underlying) => belief(`surface:${underlying}`),
    quote: (instrument) => ({ ...belief(`quote:${instrument}`), ...quote }),
  }
}
