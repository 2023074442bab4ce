export { type Database, type DatabaseOptions, openDatabase } from './database.js'
export * as sqlTables from './schema.js'
export { dropSqlView, OtherJournalError, openSqlView, type SqlView } from './view.js'
