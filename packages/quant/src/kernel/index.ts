export { checkOptionColumns } from './checks.js'
export type {
  BookColumns,
  GreekColumns,
  Kernel,
  OptionColumns,
  QuoteColumns,
  RevaluationColumns,
  ScenarioColumns,
} from './contract.js'
export { DIGEST_CAPACITY_BYTES, kernelDigest } from './digest.js'
export { openKernel, openKernelAsync } from './open.js'
export { type HeldOption, prepareOptions, prepareScenarios, type ScenarioShock } from './prepare.js'
export { createTypeScriptKernel } from './typescript.js'
export { createWasmKernel, createWasmKernelAsync, kernelArtefactBytes } from './wasm.js'
