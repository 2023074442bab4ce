export { median } from './measure.mjs'
