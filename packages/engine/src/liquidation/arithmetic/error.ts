/** Raised where the arithmetic of a liquidation is asked for something that the venue itself refuses. */
export class LiquidationArithmeticError extends Error {
  override readonly name = 'LiquidationArithmeticError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
