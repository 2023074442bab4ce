import { InputError } from '@holdfast/quant'
import { CalcError } from '../../error.js'

const OF_MARKET = new Set(['spot', 'forward', 'rate', 'dividendYield', 'vol', 'assets', 'correlation'])
const RENAMED: Readonly<Record<string, string>> = { yearsToExpiry: 'years', discountFactor: 'rate' }

/**
 * Runs a formula; what it refuses becomes `INVALID_INPUT` at the field of the request that it named. A field may carry a path
 * of its own (`model/v0`, `fixings/first`, `assets/1/vol`).
 */
export function refusingPrice<Answer>(ofInstrument: ReadonlySet<string>, run: () => Answer): Answer {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const field = RENAMED[error.field] ?? error.field
    const [head = ''] = field.split('/')
    const inMarket = OF_MARKET.has(head) && !ofInstrument.has(head)
    const path = head === 'model' || head === 'price' ? `/${field}` : `/${inMarket ? 'market' : 'instrument'}/${field}`
    throw new CalcError({ code: 'INVALID_INPUT', path, message: error.message }, { cause: error })
  }
}
