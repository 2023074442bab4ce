export type { Heston } from './heston.js'
export type { Jumps } from './jumps.js'
export { batesPrice, hestonPrice, mertonPrice } from './stochastic.js'
