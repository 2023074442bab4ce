import { instrumentKey, type Matrix } from '@holdfast/quant'
import { readPast } from '../../assess/returns.js'
import { minimumVariance, riskParity, varianceOf } from '../../collateral/mix.js'
import { exposureTo, netAssetValue } from '../../collateral/wealth.js'
import { RANGES_MIN } from '../../insurance/gap.js'
import { collateralWeight, holdfastCollateral } from '../../margin/collateral.js'
import { percentText } from '../../market/names.js'
import type { RebalanceAction } from '../vaultAction.js'
import { type Plan, type PlannedAction, refused } from './plan.js'
import { planTrade } from './trade.js'
import type { VaultView } from './vault.js'

/** Days of hourly prices that the covariance looks back on. */
const WINDOW_DAYS = 365
const DAY_MS = 86_400_000

type Asset = {
  readonly instrument: RebalanceAction['with'][number]
  readonly price: number
  /** USD that can be changed: the balance and what is held of the instrument; and the rest of the exposure. */
  readonly held: number
  readonly derivatives: number
  readonly balance: number
}

/**
 * Brings collateral to its risk-adjusted mix: exposures w (balance and hedging instrument) and the delta d of everything else
 * make equity vary by (w + d)ᵀ Σ (w + d). Nothing is done while every share is within the band, where one standard
 * deviation over the horizon falls by less than the turnover costs, where the orders as rounded and bounded would not
 * lower the variance, or where haircuts would leave less collateral than initial margin. What has lost its peg is not bought.
 */
export function planRebalance(action: RebalanceAction, at: VaultView): Plan {
  const { view, now, market } = at
  const total = netAssetValue(view)
  const assets = action.with.map((instrument) => assetOf(instrument, at))
  if (total === undefined || assets.some((asset) => asset === undefined)) {
    return refused('no-data', `value, price or exposure of ${view.account} is unknown`)
  }
  const known = assets as readonly Asset[]
  const { history } = market
  if (history === undefined) return refused('no-data', 'no history is at hand')
  const past = readPast(
    { time: now, history },
    { valueAtRisk: { confidence: 0.99, horizonDays: 1, windowDays: WINDOW_DAYS } },
    known.map(({ instrument }) => instrument.underlying),
  )
  const { daily, observations } = past
  if (daily === undefined || observations < RANGES_MIN) {
    return refused('no-data', `covariance is unknown: ${observations} joint returns, ${RANGES_MIN} are needed`)
  }
  const held = known.map((asset) => asset.held)
  const derivatives = known.map((asset) => asset.derivatives)
  const wanted = mixOf(action, daily, derivatives, held, total)
  if (wanted === undefined) return refused('no-data', 'no mix fits the bounds')
  const before = varianceOf(daily, held, derivatives)
  const off = Math.max(...wanted.map((weight, i) => Math.abs(weight - held[i]!) / total))
  if (!(off > action.band)) {
    return refused(
      'nothing-to-do',
      `every share is within ${percentText(action.band)} of its target, the farthest ${percentText(off)}`,
    )
  }
  const unpegged = known.find(({ instrument }, i) => wanted[i]! < held[i]! && !hasPeg(at, instrument))
  if (unpegged !== undefined) {
    return refused('no-data', `${unpegged.instrument.quote} is off its peg or unpriced: it is not bought`)
  }
  return planTrades(action, at, { assets: known, daily, held, derivatives, wanted, before })
}

type Mix = {
  readonly assets: readonly Asset[]
  readonly daily: Matrix
  readonly held: readonly number[]
  readonly derivatives: readonly number[]
  readonly wanted: readonly number[]
  readonly before: number
}

function planTrades(action: RebalanceAction, at: VaultView, mix: Mix): Plan {
  const { assets, daily, held, derivatives, wanted, before } = mix
  const days = action.horizonMs / DAY_MS
  const actions: PlannedAction[] = []
  const after = [...held]
  const problems: { code: 'no-quote' | 'bounds' | 'no-data' | 'nothing-to-do'; reason: string }[] = []
  let room = at.room
  for (const [i, { instrument, price, held: now }] of assets.entries()) {
    const difference = wanted[i]! - now
    if (!(Math.abs(difference) > 0)) continue
    const lowers = Math.abs(wanted[i]! + derivatives[i]!) < Math.abs(now + derivatives[i]!)
    const trade = planTrade(
      {
        purpose: 'rebalance',
        instrument,
        base: difference / price,
        maxSlippage: action.maxSlippage,
        actionClass: lowers ? 'reduce' : 'open',
        index: price,
        notes: [
          `${action.method}: ${instrument.underlying} from ${now.toFixed(0)} USD to ${wanted[i]!.toFixed(0)} USD beside ${derivatives[i]!.toFixed(0)} USD of derivatives; vol ${percentText(Math.sqrt(daily[i]![i]! * 365))}`,
        ],
      },
      { ...at, room },
    )
    if (!trade.ok) {
      problems.push(trade as { code: 'no-quote'; reason: string })
      if (trade.code !== 'nothing-to-do') break
      continue
    }
    actions.push(trade.planned)
    after[i] = now + trade.base * price
    const left = { ...room.left }
    for (const unit of Object.keys(left)) {
      const rest = left[unit]! - (trade.planned.amounts[unit] ?? 0n)
      left[unit] = rest > 0n ? rest : 0n
    }
    room = { ...room, left }
  }
  const [problem] = problems.filter(({ code }) => code !== 'nothing-to-do')
  if (problem !== undefined) return refused(problem.code, problem.reason)
  if (actions.length === 0) return refused('nothing-to-do', problems[0]?.reason ?? 'the mix is as it should be')
  const variance = varianceOf(daily, after, derivatives)
  const turnover = after.reduce((sum, weight, i) => sum + Math.abs(weight - held[i]!), 0)
  const saved = (Math.sqrt(before) - Math.sqrt(Math.max(0, variance))) * Math.sqrt(days)
  const figures = `one standard deviation over ${days.toFixed(1)} d falls by ${saved.toFixed(0)} USD, trading ${turnover.toFixed(0)} USD costs ${(turnover * action.cost).toFixed(0)} USD`
  const lowers = action.method === 'risk-parity' ? saved > 0 : saved > turnover * action.cost
  if (!lowers) return refused('nothing-to-do', `${figures}: not worth it`)
  const short = marginShort(at, assets, after, held)
  if (short !== undefined) return refused('no-data', short)
  return { ok: true, actions: actions.map((one) => ({ ...one, notes: [...one.notes, figures] })), together: true }
}

function mixOf(
  action: RebalanceAction,
  daily: Matrix,
  derivatives: readonly number[],
  held: readonly number[],
  total: number,
): readonly number[] | undefined {
  if (action.method === 'risk-parity') {
    return riskParity(
      daily,
      derivatives,
      held.reduce((sum, weight) => sum + weight, 0),
    )
  }
  const bounds = (share: number) => held.map(() => share * total)
  const lowest = bounds(action.minShare)
  const highest = bounds(action.maxShare)
  return minimumVariance({ covariance: daily, derivatives, lowest, highest, total })
}

function assetOf(instrument: Asset['instrument'], { view, market }: VaultView): Asset | undefined {
  const { underlying } = instrument
  const price = market.asset?.(underlying).value
  const exposure = exposureTo(view, underlying)
  if (price === undefined || exposure === undefined || !(price > 0)) return undefined
  const own = view.positions.find((one) => one.instrument === instrumentKey(instrument))
  const delta = own === undefined ? 0 : (own.delta ?? Number.NaN)
  const held = (exposure.balance + delta) * price
  const derivatives = (exposure.options + exposure.linear - delta) * price
  return Number.isFinite(held + derivatives)
    ? { instrument, price, held, derivatives, balance: exposure.balance }
    : undefined
}

/** Whether what is received for a sale can be held: its price is known and, where it is a pegged coin, on its peg. */
function hasPeg({ market }: VaultView, { quote }: Asset['instrument']): boolean {
  const price = market.asset?.(quote).value
  if (price === undefined) return false
  return !holdfastCollateral.pegged.includes(quote) || price >= holdfastCollateral.pegThreshold
}

/** Why haircuts forbid a mix: collateral after them would be less than initial margin. */
function marginShort(
  { view, market }: VaultView,
  assets: readonly Asset[],
  after: readonly number[],
  held: readonly number[],
): string | undefined {
  if (!view.margin.ok) return `margin of ${view.account} is unknown`
  const change = assets.reduce((sum, { instrument }, i) => {
    if (instrument.kind !== 'spot') return sum
    const weight = (asset: string) =>
      collateralWeight(asset, market.asset?.(asset).value ?? Number.NaN, holdfastCollateral)
    return sum + (after[i]! - held[i]!) * (weight(instrument.underlying) - weight(instrument.quote))
  }, 0)
  const left = view.margin.excessInitial + change
  if (left >= 0 || change >= 0) return undefined
  return `haircuts would leave ${left.toFixed(0)} USD over initial margin`
}
