import type { AccountEvent } from '../event.js'

/** Source of statements that a configuration makes. */
export const CONFIGURATION_SOURCE = 'configuration'

/** What a configuration says of an account's opening holdings. */
export type ConfiguredHoldings = {
  readonly id: string
  readonly balances: Readonly<Record<string, string>>
  readonly positions: readonly { readonly key: string; readonly size: string; readonly entryPrice?: number }[]
}

/** The complete statement that a configuration makes of an account at a time, epoch milliseconds. */
export function configuredStatement(account: ConfiguredHoldings, time: number): AccountEvent {
  return {
    kind: 'account',
    source: CONFIGURATION_SOURCE,
    sourceTime: time,
    receivedTime: time,
    account: account.id,
    complete: true,
    balances: account.balances,
    positions: account.positions.map(({ key, size, entryPrice }) => ({
      instrument: key,
      size,
      ...(entryPrice === undefined ? {} : { entryPrice }),
    })),
  }
}
