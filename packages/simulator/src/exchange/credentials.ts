import type { AccountOptions } from './account.js'

/** Keys that everybody may know: they open nothing but a simulated exchange. */
export const REHEARSAL_KEYS = {
  trade: {
    clientId: 'rehearse-trade',
    clientSecret: 'simulated-trade-secret',
    scope: 'account:read_write trade:read_write wallet:read block_trade:none',
  },
  readOnly: {
    clientId: 'rehearse-read',
    clientSecret: 'simulated-read-secret',
    scope: 'account:read trade:read wallet:read block_trade:none',
  },
  withdraw: {
    clientId: 'rehearse-withdraw',
    clientSecret: 'simulated-withdraw-secret',
    scope: 'account:read_write trade:read_write wallet:read_write block_trade:read_write',
  },
} as const

/** Two accounts, so that a rehearsal can have a counterpart: `desk` with a key of each kind, `other` with one to trade. */
export const REHEARSAL_ACCOUNTS: readonly AccountOptions[] = [
  { name: 'desk', deposits: { BTC: '10', ETH: '100' }, keys: Object.values(REHEARSAL_KEYS) },
  {
    name: 'other',
    deposits: { BTC: '10', ETH: '100' },
    keys: [
      {
        clientId: 'rehearse-other',
        clientSecret: 'simulated-other-secret',
        scope: 'account:read_write trade:read_write wallet:read',
      },
    ],
  },
]
