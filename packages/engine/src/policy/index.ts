export * from './condition/compileCondition.js'
export * from './condition/condition.js'
export * from './configuration/checkInstruments.js'
export * from './configuration/compileConfiguration.js'
export * from './configuration/compileVenue.js'
export * from './configuration/diagnostic.js'
export * from './configuration/effective.js'
export { instantText, parseInstant } from './configuration/instant.js'
export { configurationSchema } from './configuration/schema.js'
export { allowedKeys } from './configuration/schemaTree.js'
export { venueSchema } from './configuration/venueSchema.js'
export * from './configuration.js'
export type { DecideMarket } from './decide/context.js'
export * from './decide/decide.js'
export { haltKeysOf } from './decide/halts.js'
export {
  type KillClose,
  type KillPreview,
  type KillPreviewContext,
  killPreviewText,
  previewKill,
} from './decide/killPreview.js'
export { KILL, type KillNote, killNote, readKillNote } from './decide/kills.js'
export { type Criterion, criteriaOf } from './decide/ladder.js'
export * from './explain/explainDecision.js'
export * from './explain/term.js'
export * from './explain/whyNot.js'
export * from './measure.js'
export * from './rulebook.js'
export * from './state.js'
export * from './vaultAction.js'
