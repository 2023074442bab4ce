import type { CalcKind } from '../kind.js'
import { margin } from './margin.js'
import { impliedVol } from './price/impliedVol.js'
import { price } from './price/price.js'
import { risk } from './risk.js'
import { surface, varianceSwap } from './surface.js'

const kinds: readonly CalcKind[] = [price, impliedVol, margin, surface, varianceSwap, risk]

/** Every kind that `holdfast calc` and `POST /v1/calc/{kind}` answer, by name. */
export const calcKinds: ReadonlyMap<string, CalcKind> = new Map(kinds.map((kind) => [kind.name, kind]))
