import { planLiquidation, planText } from '@holdfast/engine'
import { type ScenarioItem, scenarioPnl } from '@holdfast/quant'
import { z } from 'zod'
import { defineKind, requestId } from '../kind.js'
import { refusingLiquidation } from './liquidationRefusal.js'
import { refusing } from './refusal.js'

const positive = z.number().positive()
const atLeastZero = z.number().min(0)

const instrument = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('option'),
    right: z.enum(['call', 'put']),
    strike: positive,
    years: atLeastZero,
    vol: positive,
  }),
  z.strictObject({ kind: z.literal('future') }),
  z.strictObject({ kind: z.literal('perpetual') }),
  z.strictObject({ kind: z.literal('spot') }),
])

const leg = z.strictObject({
  name: z.string().min(1),
  instrument: instrument.optional().describe('linear; needed where scenarios are given'),
  size: z.number().describe('signed, long positive; 0 for an instrument that is only there to hedge with'),
  price: positive.describe('mark of the instrument, settlement money per unit'),
  underlyingPrice: positive.optional().describe('forward of an option; the mark where absent'),
  addOn: atLeastZero.optional().describe('initial margin per unit of |size| beside the scenarios; 0 where absent'),
  halfSpread: atLeastZero.optional().describe('settlement money per unit, as are fee and wait; 0 where absent'),
  fee: atLeastZero.optional(),
  impact: atLeastZero.optional().describe('price moved per unit traded within a tranche'),
  wait: atLeastZero.optional().describe('cost per unit for each tranche that it waits'),
  trancheSize: positive.optional().describe('the most that one tranche trades; all of it where absent'),
  maximalHedge: atLeastZero.optional().describe('the most that may be opened; 0 where absent'),
})

const request = z.strictObject({
  id: requestId,
  account: z.strictObject({
    equity: z.number().describe('signed, settlement money'),
    openOrders: z.int().min(0).optional(),
    legs: z.array(leg).min(1),
  }),
  scenarios: z
    .array(
      z.strictObject({
        spotMove: z.number().gt(-1).describe('relative: -0.15 is fifteen per cent down'),
        volMove: z.number().gt(-1).optional().describe('relative; 0 where absent'),
      }),
    )
    .optional()
    .describe('initial margin is the worst loss of these, plus the add-ons'),
  buffer: z.number().min(0).lt(10).optional().describe('share of initial margin restored beyond it; 0.05 where absent'),
  trancheSeconds: atLeastZero.optional().describe('time between tranches; 5 where absent'),
  maximalTranches: z.int().min(1).max(100).optional().describe('20 where absent'),
})
type Leg = z.output<typeof leg>

/** `liquidation`: the plan that restores an account at least expected cost, as data and in words. */
export const liquidation = defineKind({
  name: 'liquidation',
  summary: 'Plans a liquidation: orders cancelled, legs reduced and hedged in tranches, at least expected cost.',
  request,
  answer: (input) => {
    const scenarios = input.scenarios ?? []
    const legs = input.account.legs.map((given, index) => {
      const losses = scenarios.map(({ spotMove, volMove = 0 }) =>
        refusing(`/account/legs/${index}`, () => {
          const pnl = scenarioPnl(itemOf(given), { spotMove, vol: { kind: 'relative', change: volMove } })
          return pnl === 0 ? 0 : -pnl
        }),
      )
      const { name, size, price, addOn = 0, halfSpread = 0, fee = 0, impact = 0, wait = 0, maximalHedge = 0 } = given
      return {
        name,
        size,
        price,
        scenarioLosses: losses,
        addOnPerUnit: addOn,
        cost: { halfSpread, fee, impact, wait },
        trancheSize: given.trancheSize ?? Math.max(Math.abs(size), maximalHedge, Number.MIN_VALUE),
        maximalHedge,
      }
    })
    const plan = refusingLiquidation('/account', () =>
      planLiquidation({
        equity: input.account.equity,
        buffer: input.buffer ?? 0.05,
        legs,
        trancheMs: (input.trancheSeconds ?? 5) * 1_000,
        maximalTranches: input.maximalTranches ?? 20,
        openOrders: input.account.openOrders ?? 0,
      }),
    )
    return { ...plan, text: planText(plan) }
  },
})

function itemOf({ instrument: kind = { kind: 'perpetual' }, price, underlyingPrice }: Leg): ScenarioItem {
  const underlying = 'underlying'
  const forward = underlyingPrice ?? price
  switch (kind.kind) {
    case 'option': {
      const { right, strike, years, vol } = kind
      return {
        kind: 'option',
        underlying,
        payoff: 'linear',
        right,
        strike,
        years,
        forward,
        impliedVol: vol,
        index: forward,
      }
    }
    case 'spot':
      return { kind: 'spot', underlying, price }
    case 'future':
    case 'perpetual':
      return { kind: kind.kind, underlying, payoff: 'linear', price, index: price }
  }
}
