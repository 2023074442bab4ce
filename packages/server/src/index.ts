export type { ClosingStatement } from './act/closing.js'
export { type ActLine, createExecutor, type Executor, type ExecutorOptions } from './act/executor.js'
export { createInbox, type Inbox } from './act/inbox.js'
export { AccountLockedError, lockAccount } from './act/lock.js'
export { ACT_SETTINGS, type ActSettings } from './act/settings.js'
export type { Channel } from './alert/channels/channel.js'
export { configuredChannels } from './alert/channels/configured.js'
export { type AlertDelivery, type AlertDeliveryOptions, createAlertDelivery } from './alert/delivery.js'
export { type ApiOptions, createApi } from './api/api.js'
export { type Access, UnsafeBindError } from './api/guard.js'
export { type ApiKeyRecord, createApiKey, KEY_SCOPES, type KeyScope } from './api/keys.js'
export type * from './api/ports.js'
export { PROBLEMS, Problem, type ProblemCode } from './api/problem.js'
export {
  createReadModel,
  type JournalHead,
  type ReadModel,
  type ReadModelOptions,
  type RecordedDecision,
} from './api/readModel.js'

export type {
  ActedWire,
  ApprovalWire,
  AttributionWire,
  FillWire,
  KillPreviewWire,
  KillsWire,
  KillWire,
  OrderWire,
  VenuesWire,
} from './api/wire/acting.js'

export {
  type CompareHedgingOptions,
  compareHedging,
  type HedgingComparison,
  HedgingRuleError,
} from './hedging/compareHedging.js'
export type { HedgingRow } from './hedging/tally.js'

export { type House, type HouseOptions, type HouseOutcome, InstrumentError, openHouse } from './house/house.js'
export { LiveError, type VenueOpener } from './house/live.js'
export { type RunExtent, runExtent } from './house/runState.js'
export { recordedTurns } from './house/turns.js'
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
export { createLogger, LOG_LEVELS, type Logger, type LogLevel } from './log/logger.js'
export { createRedactor, type Redactor } from './log/redaction.js'
export { createSecretReader, SecretError, type SecretReader } from './log/secret.js'
export { createMetrics, type Metrics } from './metrics/metrics.js'
export { hedgingPage } from './report/html/hedging.js'
export { createReport, type Report, type ReportOptions, type ReportPaths } from './report/report.js'
export type { ReportSummary } from './report/summary.js'
export { systemClock } from './run/clock.js'
export { engineFor, engineOf, headerFor } from './run/header.js'
export { type LiveOptions, liveSource } from './run/live.js'
export { type RunningLoop, type RunOptions, type RunOutcome, runLoop } from './run/loop.js'
export type * from './run/ports.js'
export type { TurnDifference } from './run/replay.js'
export {
  type Database,
  type DatabaseOptions,
  dropSqlView,
  OtherJournalError,
  openDatabase,
  openSqlView,
  type SqlView,
  sqlTables,
} from './storage/index.js'
export { clearingReplay, type VenueWalk, type VenueWalkOptions, venueHeader, walkVenue } from './venue/journal.js'
export { createVenueRecord, type VenueRecord } from './venue/record.js'
export { createVenueReport, type VenueReport } from './venue/report.js'
export { type ServeVenueOptions, serveVenue } from './venue/serve.js'
export { type Incident, type IncidentAccount, openIncidents } from './watchdog/incident.js'
export { drillWatchdog, runWatchdog, WatchdogError, type WatchdogOptions } from './watchdog/watchdog.js'
