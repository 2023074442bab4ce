import { type Instrument, instrumentKey } from '@holdfast/quant'
import type { AccountAssessment, Assessment } from '../../assess/assessment.js'
import type { DecisionInput } from '../../decision.js'
import { type HedgeCandidate, planLegs } from '../../hedge/candidate.js'
import { baseSize } from '../../hedge/size.js'
import type { HedgePlaceConfiguration } from '../configuration.js'
import type { HedgeAction, HedgeSubject } from './hedge.js'
import { type HedgeMarket, quoteInput } from './plan.js'

/** Where a part of a hedge is done. */
export type HedgePlace = {
  readonly instrument: Instrument
  readonly account: string
  /** Base units, signed, before the hedging ratio. */
  readonly size: number
  readonly notes: readonly string[]
}

export type HedgePlaces =
  | { readonly ok: true; readonly places: readonly HedgePlace[]; readonly notes: readonly string[] }
  | { readonly ok: false; readonly reason: string; readonly inputs: readonly DecisionInput[] }

/**
 * Where a trade is done: at the only instrument that the rule names, or at the cheapest of its places as far as depth and margin
 * go, and on at the next. Every place that is passed over is named, with why.
 */
export function hedgePlaces(
  action: HedgeAction,
  trade: number,
  { view }: HedgeSubject,
  assessment: Assessment,
  market: HedgeMarket,
): HedgePlaces {
  const { instrument, account, candidates } = action
  if (candidates === undefined)
    return { ok: true, places: [{ instrument, account, size: trade, notes: [] }], notes: [] }
  const accounts = assessment.accounts.filter((one) => view.accounts.includes(one.account))
  const asked = candidates.map((place) => candidateOf(place, assessment, market))
  const plan = planLegs(trade, asked, undefined, unmarked(accounts, candidates))
  const inputs = candidates.map((place) => {
    const quote = market.quote(instrumentKey(place.instrument))
    return quoteInput(quote, trade > 0 ? 'ask' : 'bid', place.instrument.quote)
  })
  if (plan.waits !== undefined) return { ok: false, reason: plan.waits, inputs }
  const left = plan.left === 0 ? [] : [`${Math.abs(plan.left).toFixed(4)} ${instrument.underlying} found no place`]
  return {
    ok: true,
    places: plan.legs.map(({ candidate, size, notes }) => ({
      instrument: candidate.instrument,
      account: candidate.account,
      size,
      notes,
    })),
    notes: [...plan.refused.map(({ reason }) => `passed over: ${reason}`), ...left],
  }
}

/** Hedge legs that are held and cannot be valued. */
function unmarked(
  accounts: readonly AccountAssessment[],
  places: readonly HedgePlaceConfiguration[],
): readonly string[] {
  const keys = new Set(places.map(({ instrument }) => instrumentKey(instrument)))
  return accounts.flatMap(({ positions }) =>
    positions
      .filter(({ instrument, size, mark }) => keys.has(instrument) && size !== 0 && mark === undefined)
      .map(({ instrument }) => instrument),
  )
}

function candidateOf(
  { instrument, account, fee, marginRate }: HedgePlaceConfiguration,
  assessment: Assessment,
  market: HedgeMarket,
): HedgeCandidate {
  const { bid, ask, mark, bidSize, askSize, fundingRate } = market.quote(instrumentKey(instrument))
  const view = assessment.accounts.find((one) => one.account === account)
  const nearest = view?.distance?.nearest
  const depth = (size: number | undefined, price: number | undefined) =>
    size === undefined || price === undefined ? undefined : baseSize(instrument, size, price)
  const bidDepth = depth(bidSize, bid)
  const askDepth = depth(askSize, ask)
  return {
    instrument,
    account,
    state: market.venueState?.(instrument.venue) ?? 'open',
    ...(bid === undefined ? {} : { bid }),
    ...(ask === undefined ? {} : { ask }),
    ...(mark === undefined ? {} : { mark }),
    ...(bidDepth === undefined ? {} : { bidDepth }),
    ...(askDepth === undefined ? {} : { askDepth }),
    fee,
    ...(fundingRate === undefined ? {} : { fundingPerHour: fundingRate / FUNDING_HOURS }),
    marginRate,
    ...(view?.margin.ok === true ? { marginAvailable: view.margin.equity - view.margin.initialMargin } : {}),
    ...(nearest === undefined ? {} : { liquidationDistance: Math.abs(nearest) }),
  }
}

/** Hours that a quoted funding rate is for. */
const FUNDING_HOURS = 8
