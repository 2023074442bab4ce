import { ADL_RULES, adlQueue, deleverage } from '@holdfast/engine'
import { z } from 'zod'
import { defineKind, requestId } from '../kind.js'
import { amount, amountReader, eachOnce } from './amount.js'
import { refusingLiquidation } from './liquidationRefusal.js'

const request = z.strictObject({
  id: requestId,
  residual: amount.describe('signed position that must be closed, in the size unit of the market'),
  rule: z.enum(ADL_RULES).optional().describe('hedge-aware where absent'),
  seed: z.int().min(0).max(4_294_967_295).optional().describe('for pseudo-random; 0 where absent'),
  candidates: z.array(
    z.strictObject({
      account: z.string().min(1),
      size: amount.describe('signed position in the market'),
      profitRatio: z.number().optional().describe('unrealised profit ÷ entry notional; 0 where absent'),
      leverage: z.number().min(0).optional().describe('notional ÷ equity; 1 where absent'),
      netExposure: amount.optional().describe('to the underlying over all it holds; its size where absent'),
      maximum: amount.optional().describe('the most it can take; its position where absent'),
    }),
  ),
})

/** `adl`: who is deleveraged, by how much, and the queue as it would be published. */
export const adl = defineKind({
  name: 'adl',
  summary: 'Auto-deleveraging of a residual position: minimal, hedge-aware, or by the rules of the venues.',
  request,
  answer: (input) => {
    const { read, write } = amountReader()
    const { rule = 'hedge-aware', seed = 0 } = input
    const residual = read(input.residual, '/residual')
    eachOnce(input.candidates, '/candidates')
    const candidates = input.candidates.map((candidate, index) => {
      const at = `/candidates/${index}`
      const size = read(candidate.size, `${at}/size`)
      const { account, profitRatio = 0, leverage = 1, netExposure, maximum } = candidate
      return {
        account,
        size,
        profitRatio,
        leverage,
        netExposure: netExposure === undefined ? size : read(netExposure, `${at}/netExposure`),
        ...(maximum === undefined ? {} : { maximum: read(maximum, `${at}/maximum`) }),
      }
    })
    return refusingLiquidation('/candidates', () => {
      const { takes, taken, unfilled } = deleverage(residual, candidates, rule, seed)
      return {
        rule,
        queue: adlQueue(residual, candidates, rule, seed).map(({ account }) => account),
        takes: takes.map(({ account, size }) => ({ account, size: write(size) })),
        taken: write(taken),
        unfilled: write(unfilled),
      }
    })
  },
})
