import { instrumentKey, type Option, parseInstrumentKey } from '@holdfast/quant'
import { exposureTo, netAssetValue } from '../../collateral/wealth.js'
import { realisedVol } from '../../insurance/gap.js'
import {
  NO_ROUNDS,
  type Round,
  type RoundEnd,
  type RoundsMemory,
  type RoundView,
  volRank,
  whyClose,
} from '../../insurance/round.js'
import { chooseStructure, type Leg, lossPerUnit, type StructureChoice } from '../../insurance/strategy.js'
import { holdfastCollateral } from '../../margin/collateral.js'
import { fromUnits, toUnits, wholeLots } from '../exact.js'
import type { SellOptionsAction } from '../vaultAction.js'
import { forwardDelta, optionOffers, usdPerQuote, volAt } from './optionOffers.js'
import { type Plan, type PlannedAction, refused, shareOfRoom } from './plan.js'
import { planTrade } from './trade.js'
import type { VaultView } from './vault.js'

/** One round after another: opens one when none is open and the gate is, closes the open one when its terms say so. */
export function planSellOptions(action: SellOptionsAction, at: VaultView, memory: RoundsMemory = NO_ROUNDS): Plan {
  const { open } = memory
  if (open === undefined) return planOpen(action, at, memory)
  if (open.phase !== 'open') return refused('nothing-to-do', `round ${open.number} waits for its fills (${open.phase})`)
  const end =
    coverLost(action, at, open) ?? whyClose(open, { ...action.roll, ...action.defend }, viewOf(open, at), at.now)
  if (end === undefined) return refused('nothing-to-do', `round ${open.number} is open and goes on`)
  return planClose(action, at, memory, open, end)
}

function planOpen(action: SellOptionsAction, at: VaultView, memory: RoundsMemory): Plan {
  const { now, market, view } = at
  const index = market.index?.(action.underlying).value
  const value = netAssetValue(view)
  if (index === undefined || value === undefined) return refused('no-data', `price or value is unknown`)
  const offers = optionOffers(market, action.underlying, view.venue, now)
  const lot = Number(action.lot)
  const search = chooseStructure({ ...action, lot }, offers, now)
  const refusals = search.refused.map(({ instrument, reason }) => `not ${instrument}: ${reason}`)
  if (search.choice === undefined) {
    return refused(
      'no-quote',
      `no ${action.strategy} can be sold: ${refusals.join('; ') || 'nothing is quoted within the tenor'}`,
    )
  }
  const { choice } = search
  const gate = gateOf(action, at, memory, choice.expiry)
  if (!gate.open) return refused(gate.unknown ? 'no-data' : 'nothing-to-do', gate.why)
  const option = parseInstrumentKey(choice.legs.at(-1)!.offer.instrument) as Option
  const inverse = option.payoff === 'inverse'
  const loss = lossPerUnit(action.strategy, choice.legs, choice.credit, inverse, index * (1 + action.stress))
  const covered = coverOf(action, at, choice.legs, loss, value)
  if (covered === undefined) return refused('no-data', 'what is held as cover is unknown')
  const most = Math.min(
    covered * action.share,
    choice.depth,
    loss > 0 ? Number(action.maxLoss) / loss : Number.POSITIVE_INFINITY,
  )
  const { share, because } = shareOfRoom(at.room, {
    [action.underlying]: Math.max(0, most),
    USD: Math.max(0, most) * index,
  })
  const units = most > 0 ? wholeLots(BigInt(Math.floor(most * share * 1e8 + 1e-3)), toUnits(action.lot)) : 0n
  const limits = `cover ${covered.toFixed(4)} × ${(action.share * 100).toFixed(0)} %, depth ${choice.depth}, loss ${loss.toFixed(0)} USD a unit of at most ${action.maxLoss} USD`
  if (units <= 0n) {
    if (because !== undefined) return refused('bounds', `bound ${because}`)
    return refused('nothing-to-do', `less than one lot of ${action.lot} ${action.underlying} can be sold: ${limits}`)
  }
  const size = Number(units) / 1e8
  const why = [
    `round ${memory.count + 1}, ${action.strategy}: ${gate.why}`,
    `size ${fromUnits(units)} ${action.underlying}: ${limits}${because === undefined ? '' : `; bound ${because}`}`,
    `credit ${choice.credit.toFixed(2)} USD a unit, ${((choice.expiry - now) / 86_400_000).toFixed(1)} d`,
    ...choice.legs.map(
      ({ offer, side }) => `${side} ${offer.instrument}: delta ${(offer.delta ?? Number.NaN).toFixed(3)}`,
    ),
    ...refusals,
  ]
  return openRound(action, at, memory, {
    choice,
    size,
    index,
    why,
    lossMax: loss * size,
    unit: usdPerQuote(at.market, option)!,
  })
}

type Opening = {
  readonly choice: StructureChoice
  readonly size: number
  readonly index: number
  readonly why: readonly string[]
  readonly lossMax: number
  readonly unit: number
}

function openRound(action: SellOptionsAction, at: VaultView, memory: RoundsMemory, opening: Opening): Plan {
  const { choice, size, index, why, lossMax, unit } = opening
  const actions: PlannedAction[] = []
  for (const { offer, side } of choice.legs) {
    const trade = planTrade(
      {
        purpose: 'option-selling',
        instrument: parseInstrumentKey(offer.instrument)!,
        base: side === 'sell' ? -size : size,
        lot: action.lot,
        maxSlippage: action.maxSlippage,
        actionClass: 'open',
        index,
        notes: why,
      },
      { ...at, room: { left: {}, because: {} } },
    )
    if (!trade.ok) return refused(trade.code, trade.reason)
    actions.push(trade.planned)
  }
  // The bounds count the structure once, not each of its legs.
  const counted = actions.map((one, i) => (i === actions.length - 1 ? one : { ...one, amounts: {} }))
  const number = memory.count + 1
  const round: Round = {
    number,
    strategy: action.strategy,
    openedAt: at.now,
    phase: 'opening',
    actedAt: at.now,
    expiry: choice.expiry,
    legs: choice.legs.map(({ offer, side }) => ({
      instrument: offer.instrument,
      size: side === 'sell' ? -size : size,
    })),
    credit: choice.credit / unit,
    lossMax,
    why,
  }
  return { ok: true, actions: counted, together: true, rounds: { ...memory, count: number, open: round } }
}

/** Buys back what is short, then sells the wings; a wing without a bid is left to expire. */
function planClose(action: SellOptionsAction, at: VaultView, memory: RoundsMemory, round: Round, end: RoundEnd): Plan {
  const index = at.market.index?.(action.underlying).value
  if (index === undefined) return refused('no-data', `the price of ${action.underlying} is unknown`)
  const actions: PlannedAction[] = []
  const left: string[] = []
  const legs = [...round.legs].filter(({ size }) => size !== 0).sort((a, b) => a.size - b.size)
  for (const { instrument, size } of legs) {
    const trade = planTrade(
      {
        purpose: 'option-selling',
        instrument: parseInstrumentKey(instrument)!,
        base: -size,
        lot: '0.00000001',
        maxSlippage: action.maxSlippage,
        actionClass: 'reduce',
        index,
        notes: [`round ${round.number} ends (${end.kind}): ${end.why}`],
      },
      { ...at, room: { left: {}, because: {} } },
    )
    if (trade.ok) actions.push({ ...trade.planned, amounts: {} })
    else if (size < 0)
      return refused(trade.code, `round ${round.number} should end (${end.why}) and cannot: ${trade.reason}`)
    else left.push(instrument)
  }
  if (actions.length === 0) return refused('nothing-to-do', `round ${round.number} has only wings left, without a bid`)
  const notes = left.map((instrument) => `left to expire, no bid: ${instrument}`)
  return {
    ok: true,
    actions: actions.map((one) => ({ ...one, notes: [...one.notes, ...notes] })),
    rounds: { ...memory, open: { ...round, phase: 'closing', actedAt: at.now, closing: end } },
  }
}

type Gate = { readonly open: boolean; readonly unknown: boolean; readonly why: string }

/** Sells only where implied vol pays for it: over realised vol, or by its rank; either is enough where both are asked. */
function gateOf(action: SellOptionsAction, at: VaultView, memory: RoundsMemory, expiry: number): Gate {
  const { gate, underlying } = action
  const { overRealised, rank, windowMs } = gate
  if (overRealised === undefined && rank === undefined) return { open: true, unknown: false, why: 'no vol gate' }
  const vol = volAt(at.market, underlying, expiry)
  if (vol === undefined) return { open: false, unknown: true, why: 'implied vol is unknown' }
  const texts: string[] = [`implied vol ${points(vol)}`]
  let known = false
  let open = false
  if (overRealised !== undefined) {
    const realised = realisedVol(at.market.history?.(underlying), at.now, windowMs)
    if (realised === undefined) texts.push('realised vol unknown: too few hours')
    else {
      known = true
      open ||= vol - realised >= overRealised
      texts.push(`realised ${points(realised)}, over it by ${points(vol - realised)}, ${points(overRealised)} asked`)
    }
  }
  if (rank !== undefined) {
    const own = volRank(memory, vol)
    if (own === undefined) texts.push(`rank unknown: ${memory.vols.length} days`)
    else {
      known = true
      open ||= own >= rank
      texts.push(`rank ${(own * 100).toFixed(0)} %, ${(rank * 100).toFixed(0)} % asked`)
    }
  }
  return { open, unknown: !known, why: `${open ? 'gate open' : 'gate shut'}: ${texts.join(', ')}` }
}

function points(vol: number): string {
  return `${(vol * 100).toFixed(1)} vol`
}

/**
 * Units that may be sold without being naked: coins held (and not sold forward) less calls sold already; dollars and their
 * coins, less debts, ÷ strike less what secures puts sold already; net value ÷ loss of a unit for a condor, whose wings are its cover.
 */
function coverOf(
  action: SellOptionsAction,
  { view, market }: VaultView,
  legs: readonly Leg[],
  loss: number,
  value: number,
): number | undefined {
  const { underlying } = action
  if (action.strategy === 'iron-condor') return loss > 0 ? Math.max(0, value) / loss : undefined
  if (action.strategy === 'covered-call') {
    const exposure = exposureTo(view, underlying)
    return exposure && Math.max(0, exposure.balance + Math.min(0, exposure.linear) - shortCalls(view, underlying))
  }
  const strike = legs[0]?.offer.strike ?? Number.NaN
  let cash = 0
  for (const { asset, amount } of view.balances ?? []) {
    const isCash = asset === 'USD' || holdfastCollateral.pegged.includes(asset)
    if (amount < 0 || (isCash && asset !== underlying)) cash += amount * (market.asset?.(asset).value ?? Number.NaN)
  }
  for (const { option, size } of shortOptions(view, underlying))
    if (option.right === 'put') cash -= size * option.strike
  return Number.isFinite(cash) ? Math.max(0, cash) / strike : undefined
}

type Short = { readonly option: Option; readonly size: number }

/** Options sold, sizes > 0. */
function shortOptions(view: VaultView['view'], underlying: string): readonly Short[] {
  return view.positions.flatMap(({ instrument, size }): Short[] => {
    const option = parseInstrumentKey(instrument)
    return option?.kind === 'option' && option.underlying === underlying && size < 0 ? [{ option, size: -size }] : []
  })
}

function shortCalls(view: VaultView['view'], underlying: string): number {
  return shortOptions(view, underlying).reduce(
    (sum, { option, size }) => (option.right === 'call' ? sum + size : sum),
    0,
  )
}

/** Calls that the coins do not cover any more, because they were sold or hedged away, are bought back. */
function coverLost(action: SellOptionsAction, { view }: VaultView, round: Round): RoundEnd | undefined {
  if (round.strategy !== 'covered-call') return undefined
  const exposure = exposureTo(view, action.underlying)
  if (exposure === undefined) return undefined
  const cover = exposure.balance + Math.min(0, exposure.linear)
  const short = shortCalls(view, action.underlying)
  if (!(short > cover + Number(action.lot))) return undefined
  return { kind: 'uncovered', why: `${short} calls are short, ${cover.toFixed(4)} ${action.underlying} cover them` }
}

function viewOf(round: Round, { market, now }: VaultView): RoundView {
  let cost = 0
  let delta = 0
  let inTheMoney = false
  for (const { instrument, size } of round.legs) {
    if (size === 0) continue
    const option = parseInstrumentKey(instrument) as Option
    const quote = market.quote(instrumentKey(option))
    cost += size < 0 ? (quote.ask ?? Number.NaN) : -(quote.bid ?? 0)
    if (size > 0) continue
    delta = Math.max(delta, Math.abs(forwardDelta(market, option, now) ?? Number.NaN))
    const forward = market.forward?.(option.underlying, option.expiry).value ?? Number.NaN
    if (Number.isNaN(forward)) inTheMoney = false
    else if (option.right === 'call' ? forward > option.strike : forward < option.strike) inTheMoney = true
  }
  return {
    inTheMoney,
    ...(Number.isNaN(cost) ? {} : { cost }),
    ...(Number.isNaN(delta) ? {} : { delta }),
  }
}
