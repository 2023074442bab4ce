export { applyBookEvent } from './apply.js'
export {
  type AccountProfile,
  type Book,
  bookDigest,
  createBook,
  DuplicateAccountError,
  type Flow,
  type Knowledge,
  openAccount,
  startTurn,
} from './book.js'
export { CONFIGURATION_SOURCE, type ConfiguredHoldings, configuredStatement } from './configured.js'
export * from './money.js'
export { type AccountHoldings, accountIds, exactBalance, type HeldPosition, readAccount } from './read.js'
