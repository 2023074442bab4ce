import type { CalcKind } from '../kind.js'
import { adl } from './adl.js'
import { auction } from './auction.js'
import { liquidation } from './liquidation.js'
import { margin } from './margin.js'
import { impliedVol } from './price/impliedVol.js'
import { price } from './price/price.js'
import { backtestAlone, risk, valueAtRiskAlone } from './risk.js'
import { surface, varianceSwap } from './surface.js'
import { waterfall } from './waterfall.js'

const kinds: readonly CalcKind[] = [
  price,
  impliedVol,
  margin,
  surface,
  varianceSwap,
  risk,
  liquidation,
  auction,
  waterfall,
  adl,
  valueAtRiskAlone,
  backtestAlone,
]

/** Every kind that `holdfast calc` and `POST /v1/calc/{kind}` answer, by name. */
export const calcKinds: ReadonlyMap<string, CalcKind> = new Map(kinds.map((kind) => [kind.name, kind]))
