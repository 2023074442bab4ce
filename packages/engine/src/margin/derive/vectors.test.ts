import { existsSync, readFileSync } from 'node:fs'
import type { Instrument } from '@holdfast/quant'
import { describe, expect, test } from 'vitest'
import { WORKED_EXAMPLES as folder } from '../../../../../scripts/recordings.mjs'
import { type MarginAccountData, type MarginMarketData, readMarginAccount, readMarginMarket } from '../data.js'
import type { MarginOutcome } from '../model.js'
import { marginModel } from '../registry.js'

const there = existsSync(`${folder}/derive-pmrm2.json`)
const read = (file: string) => (there ? JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) : { cases: [] })
const why = there ? '' : ' (skipped: no worked examples; set HOLDFAST_VECTORS to their folder)'

type Case = Record<string, unknown> & { readonly id: string; readonly title: string }

const NOW = Date.UTC(2023, 0, 1)
const option = (underlying: string, expiry: number, strike: number, call: boolean): Instrument => ({
  kind: 'option',
  venue: 'derive',
  underlying,
  quote: 'USDC',
  settle: 'USDC',
  payoff: 'linear',
  expiry,
  strike,
  right: call ? 'call' : 'put',
})
const perpetual = (underlying: string): Instrument => ({
  kind: 'perpetual',
  venue: 'derive',
  underlying,
  quote: 'USDC',
  settle: 'USDC',
  payoff: 'linear',
})

function evaluate(
  model: string,
  parameters: Record<string, unknown>,
  account: MarginAccountData,
  market: MarginMarketData,
): MarginOutcome & { ok: true } {
  const outcome = marginModel(model, parameters).evaluate(readMarginAccount(account), readMarginMarket(market))
  if (!outcome.ok) throw new Error(`missing: ${outcome.missing.join(', ')}`)
  return outcome
}

/** 1e-7 of the figure, and 1e-6 of a dollar near zero: the tolerance that the examples state. */
function near(actual: number, expected: number): void {
  const tolerance = Math.max(1e-7 * Math.abs(expected), 1e-6)
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(tolerance)
}

describe(`derive-pm2: worked examples${why}`, () => {
  const file = read('derive-pmrm2.json')
  test.skipIf(!there).each(file.cases as Case[])('$id $title', (row) => {
    const { params, scenarios, portfolio, expected } = row as unknown as Record<string, string> & {
      expected: Pm2Expected
    }
    const held = file.portfolios[portfolio!]
    const outcome = evaluate(
      'derive-pm2',
      {
        version: 'portfolio-cases-2026-01',
        underlying: 'U',
        ...file.paramSets[params!],
        scenarios: file.scenarioSets[scenarios!].map(([spot, vol, dampening]: [number, string, number]) => ({
          spot,
          vol,
          dampening,
        })),
        collaterals: Object.fromEntries(
          held.collaterals.map((coin: Pm2Collateral) => [
            coin.name,
            { riskCancelling: coin.riskCancelling, mmHaircut: coin.mmHaircut, imHaircut: coin.imHaircut },
          ]),
        ),
      },
      pm2Account(held),
      pm2Market(held),
    )
    near(outcome.markToMarket + held.cash, expected.markToMarketTotal)
    near(outcome.parts['net.maintenanceMargin']!, expected.maintenanceMargin)
    near(outcome.parts['net.initialMargin']!, expected.initialMargin)
    near(outcome.parts['info.basisContingency']!, expected.basisContingency)
    near(outcome.parts['info.worstLoss']!, expected.worstLoss)
    near(outcome.parts['info.initialFactor']!, expected.imFactorApplied)
    expect(outcome.scenarios).toHaveLength(expected.scenarioPnl.length)
    outcome.scenarios!.forEach(({ pnl }, i) => {
      near(pnl, expected.scenarioPnl[i]!)
    })
  })
})

type Pm2Expected = {
  markToMarketTotal: number
  maintenanceMargin: number
  initialMargin: number
  basisContingency: number
  worstLoss: number
  imFactorApplied: number
  scenarioPnl: number[]
}
type Pm2Collateral = {
  name: string
  amount: number
  price: number
  confidence: number
  riskCancelling: boolean
  mmHaircut: number
  imHaircut: number
}
type Pm2Expiry = {
  secToExpiry: number
  forward: number
  forwardConfidence: number
  rate: number
  rateConfidence: number
  volConfidence: number
  svi: Record<string, number>
}
type Pm2Portfolio = {
  cash: number
  spot: number
  spotConfidence: number
  stablePrice: number
  perp: { size: number; price: number; confidence: number; unrealisedPnl: number; unrealisedFunding: number }
  collaterals: Pm2Collateral[]
  expiries: Pm2Expiry[]
  options: { secToExpiry: number; strike: number; call: boolean; size: number }[]
}

function pm2Account(held: Pm2Portfolio): MarginAccountData {
  const { perp } = held
  const positions = held.options.map(({ secToExpiry, strike, call, size }) => ({
    instrument: option('U', NOW + secToExpiry * 1000, strike, call),
    size,
  }))
  const perpetuals =
    perp.size === 0
      ? []
      : [
          {
            instrument: perpetual('U'),
            size: perp.size,
            entryPrice: perp.price,
            accruedFunding: perp.unrealisedPnl + perp.unrealisedFunding,
          },
        ]
  return {
    balances: { USDC: held.cash, ...Object.fromEntries(held.collaterals.map(({ name, amount }) => [name, amount])) },
    positions: [...positions, ...perpetuals] as MarginAccountData['positions'],
  } as MarginAccountData
}

function pm2Market(held: Pm2Portfolio): MarginMarketData {
  return {
    time: NOW,
    underlyings: {
      U: {
        index: held.spot,
        confidence: held.spotConfidence,
        perpetualConfidence: held.perp.confidence,
        expiries: held.expiries.map(({ secToExpiry, svi, ...rest }) => ({
          ...rest,
          expiry: NOW + secToExpiry * 1000,
          deriveSvi: svi,
        })),
      },
    },
    assets: {
      USDC: { price: held.stablePrice },
      ...Object.fromEntries(held.collaterals.map(({ name, price, confidence }) => [name, { price, confidence }])),
    },
    instruments: held.perp.size === 0 ? [] : [{ instrument: perpetual('U'), mark: held.perp.price }],
  } as unknown as MarginMarketData
}

type RulePosition = {
  cash: number
  options: { u: string; expiry: string; strike: number; call: boolean; size: number }[]
  perps: { u: string; size: number; entry: number }[]
  base: { u: string; size: number }[]
}

function ruleAccount(position: RulePosition, seconds: Record<string, number>): MarginAccountData {
  return {
    balances: { USDC: position.cash, ...Object.fromEntries(position.base.map(({ u, size }) => [u, size])) },
    positions: [
      ...position.options.map(({ u, expiry, strike, call, size }) => ({
        instrument: option(u, NOW + seconds[expiry]! * 1000, strike, call),
        size,
      })),
      ...position.perps.map(({ u, size, entry }) => ({ instrument: perpetual(u), size, entryPrice: entry })),
    ],
  } as MarginAccountData
}

/** The examples round our full figures to 1e-6. */
function nearPrinted(actual: number, expected: number, truncated: number): void {
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(
    1e-6 + 1e-9 * Math.abs(expected),
  )
  expect(Math.trunc(actual + 1e-6 * Math.sign(actual)) === truncated).toBe(true)
}

describe(`derive-pm1: worked examples${why}`, () => {
  const file = read('derive-pmrm1.json')
  test.skipIf(!there).each(file.cases as Case[])('$id $title', (row) => {
    const { overrides, position, expected, recomputed } = row as unknown as {
      position: RulePosition
      overrides: Record<string, never>
      expected: Record<string, number>
      recomputed: Record<string, number>
    }
    const feeds = file.defaultFeeds
    const o = overrides as Record<string, unknown> & {
      vol?: { expiry: string; strike: number; vol: number }[]
      volConfidence?: Record<string, number>
      forward?: Record<string, { price: number; confidence: number }>
    }
    const market = {
      time: NOW,
      underlyings: {
        eth: {
          index: (o.spot as number | undefined) ?? feeds.spot,
          confidence: (o.spotConfidence as number | undefined) ?? 1,
          perpetualConfidence: 1,
          expiries: Object.keys(feeds.secToExpiry).map((name) => ({
            expiry: NOW + feeds.secToExpiry[name] * 1000,
            forward: o.forward?.[name]?.price ?? feeds.forward[name],
            forwardConfidence: o.forward?.[name]?.confidence ?? 1,
            rate: feeds.rate,
            vol: feeds.impliedVolEverywhere,
            vols: (o.vol ?? []).filter(({ expiry }) => expiry === name).map(({ strike, vol }) => ({ strike, vol })),
            volConfidence: o.volConfidence?.[name] ?? 1,
          })),
        },
      },
      assets: { USDC: { price: (o.stablePrice as number | undefined) ?? feeds.stablePrice } },
      instruments: [{ instrument: perpetual('eth'), mark: feeds.perpPrice }],
    } as unknown as MarginMarketData
    const { parts } = evaluate(
      'derive-pm1',
      { version: 'portfolio-cases-2026-01', ...file.params },
      ruleAccount(position, feeds.secToExpiry),
      market,
    )
    nearPrinted(parts['net.maintenanceMargin']!, recomputed.mm!, expected.maintenanceMarginTruncated!)
    nearPrinted(parts['net.initialMargin']!, recomputed.im!, expected.initialMarginTruncated!)
  })
})

describe(`derive-standard: worked examples${why}`, () => {
  const file = read('derive-srm.json')
  const { depegThreshold, depegFactor, ...rates } = file.params ?? {}
  test.skipIf(!there).each(file.cases as Case[])('$id $title', (row) => {
    const { overrides, position, expected, recomputed } = row as unknown as {
      position: RulePosition
      overrides: Record<string, number>
      expected: Record<string, number>
      recomputed: Record<string, number>
    }
    const feeds = file.defaultFeeds
    const underlyings = Object.fromEntries(
      ['eth', 'btc'].map((u) => [
        u,
        {
          index: overrides[`${u}.spot`] ?? feeds.spot[u],
          confidence: overrides[`${u}.spotConfidence`] ?? 1,
          perpetualConfidence: overrides[`${u}.perpConfidence`] ?? 1,
          expiries: Object.keys(feeds.secToExpiry).map((name) => ({
            expiry: NOW + feeds.secToExpiry[name] * 1000,
            forward: overrides[`${u}.${name}.forward`] ?? feeds.forward[u][name],
            forwardConfidence: overrides[`${u}.${name}.forwardConfidence`] ?? 1,
            vol: feeds.impliedVolEverywhere,
            volConfidence: overrides[`${u}.${name}.volConfidence`] ?? 1,
          })),
        },
      ]),
    )
    const market = {
      time: NOW,
      underlyings,
      assets: { USDC: { price: overrides.stablePrice ?? feeds.stablePrice } },
      instruments: ['eth', 'btc'].map((u) => ({ instrument: perpetual(u), mark: feeds.perpPrice[u] })),
    } as unknown as MarginMarketData
    const { parts } = evaluate(
      'derive-standard',
      {
        version: 'portfolio-cases-2026-01',
        depegThreshold,
        depegFactor,
        markets: { default: rates },
      },
      ruleAccount(position, feeds.secToExpiry),
      market,
    )
    nearPrinted(parts['net.maintenanceMargin']!, recomputed.mm!, expected.maintenanceMarginTruncated!)
    nearPrinted(parts['net.initialMargin']!, recomputed.im!, expected.initialMarginTruncated!)
  })
})
