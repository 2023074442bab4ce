import { absorbLoss } from '@holdfast/engine'
import { z } from 'zod'
import { defineKind, requestId } from '../kind.js'
import { amount, amountReader, eachOnce } from './amount.js'

const request = z.strictObject({
  id: requestId,
  loss: amount.describe('what is to be absorbed, >= 0, settlement money'),
  penalty: amount
    .optional()
    .describe('collected from the liquidated account: carries its own loss first; 0 where absent'),
  fund: z
    .strictObject({
      balance: amount,
      cap: amount.optional().describe('the most it gives for one loss; its balance where absent'),
    })
    .optional()
    .describe('the insurance fund of the market'),
  deleveragingCapacity: amount.optional().describe('what the other side can give up; 0 where absent'),
  balances: z
    .array(z.strictObject({ account: z.string().min(1), balance: amount }))
    .optional()
    .describe('who shares what is left, in proportion'),
})

/** `waterfall`: who carries a loss, to the last unit. */
export const waterfall = defineKind({
  name: 'waterfall',
  summary: 'Absorbs a loss: liquidation penalty, insurance fund, auto-deleveraging, socialised loss.',
  request,
  answer: ({ loss, penalty, fund, deleveragingCapacity, balances }) => {
    const { readAtLeastZero: read, write } = amountReader()
    eachOnce(balances ?? [], '/balances')
    const fundBalance = fund === undefined ? 0n : read(fund.balance, '/fund/balance')
    const absorbed = absorbLoss(read(loss, '/loss'), {
      penalty: penalty === undefined ? 0n : read(penalty, '/penalty'),
      fundBalance,
      fundCap: fund?.cap === undefined ? fundBalance : read(fund.cap, '/fund/cap'),
      deleveragingCapacity:
        deleveragingCapacity === undefined ? 0n : read(deleveragingCapacity, '/deleveragingCapacity'),
      balances: (balances ?? []).map(({ account, balance }, index) => {
        return { account, balance: read(balance, `/balances/${index}/balance`) }
      }),
    })
    return {
      loss: write(absorbed.loss),
      fromPenalty: write(absorbed.fromPenalty),
      fromFund: write(absorbed.fromFund),
      fundAfter: write(absorbed.fundAfter),
      residual: write(absorbed.residual),
      deleveraged: write(absorbed.deleveraged),
      socialised: absorbed.socialised.map((part) => ({ account: part.account, amount: write(part.amount) })),
      socialisedTotal: write(absorbed.socialisedTotal),
      unabsorbed: write(absorbed.unabsorbed),
      withdrawalsGated: absorbed.withdrawalsGated,
    }
  },
})
