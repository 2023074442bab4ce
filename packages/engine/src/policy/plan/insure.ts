import { instrumentKey, type Option, parseInstrumentKey } from '@holdfast/quant'
import { exposureTo, netAssetValue } from '../../collateral/wealth.js'
import { type FloorMemory, insuredExposure } from '../../insurance/floor.js'
import { gapOf, hourBars } from '../../insurance/gap.js'
import { chooseProtectivePut, floorStrike, type PutOffer } from '../../insurance/protectivePut.js'
import { percentText } from '../../market/names.js'
import type { InsureAction } from '../vaultAction.js'
import { optionPrice, quotedOptions, usdPerQuote } from './optionOffers.js'
import { limitPrice } from './order.js'
import { type Plan, refused } from './plan.js'
import { planTrade, type TradePlan } from './trade.js'
import type { VaultView } from './vault.js'

/** Keeps the floor of an account: by changing its exposure (`cppi`, `tipp`), or by a put (`obpi`). */
export function planInsure(action: InsureAction, at: VaultView, memory: FloorMemory | undefined): Plan {
  const { underlying } = action.instrument
  const value = netAssetValue(at.view)
  const index = at.market.index?.(underlying).value
  const exposure = exposureTo(at.view, underlying)
  if (memory === undefined || value === undefined || index === undefined || exposure === undefined) {
    return refused('no-data', `value, price or exposure of ${at.view.account} is unknown`)
  }
  const known = { value, index, floor: memory.floor }
  if (action.method === 'obpi') return planPut(action, at, known, exposure.balance + exposure.linear)
  return planExposure(action, at, known, exposure.total)
}

type Known = { readonly value: number; readonly index: number; readonly floor: number }

/**
 * CPPI and TIPP: exposure to min(m · cushion, cap · value) with m ≤ 1/gap. Within the band nothing is done, unless the exposure
 * held is so large that the gap would breach the floor. Exposure is cut on older data and while halted, as every
 * reduction; it is raised on live data only, and never while the gap is unknown.
 */
function planExposure(action: InsureAction, at: VaultView, { value, index, floor }: Known, held: number): Plan {
  const { instrument, multiplier, band } = action
  const { quantile, windowMs, latencyMs, intervalMs, least } = action.gap
  const bars = hourBars(at.market.history?.(instrument.underlying), at.now, windowMs)
  const known = gapOf(bars, latencyMs + intervalMs, quantile, least)
  const gap = known?.gap ?? Math.max(least, Math.min(0.99, 1 / multiplier))
  const insured = insuredExposure(value, floor, gap, action)
  if (insured === undefined) return refused('no-data', 'value, floor or gap is not a number')
  const current = held * index
  const difference = insured.exposure - current
  const opens = difference > 0
  const breaches = known !== undefined && current * gap > insured.cushion
  if (opens && known === undefined) {
    return refused('no-data', `the gap is unknown: ${bars.length} hours with a range were seen, exposure is not raised`)
  }
  const account = `value ${usd(value)}, floor ${usd(floor)}, cushion ${usd(insured.cushion)}`
  if (!breaches && Math.abs(difference) <= band * value) {
    return refused(
      'nothing-to-do',
      `${account}: exposure ${usd(current)} is within the band of ${usd(insured.exposure)}`,
    )
  }
  const notes = [
    `${action.method}: ${account}`,
    known === undefined
      ? `gap unknown (${bars.length} hours seen): reckoned with ${percentText(gap)}`
      : `gap ${percentText(gap)} in ${((latencyMs + intervalMs) / 60_000).toFixed(0)} min at ${percentText(quantile)}: observed ${percentText(known.observed)}, by range ${percentText(known.estimated)}, least ${percentText(least)}; vol ${percentText(known.vol)} from ${known.hours} h`,
    `multiplier ${insured.multiplier.toFixed(2)}, wished ${multiplier.toFixed(2)}: exposure ${usd(current)} to ${usd(insured.exposure)}`,
  ]
  const trade = planTrade(
    {
      purpose: 'insurance',
      instrument,
      base: difference / index,
      lot: action.lot,
      maxSlippage: action.maxSlippage,
      actionClass: Math.abs(insured.exposure) < Math.abs(current) ? 'reduce' : 'open',
      index,
      notes,
    },
    at,
  )
  return planOf(trade)
}

export function planOf(trade: TradePlan): Plan {
  return trade.ok ? { ok: true, actions: [trade.planned] } : refused(trade.code, trade.reason)
}

/** Fee of an option, share of the underlying and at most so much of its price: Deribit's published base tier. */
const OPTION_FEE = 0.0003
const OPTION_FEE_CAP = 0.125

/**
 * A protective put for what is not protected yet. A premium paid in coin (inverse) is reckoned at the higher of index and
 * strike: at the strike, where the floor binds, the coins paid are worth that much. A held long put counts as protection until
 * it expires; what it is worth today is left out of the reserve, since its payoff stands for it.
 */
function planPut(action: InsureAction, at: VaultView, { value, index, floor }: Known, units: number): Plan {
  const held = heldPuts(at, action.instrument.underlying)
  const protectedUnits = held.reduce((sum, { size }) => sum + size, 0)
  const lot = action.lot === undefined ? 0.1 : Number(action.lot)
  const open = units - protectedUnits
  if (!(open >= lot)) {
    return refused('nothing-to-do', `${protectedUnits} of ${units.toFixed(4)} units are protected by puts`)
  }
  const guarded = held.reduce((sum, put) => sum + put.size * (put.option.strike - index) - put.value, 0)
  const problem = { value: value + guarded, floor, units: open, price: index }
  const search = chooseProtectivePut({ ...problem, lot, budget: action.budget * value }, putOffers(action, at, index))
  const refusedTexts = search.refused.slice(-6).map(({ instrument, reason }) => `not ${instrument}: ${reason}`)
  if (search.choice === undefined) {
    const all = search.refused.length === 0 ? 'none is quoted within the tenor' : refusedTexts.join('; ')
    return refused('no-quote', `no put keeps ${usd(floor)} within ${percentText(action.budget)}: ${all}`)
  }
  const { offer, size, paid, worst } = search.choice
  const option = parseInstrumentKey(offer.instrument) as Option
  const root = floorStrike(problem, () => offer.cost, 10 * index)
  return planOf(
    planTrade(
      {
        purpose: 'insurance',
        instrument: option,
        base: size,
        lot: action.lot ?? '0.1',
        rounding: 'up',
        maxSlippage: action.maxSlippage,
        actionClass: 'reduce',
        index,
        notes: [
          `obpi: value ${usd(value)}, floor ${usd(floor)}: ${open.toFixed(4)} units at ${usd(index)} are not protected`,
          `strike ${offer.strike} for ${usd(paid)} of at most ${usd(action.budget * value)} leaves ${usd(worst)} at worst${root === undefined ? '' : `; at this premium the floor needs ${root.toFixed(0)}`}`,
          ...refusedTexts,
        ],
      },
      at,
    ),
  )
}

function putOffers(action: InsureAction, at: VaultView, index: number): readonly PutOffer[] {
  const { market, now, view } = at
  return quotedOptions(market, action.instrument.underlying, view.venue).flatMap((option): PutOffer[] => {
    const left = option.expiry - now
    if (option.right !== 'put' || left < action.tenorMin || left > action.tenorMax) return []
    const quote = market.quote(instrumentKey(option))
    const unit = usdPerQuote(market, option)
    if (quote.quality !== 'live' || unit === undefined || !(quote.ask !== undefined && quote.ask > 0)) return []
    const limit = Number(limitPrice(quote.ask, true, action.maxSlippage))
    const price = optionPrice(option, limit, Math.max(index, option.strike), unit)
    const fee = Math.min(OPTION_FEE * index, OPTION_FEE_CAP * price)
    return [
      {
        instrument: instrumentKey(option),
        strike: option.strike,
        expiry: option.expiry,
        cost: price + fee,
        depth: quote.askSize ?? 0,
      },
    ]
  })
}

type HeldPut = { readonly option: Option; readonly size: number; readonly value: number }

function heldPuts({ view, now }: VaultView, underlying: string): readonly HeldPut[] {
  return view.positions.flatMap(({ instrument, size, value }): HeldPut[] => {
    const option = parseInstrumentKey(instrument)
    if (option?.kind !== 'option' || option.right !== 'put' || option.underlying !== underlying) return []
    return size > 0 && option.expiry > now ? [{ option, size, value: value ?? Number.NaN }] : []
  })
}

function usd(value: number): string {
  return `${value.toFixed(0)} USD`
}
