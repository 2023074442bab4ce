/** Raised where a step of a liquidation is asked for with figures that cannot be. `code` is stable. */
export class LiquidationError extends Error {
  override readonly name = 'LiquidationError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
