import { requirePositive } from '../inputError.js'
import type { Kernel } from './contract.js'
import { createTypeScriptKernel } from './typescript.js'
import { createWasmKernel, createWasmKernelAsync } from './wasm.js'

/**
 * The fastest kernel that this engine runs: SIMD where there is WebAssembly with SIMD, else plain TypeScript. The
 * results are the same to the bit.
 *
 * @param capacityBytes - room for all columns that will be allocated from it; 8 bytes a number.
 * @throws {InputError} where the capacity is not > 0.
 */
export function openKernel(capacityBytes: number): Kernel {
  requirePositive('capacityBytes', capacityBytes)
  return createWasmKernel(capacityBytes) ?? createTypeScriptKernel(capacityBytes)
}

/** `openKernel` without blocking, for a browser's main thread. */
export async function openKernelAsync(capacityBytes: number): Promise<Kernel> {
  requirePositive('capacityBytes', capacityBytes)
  return (await createWasmKernelAsync(capacityBytes)) ?? createTypeScriptKernel(capacityBytes)
}
