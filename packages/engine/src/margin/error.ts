import { didYouMean } from '../text/suggest.js'

/** Raised where a margin model is asked for by a name that is not in the registry. */
export class UnknownMarginModelError extends Error {
  readonly code = 'UNKNOWN_MARGIN_MODEL'
  readonly model: string
  readonly known: readonly string[]

  constructor(model: string, known: readonly string[]) {
    super(`Unknown margin model "${model}"${didYouMean(model, known)}. Known models: ${known.join(', ')}.`)
    this.name = 'UnknownMarginModelError'
    this.model = model
    this.known = known
  }
}

/** Raised where a parameter override is unknown, of the wrong type or out of its range. */
export class MarginParameterError extends Error {
  readonly code = 'INVALID_MARGIN_PARAMETER'
  readonly model: string
  /** JSON pointer within the parameters, e.g. `/imFactor`. */
  readonly path: string
  /** The allowed name that was probably meant. */
  readonly suggestion?: string

  constructor(model: string, path: string, detail: string, suggestion?: string) {
    super(`Margin model "${model}", parameter ${path === '' ? '/' : path}: ${detail}`)
    this.name = 'MarginParameterError'
    this.model = model
    this.path = path
    if (suggestion !== undefined) this.suggestion = suggestion
  }
}
