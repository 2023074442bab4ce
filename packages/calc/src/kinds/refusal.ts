import { InputError, SurfaceError } from '@holdfast/quant'
import { CalcError } from '../error.js'

/** Runs a formula; what it refuses becomes `INVALID_INPUT` at the path, with the offending field appended where it is named. */
export function refusing<Answer>(path: string, run: () => Answer): Answer {
  try {
    return run()
  } catch (error) {
    if (error instanceof InputError) {
      const field = error.field.replaceAll('[', '/').replaceAll(']', '').replaceAll('.', '/')
      throw new CalcError({ code: 'INVALID_INPUT', path: `${path}/${field}`, message: error.message }, { cause: error })
    }
    if (error instanceof SurfaceError) {
      throw new CalcError({ code: 'INVALID_INPUT', path, message: error.message }, { cause: error })
    }
    throw error
  }
}

export function missing(path: string, message: string): CalcError {
  return new CalcError({ code: 'MISSING_INPUT', path, message })
}
