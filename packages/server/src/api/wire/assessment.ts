import {
  type AccountAssessment,
  CALIBRATED_FIGURES,
  type CalibrationView,
  type Concentration,
  type InputState,
  type PnlExplained,
  type PortfolioAssessment,
  type UnderlyingGreeks,
} from '@holdfast/engine'
import { z } from 'zod'
import { iso, isoTime, known, named, optional, quality, type Wire } from './common.js'

const number = z.number()

export const inputSchema = named(
  'Input',
  'An input as the guard sees it: its age, how far it can be trusted, and why not further.',
  z.object({
    name: z.string(),
    source: z.string(),
    sourceTime: optional(isoTime),
    receivedTime: optional(isoTime),
    ageSeconds: optional(number),
    quality,
    reasons: z.array(z.string()),
  }),
)

export const expiryGreeksSchema = named(
  'ExpiryGreeks',
  'Greeks of one expiry; without `expiry`: spot and perpetuals.',
  z.object({
    expiry: optional(isoTime),
    delta: number,
    gammaPerPercent: number,
    vegaPerVolPoint: number,
    thetaPerDay: number,
  }),
)

export const greeksSchema = named(
  'UnderlyingGreeks',
  'Deltas in base units, money in USD: cashDelta, gammaPerPercent (change of cash delta for 1 %), vega per vol point, theta per day, rho per basis point.',
  z.object({
    underlying: z.string(),
    index: number,
    delta: number,
    deltaNet: number,
    cashDelta: number,
    collateral: number,
    gamma: number,
    gammaPerPercent: number,
    vegaPerVolPoint: number,
    thetaPerDay: number,
    rhoPerBp: number,
    vannaPerVolPoint: number,
    volgaPerVolPoint: number,
    charmPerDay: number,
    byExpiry: z.array(expiryGreeksSchema),
  }),
)

export const gridSchema = named(
  'ScenarioGrid',
  'P&L in USD of the book: `pnl[i][j]` for `spotMoves[i]` and `volMoves[j]`, relative decimals.',
  z.object({ spotMoves: z.array(number), volMoves: z.array(number), pnl: z.array(z.array(number)) }),
)

const moveRange = { down: optional(number), up: optional(number) }

export const distanceSchema = named(
  'LiquidationDistance',
  'Relative spot move until equity = maintenance margin; a side is absent where no move in the searched range reaches it.',
  z.object({
    searched: z.object({ down: number, up: number }),
    spotAlone: z.object(moveRange),
    volUp: z.object({ ...moveRange, volUpRelative: number }),
    beta: z.object({ ...moveRange, betas: z.record(z.string(), number) }),
    nearest: optional(number),
  }),
)

const riskOfLoss = { valueAtRisk: number, expectedShortfall: number }

export const valueAtRiskSchema = named(
  'ValueAtRisk',
  'Positive losses in USD.',
  z.object({
    confidence: number,
    horizonDays: number,
    historical: optional(z.object({ ...riskOfLoss, observations: number })),
    parametric: optional(z.object(riskOfLoss)),
  }),
)

export const pnlSchema = named(
  'PnlExplained',
  'P&L in USD since the turn before, by Greeks; total = the sum of the rest.',
  z.object({
    since: isoTime,
    total: number,
    delta: number,
    gamma: number,
    vega: number,
    vanna: number,
    volga: number,
    theta: number,
    rho: number,
    carry: number,
    trades: number,
    residual: number,
  }),
)

export const concentrationSchema = named(
  'Concentration',
  'Share of the gross book at one expiry (a time) or strike (a number).',
  z.object({
    underlying: z.string(),
    by: z.enum(['expiry', 'strike']),
    key: z.union([isoTime, number]),
    grossNotional: number,
    grossVegaPerVolPoint: number,
    share: number,
  }),
)

export const expiryWindowSchema = named(
  'ExpiryExposure',
  'Exposure to contracts in their settlement window.',
  z.object({
    underlying: z.string(),
    expiry: isoTime,
    minutesLeft: number,
    fixedShare: number,
    delta: number,
    residualDelta: number,
    nearestStrike: optional(number),
    distanceToStrike: optional(number),
  }),
)

export const marginSchema = named(
  'Margin',
  'USD. Requirements ≥ 0, excess signed. Where an input is missing there are no figures, only its name.',
  z.union([
    z.object({
      ok: z.literal(true),
      equity: number,
      markToMarket: number,
      initialMargin: number,
      maintenanceMargin: number,
      excessInitial: number,
      excessMaintenance: number,
      parts: z.record(z.string(), number),
      buckets: optional(
        z.array(z.object({ name: z.string(), equity: number, initialMargin: number, maintenanceMargin: number })),
      ),
      scenarios: optional(z.array(z.object({ name: z.string(), pnl: number }))),
    }),
    z.object({ ok: z.literal(false), missing: z.array(z.string()) }),
  ]),
)

export const calibrationSchema = named(
  'Calibration',
  "The venue's own figures beside our model's without buffer, USD. Residuals are venue − ours; the buffer, a share of the requirements, is in `margin` as the parts `initial.safetyBuffer` and `maintenance.safetyBuffer`.",
  z.object({
    samples: number,
    buffer: number,
    ageSeconds: optional(number),
    latest: optional(
      z.object({
        source: z.string(),
        sourceTime: isoTime,
        residuals: z.array(
          z.object({
            figure: z.enum(CALIBRATED_FIGURES),
            ours: number,
            venue: number,
            residual: number,
            ratio: optional(number),
          }),
        ),
        buffer: number,
        isCovered: z.boolean(),
      }),
    ),
    setAside: optional(z.object({ sourceTime: isoTime, reason: z.string() })),
  }),
)

/** maintenance ÷ equity; `liquidatable` where equity ≤ 0 < maintenance. */
export const marginRatioSchema = z.union([number, z.literal('liquidatable')])

const riskView = {
  quality,
  missing: z.array(z.string()),
  greeks: z.array(greeksSchema),
  cashDelta: number,
  grid: optional(gridSchema),
  worstScenario: optional(z.object({ name: z.string(), pnl: number })),
  valueAtRisk: optional(valueAtRiskSchema),
  pnl: optional(pnlSchema),
  concentration: z.array(concentrationSchema),
  expiryWindow: z.array(expiryWindowSchema),
}

export const accountSchema = named(
  'Account',
  'One account at one venue, as of `time`.',
  z.object({
    account: z.string(),
    venue: z.string(),
    portfolio: z.string(),
    marginModel: z.string(),
    time: isoTime,
    margin: marginSchema,
    calibration: optional(calibrationSchema),
    marginRatio: optional(marginRatioSchema),
    distance: optional(distanceSchema),
    positionCount: z.number(),
    ...riskView,
  }),
)

export const portfolioSchema = named(
  'Portfolio',
  'Accounts rolled up; the margin ratio is the worst of them, since margin of one does not help another.',
  z.object({
    portfolio: z.string(),
    accounts: z.array(z.string()),
    time: isoTime,
    equity: optional(number),
    initialMargin: optional(number),
    maintenanceMargin: optional(number),
    marginRatio: optional(marginRatioSchema),
    distance: optional(distanceSchema),
    ...riskView,
  }),
)

export type InputWire = Wire<z.infer<typeof inputSchema>>
export type AccountWire = Wire<z.infer<typeof accountSchema>>
export type PortfolioWire = Wire<z.infer<typeof portfolioSchema>>

export function inputWire(input: InputState): InputWire {
  const { ageMs, sourceTime, receivedTime, reasons, ...rest } = input
  return {
    ...rest,
    ...known('sourceTime', sourceTime === undefined ? undefined : iso(sourceTime)),
    ...known('receivedTime', receivedTime === undefined ? undefined : iso(receivedTime)),
    ...known('ageSeconds', ageMs === undefined ? undefined : ageMs / 1000),
    reasons,
  }
}

export function accountWire(account: AccountAssessment, time: number): AccountWire {
  const { positions, marginRatio, calibration, pnl: _pnl, ...rest } = account
  return {
    ...rest,
    ...riskWire(account),
    ...known('calibration', calibration === undefined ? undefined : calibrationWire(calibration)),
    ...known('marginRatio', ratioWire(marginRatio)),
    time: iso(time),
    positionCount: positions.length,
  }
}

function calibrationWire({
  samples,
  buffer,
  ageMs,
  latest,
  setAside,
}: CalibrationView): AccountWire['calibration'] & {} {
  return {
    samples,
    buffer,
    ...known('ageSeconds', ageMs === undefined ? undefined : ageMs / 1000),
    ...known('latest', latest === undefined ? undefined : { ...latest, sourceTime: iso(latest.sourceTime) }),
    ...known('setAside', setAside === undefined ? undefined : { ...setAside, sourceTime: iso(setAside.sourceTime) }),
  }
}

export function portfolioWire(portfolio: PortfolioAssessment, time: number): PortfolioWire {
  const { marginRatio, pnl: _pnl, ...rest } = portfolio
  return {
    ...rest,
    ...riskWire(portfolio),
    ...known('marginRatio', ratioWire(marginRatio)),
    time: iso(time),
  }
}

/** An infinite ratio has no JSON number; its name says what it means. */
export function ratioWire(ratio: number | undefined): number | 'liquidatable' | undefined {
  if (ratio === undefined || Number.isNaN(ratio)) return undefined
  return Number.isFinite(ratio) ? ratio : 'liquidatable'
}

function riskWire(view: AccountAssessment | PortfolioAssessment) {
  return {
    greeks: view.greeks.map(greeksWire),
    ...known('pnl', view.pnl === undefined ? undefined : pnlWire(view.pnl)),
    concentration: view.concentration.map(concentrationWire),
    expiryWindow: view.expiryWindow.map((exposure) => ({ ...exposure, expiry: iso(exposure.expiry) })),
  }
}

function greeksWire(greeks: UnderlyingGreeks) {
  const byExpiry = greeks.byExpiry.map(({ expiry, ...rest }) => ({
    ...known('expiry', expiry === undefined ? undefined : iso(expiry)),
    ...rest,
  }))
  return { ...greeks, byExpiry }
}

function pnlWire(pnl: PnlExplained) {
  return { ...pnl, since: iso(pnl.since) }
}

function concentrationWire(entry: Concentration) {
  return { ...entry, key: entry.by === 'expiry' ? iso(entry.key) : entry.key }
}
