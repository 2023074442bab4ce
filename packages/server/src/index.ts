export type * from './api/ports.js'
export {
  createReadModel,
  type JournalHead,
  type ReadModel,
  type ReadModelOptions,
  type RecordedDecision,
} from './api/readModel.js'
export * from './run/ports.js'
