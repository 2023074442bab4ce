import { LiquidationError } from '@holdfast/engine'
import { CalcError } from '../error.js'

/** Runs a step of a liquidation; what it refuses becomes `INVALID_INPUT` at the path. */
export function refusingLiquidation<Answer>(path: string, run: () => Answer): Answer {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof LiquidationError)) throw error
    throw new CalcError({ code: 'INVALID_INPUT', path, message: error.message, reason: error.code }, { cause: error })
  }
}
