/** The folder of recorded data: `deribit_options`, `prices` and others lie in it. It may be absent. */
export const RECORDED_DATA: string
/** The folder of worked examples of margin and liquidation. It may be absent. */
export const WORKED_EXAMPLES: string
