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
  type VerifyOptions,
  type VerifyReport,
  verifyJournal,
  walkJournal,
} from './journal/index.js'
export { systemClock } from './run/clock.js'
export { type RunningLoop, type RunOptions, type RunOutcome, runLoop } from './run/loop.js'
export type * from './run/ports.js'
export type { TurnDifference } from './run/replay.js'
