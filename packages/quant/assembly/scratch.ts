/** Bytes of a column that are carried through all passes before the next ones: 128 numbers, so that all stay close. */
export const BLOCK: usize = 128 * 8

/** Intermediate columns live in a region that the caller gives, `SCRATCH_COLUMNS` blocks long. */
export const D1: usize = 0
export const DEVIATION: usize = BLOCK
export const INVERSE: usize = 2 * BLOCK
export const SPOT_VALUE: usize = 3 * BLOCK
export const STRIKE_VALUE: usize = 4 * BLOCK
export const DENSITY: usize = 5 * BLOCK
export const TAIL1: usize = 6 * BLOCK
export const TAIL2: usize = 7 * BLOCK
export const SCRATCH_COLUMNS: usize = 8

/** First free address, where the caller may lay out its columns. */
export function heapBase(): usize {
  return __heap_base
}

export function scratchBytes(): usize {
  return SCRATCH_COLUMNS * BLOCK
}
