import type { AccountAssessment, PositionAssessment } from '@holdfast/engine'
import { parseInstrumentKey } from '@holdfast/quant'
import { z } from 'zod'
import type { MarketMemory } from '../marketMemory.js'
import { iso, isoTime, known, named, optional, quality, type Wire } from './common.js'

const number = z.number()

export const positionSchema = named(
  'Position',
  'A holding. `size` is signed in `sizeUnit`; `mark` in `priceUnit`; value, P&L, Greeks and margin share in USD (delta in base units). ' +
    '`marginShare` is how much maintenance margin would fall if the position were not there.',
  z.object({
    account: z.string(),
    instrument: z.string(),
    kind: z.enum(['spot', 'perpetual', 'future', 'option']),
    underlying: z.string(),
    payoff: optional(z.enum(['linear', 'inverse'])),
    expiry: optional(isoTime),
    strike: optional(number),
    right: optional(z.enum(['call', 'put'])),
    size: number,
    sizeUnit: z.string(),
    mark: optional(number),
    quotedMark: optional(number),
    priceUnit: z.string(),
    /** Annualised decimal, as the venue last quoted it. */
    markVol: optional(number),
    value: optional(number),
    unrealisedPnl: optional(number),
    delta: optional(number),
    cashDelta: optional(number),
    gamma: optional(number),
    vegaPerVolPoint: optional(number),
    thetaPerDay: optional(number),
    marginShare: optional(number),
    quality,
  }),
)

export type PositionWire = Wire<z.infer<typeof positionSchema>>

export function positionsWire(account: AccountAssessment, market: MarketMemory): readonly PositionWire[] {
  return account.positions.map((position) => positionWire(account.account, position, market))
}

function positionWire(account: string, position: PositionAssessment, market: MarketMemory): PositionWire {
  const instrument = parseInstrumentKey(position.instrument)
  const dated = instrument?.kind === 'future' || instrument?.kind === 'option' ? instrument.expiry : undefined
  const option = instrument?.kind === 'option' ? instrument : undefined
  return {
    account,
    ...position,
    kind: instrument?.kind ?? 'spot',
    underlying: instrument?.underlying ?? position.sizeUnit,
    ...known('payoff', instrument !== undefined && instrument.kind !== 'spot' ? instrument.payoff : undefined),
    ...known('expiry', dated === undefined ? undefined : iso(dated)),
    ...known('strike', option?.strike),
    ...known('right', option?.right),
    ...known('markVol', market.quote(position.instrument)?.markVol),
  }
}
