import { InputError } from '../inputError.js'

/** Memory of one kernel, handed out from the front and never taken back: drop the kernel to free it. */
export type Arena = {
  readonly allocate: (length: number) => Float64Array
  readonly allocateIndices: (length: number) => Uint32Array
  /** @throws {InputError} unless the column lies in this memory and has at least `length` elements. */
  readonly require: (name: string, column: Float64Array | Uint32Array, length: number) => void
}

const ALIGNMENT = 16

export function createArena(buffer: ArrayBufferLike, firstFree: number): Arena {
  let free = Math.ceil(firstFree / ALIGNMENT) * ALIGNMENT
  const take = (name: string, length: number, bytesEach: number): number => {
    if (!(Number.isInteger(length) && length >= 0)) throw new InputError(name, length, 'a whole number >= 0')
    const start = free
    const end = start + Math.ceil((length * bytesEach) / ALIGNMENT) * ALIGNMENT
    if (end > buffer.byteLength) {
      const room = Math.floor((buffer.byteLength - start) / bytesEach)
      throw new InputError(name, length, `at most ${room}, what is left; open the kernel with more capacityBytes`)
    }
    free = end
    return start
  }
  return {
    allocate: (length) => new Float64Array(buffer, take('length', length, 8), length),
    allocateIndices: (length) => new Uint32Array(buffer, take('length', length, 4), length),
    require: (name, column, length) => {
      if (column.buffer !== buffer) throw new InputError(name, 'another buffer', 'a column allocated by this kernel')
      if (!(column.length >= length)) throw new InputError(name, column.length, `a column of at least ${length}`)
    },
  }
}
