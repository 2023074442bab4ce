export { evaluateBook } from './book'
export { optionGreeks } from './options'
export { revalueOptions, scenarioTable } from './revaluation'
export { heapBase, scratchBytes } from './scratch'
