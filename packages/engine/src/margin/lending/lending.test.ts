import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { RECORDED_DATA } from '../../../../../scripts/recordings.mjs'
import { type MarginAccountData, type MarginMarketData, readMarginAccount, readMarginMarket } from '../data.js'
import { marginModel } from '../registry.js'

const marketOf = (prices: Record<string, number>): MarginMarketData => ({
  time: '2025-12-01T14:40:00Z',
  assets: Object.fromEntries(Object.entries(prices).map(([asset, price]) => [asset, { price }])),
})

function outcomeOf(model: string, account: MarginAccountData, prices: Record<string, number>, parameters = {}) {
  return marginModel(model, parameters).evaluate(readMarginAccount(account), readMarginMarket(marketOf(prices)))
}

function evaluate(...call: Parameters<typeof outcomeOf>) {
  const outcome = outcomeOf(...call)
  if (!outcome.ok) throw new Error(outcome.missing.join(', '))
  return outcome
}

describe('aave-v3', () => {
  // tests/protocol/pool/Pool.Liquidations.t.sol: 1 WBTC at 22,680 and 20,500 USDX, liquidation threshold 86 %.
  const reserves = { WBTC: { loanToValue: 0.8, liquidationThreshold: 0.86, liquidationBonus: 0.05 } }

  test('behavior: the health factor of the published case', () => {
    const outcome = evaluate(
      'aave-v3',
      { balances: { WBTC: 1 }, debts: { USDX: 20_500 } },
      { WBTC: 22_680, USDX: 1 },
      { reserves },
    )
    expect(outcome.parts['info.healthFactor']).toBeCloseTo(0.9514536585365854, 12)
    expect(outcome.parts['info.closeFactor']).toBe(0.5)
    expect(outcome.excessMaintenance).toBeCloseTo(22_680 * 0.86 - 20_500, 9)
    expect(outcome.excessInitial).toBeCloseTo(22_680 * 0.8 - 20_500, 9)
  })

  test('behavior: an efficiency mode lifts the threshold of its own collateral, and bars other debts', () => {
    const account = { balances: { WETH: 100 }, debts: { wstETH: 70 } }
    const prices = { WETH: 2_836.11, wstETH: 3_455.56, USDC: 1 }
    const plain = evaluate('aave-v3', account, prices)
    const inMode = evaluate('aave-v3', { ...account, efficiencyMode: 'ETH correlated' }, prices)
    expect(plain.parts['info.healthFactor']).toBeLessThan(1)
    expect(inMode.parts['info.healthFactor']! / plain.parts['info.healthFactor']!).toBeCloseTo(0.95 / 0.83, 12)
    expect(
      outcomeOf('aave-v3', { balances: { WETH: 1 }, debts: { USDC: 1 }, efficiencyMode: 'ETH correlated' }, prices),
    ).toEqual({ ok: false, missing: ['unsupported:asset:USDC in e-mode'] })
  })

  test('behavior: what is not enabled as collateral does not help', () => {
    const account = { balances: { WETH: 1, USDC: 1_000 }, debts: { DAI: 100 }, collateralAssets: ['WETH'] }
    const outcome = evaluate('aave-v3', account, { WETH: 2_000, USDC: 1, DAI: 1 })
    expect(outcome.equity).toBe(1_900)
  })

  test('limits: without debt nothing is required', () => {
    const outcome = evaluate('aave-v3', { balances: { WETH: 1 } }, { WETH: 2_000 })
    expect(outcome).toMatchObject({ initialMargin: 0, maintenanceMargin: 0, equity: 2_000 })
    expect(outcome.parts).not.toHaveProperty('info.healthFactor')
  })

  test.each([
    [{ balances: { DOGE: 1 } }, 'unsupported:asset:DOGE'],
    [{ balances: { WETH: -1 } }, 'unsupported:negative-balance:WETH'],
    [{ balances: { WETH: 1 }, efficiencyMode: 'none such' }, 'parameter:efficiencyModes/none such'],
    [{ balances: { WETH: 1 }, debts: { EURC: 1 } }, 'asset:EURC'],
  ])('error: %j is not safe', (account, missing) => {
    expect(outcomeOf('aave-v3', account as MarginAccountData, { DOGE: 1, WETH: 2_000 })).toMatchObject({
      ok: false,
      missing: [missing],
    })
  })
})

describe('aave-v3 on recorded borrowers', () => {
  const file = `${RECORDED_DATA}/defi/aave_v3_top1000_borrower_totals_2025-12-01_noheader.csv.gz`
  const debts = file.replace('totals_2025-12-01_noheader', 'debt_positions_2025-12-01')

  test.skipIf(!existsSync(file))(
    'behavior: borrowers of ether that look liquidatable are mostly healthy in e-mode (needs HOLDFAST_DATA)',
    () => {
      const rows = (path: string) =>
        gunzipSync(readFileSync(path))
          .toString()
          .trim()
          .split('\n')
          .map((line) => line.split(','))
      const [head, ...positions] = rows(debts)
      const at = (name: string) => head!.indexOf(name)
      const owes = new Map(positions.map((row) => [row[at('user_address')]!.toLowerCase(), row]))
      let looked = 0
      let healthy = 0
      for (const [user, debtUsd, collateralUsd, recorded] of rows(file)) {
        const position = owes.get(user!.toLowerCase())
        if (position?.[at('symbol')] !== 'WETH' || !(Number(collateralUsd) > 0) || !(Number(recorded) < 1)) continue
        // Loopers hold a staked ether against ether: collateral is taken as wstETH, in the recorded dollars.
        const price = Number(position[at('price_usd')])
        const outcome = evaluate(
          'aave-v3',
          {
            balances: { wstETH: Number(collateralUsd) / 3_455.56 },
            debts: { WETH: Number(debtUsd) / price },
            efficiencyMode: 'ETH correlated',
          },
          { WETH: price, wstETH: 3_455.56 },
        )
        expect(outcome.parts['info.healthFactor']).toBeCloseTo((Number(collateralUsd) * 0.95) / Number(debtUsd), 9)
        looked += 1
        if (outcome.parts['info.healthFactor']! >= 1) healthy += 1
      }
      expect(looked).toBeGreaterThan(50)
      expect(healthy / looked).toBeGreaterThan(0.8)
    },
  )
})

describe('euler-v2', () => {
  // test/unit/evault/modules/Liquidation: health 1.0909, 0.9 and exactly 1.
  test.each([
    [0.3, 100, 0.4, 2.2, 1.0909090909090908, 0],
    [0.9, 10, 0.5, 1, 0.9, 0.1],
    [0.3, 100, 0.4, 2.4, 1, 0],
  ])('behavior: health at LTV %d', (ltv, collateral, price, debtPrice, health, discount) => {
    const outcome = evaluate(
      'euler-v2',
      { balances: { COLL: collateral }, debts: { DEBT: 5 } },
      { COLL: price, DEBT: debtPrice },
      { vaults: { DEBT: { COLL: { borrowLtv: ltv, liquidationLtv: ltv } } }, maxLiquidationDiscount: 0.2 },
    )
    expect(outcome.parts['info.healthFactor']).toBeCloseTo(health, 12)
    expect(outcome.parts['info.liquidationDiscount']).toBeCloseTo(discount, 12)
    expect(outcome.excessMaintenance).toBeCloseTo(collateral * price * ltv - 5 * debtPrice, 9)
  })

  test('error: a vault that is not described, or a second debt, is not safe', () => {
    expect(outcomeOf('euler-v2', { balances: { A: 1 }, debts: { B: 1 } }, { A: 1, B: 1 })).toMatchObject({
      missing: ['parameter:vaults/B'],
    })
    expect(outcomeOf('euler-v2', { debts: { USDC: 1, WETH: 1 } }, { USDC: 1, WETH: 1 })).toMatchObject({
      missing: ['unsupported:second-debt:WETH'],
    })
  })
})

describe('maker', () => {
  test('behavior: a vault is unsafe where collateral over its ratio is below the debt', () => {
    const at = (price: number) => evaluate('maker', { balances: { ETH: 10 }, debts: { DAI: 10_000 } }, { ETH: price })
    expect(at(1_450).excessMaintenance).toBeCloseTo(0, 9)
    expect(at(1_449).excessMaintenance).toBeLessThan(0)
    expect(at(2_000).parts['info.collateralRatio']).toBe(2)
    expect(at(2_000).parts['info.auctionTop']).toBe(2_400)
  })

  test('error: two collaterals are two vaults', () => {
    expect(outcomeOf('maker', { balances: { ETH: 1, WBTC: 1 }, debts: { DAI: 1 } }, { ETH: 1, WBTC: 1 })).toMatchObject(
      {
        missing: ['unsupported:second-collateral:WBTC'],
      },
    )
  })
})
