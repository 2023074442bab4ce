import { createArena } from './arena.js'
import { decodeBase64 } from './base64.js'
import { requireBook, requireRevaluation, requireRows } from './checks.js'
import type { Kernel } from './contract.js'
import { KERNEL_WASM_BASE64 } from './kernel.generated.js'

/** As much of the WebAssembly interface as is used here; the core is compiled without the browser's types. */
type WebAssemblyInterface = {
  readonly Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
  readonly validate: (bytes: Uint8Array) => boolean
  readonly compile: (bytes: Uint8Array) => Promise<object>
}

/** What `assembly/index.ts` exports: pointers and counts. */
type KernelExports = {
  readonly heapBase: () => number
  readonly scratchBytes: () => number
  readonly optionGreeks: (...args: number[]) => void
  readonly impliedVols: (...args: number[]) => void
  readonly revalueOptions: (...args: number[]) => void
  readonly scenarioTable: (...args: number[]) => void
  readonly evaluateBook: (...args: number[]) => void
}

const PAGE_BYTES = 65_536
const PAGES_MAX = 65_536

function webAssembly(): WebAssemblyInterface | undefined {
  return (globalThis as { readonly WebAssembly?: WebAssemblyInterface }).WebAssembly
}

/** The kernel's bytes where this engine can run them, SIMD included. */
function usableBytes(): { readonly wasm: WebAssemblyInterface; readonly bytes: Uint8Array } | undefined {
  const wasm = webAssembly()
  if (wasm === undefined) return undefined
  const bytes = decodeBase64(KERNEL_WASM_BASE64)
  return wasm.validate(bytes) ? { wasm, bytes } : undefined
}

/** Size of the artefact in bytes. */
export function kernelArtefactBytes(): number {
  return decodeBase64(KERNEL_WASM_BASE64).length
}

/** The SIMD kernel, or undefined where WebAssembly or its SIMD is missing. Browsers may refuse this on the main thread. */
export function createWasmKernel(capacityBytes: number): Kernel | undefined {
  const usable = usableBytes()
  if (usable === undefined) return undefined
  return instantiate(usable.wasm, new usable.wasm.Module(usable.bytes), capacityBytes)
}

/** `createWasmKernel` for a browser's main thread, where compilation must not block. */
export async function createWasmKernelAsync(capacityBytes: number): Promise<Kernel | undefined> {
  const usable = usableBytes()
  if (usable === undefined) return undefined
  return instantiate(usable.wasm, await usable.wasm.compile(usable.bytes), capacityBytes)
}

function instantiate(wasm: WebAssemblyInterface, module: object, capacityBytes: number): Kernel | undefined {
  // One page more than the columns need: for the constants and the scratch blocks.
  const pages = Math.ceil(capacityBytes / PAGE_BYTES) + 1
  if (pages > PAGES_MAX) return undefined
  const memory = new wasm.Memory({ initial: pages, maximum: pages })
  const kernel = new wasm.Instance(module, { env: { memory } }).exports as KernelExports
  const scratch = Math.ceil(kernel.heapBase() / 16) * 16
  const arena = createArena(memory.buffer, scratch + kernel.scratchBytes())
  const at = (column: Float64Array | Uint32Array) => column.byteOffset
  return {
    implementation: 'wasm-simd',
    allocate: arena.allocate,
    allocateIndices: arena.allocateIndices,
    optionGreeks: (count, o, out) => {
      requireRows(arena, count, o, out)
      const inputs = [o.spot, o.strike, o.years, o.vol, o.rate, o.dividendYield, o.sign].map(at)
      const outputs = [out.price, out.delta, out.gamma, out.vega, out.theta, out.rho].map(at)
      kernel.optionGreeks(count, ...inputs, ...outputs, scratch)
    },
    impliedVols: (count, quotes, vol) => {
      requireRows(arena, count, quotes, { vol })
      const inputs = [quotes.forward, quotes.strike, quotes.years, quotes.sign, quotes.price].map(at)
      kernel.impliedVols(count, ...inputs, at(vol), scratch)
    },
    revalueOptions: (o, sc, pnl) => {
      requireRevaluation(arena, o, sc)
      arena.require('pnl', pnl, sc.count)
      kernel.revalueOptions(o.count, ...optionPointers(o), sc.count, ...scenarioPointers(sc), at(pnl), scratch)
    },
    scenarioTable: (o, sc, table) => {
      requireRevaluation(arena, o, sc)
      arena.require('table', table, o.count * sc.stride)
      const pointers = [...optionPointers(o), sc.stride, ...scenarioPointers(sc)]
      kernel.scenarioTable(o.count, ...pointers, at(table), sc.stride, scratch)
    },
    evaluateBook: (book, table, stride, worst) => {
      requireBook(arena, book, table, stride, worst)
      kernel.evaluateBook(
        book.accounts,
        at(book.offsets),
        at(book.instrument),
        at(book.size),
        at(table),
        stride,
        at(worst),
      )
    },
  }
}

function optionPointers(o: Parameters<Kernel['revalueOptions']>[0]): number[] {
  const columns = [o.sign, o.strike, o.forward, o.logMoneyness, o.deviation, o.inverseDeviation, o.weight, o.base]
  return columns.map((column) => column.byteOffset)
}

function scenarioPointers(s: Parameters<Kernel['revalueOptions']>[1]): number[] {
  return [s.spotFactor, s.logSpotFactor, s.volFactor, s.inverseVolFactor].map((column) => column.byteOffset)
}
