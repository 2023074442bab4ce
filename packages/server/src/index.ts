export type * from './api/ports.js'
export {
  createReadModel,
  type JournalHead,
  type ReadModel,
  type ReadModelOptions,
  type RecordedDecision,
} from './api/readModel.js'
export {
  describeFault,
  JournalError,
  type JournalErrorCode,
  type JournalFault,
  type JournalFiles,
  type JournalWriter,
  lockFolder,
  nodeFiles,
  nodeSha256,
  type OpenedJournal,
  type OpenJournalOptions,
  openJournal,
  walkJournal,
} from './journal/index.js'
export * from './run/ports.js'
