import type { Instrument } from '@holdfast/quant'
import type { Configuration, PositionConfiguration } from '../configuration.js'
import { expiredText } from './accounts.js'
import type { Diagnostic, DiagnosticCode } from './diagnostic.js'

/** What the data knows, once it was opened. */
export type KnownData = {
  /** Epoch milliseconds of the first event. */
  readonly start: number
  /** Whether the data lists an instrument; undefined where it lists nothing of that venue. */
  listed(instrument: Instrument): boolean | undefined
}

/**
 * Complaints that need the data: positions in contracts that expired before it begins (an error), or that it does not list
 * (a warning: without quotes such a position is valued from forward and surface, or is unknown).
 */
export function checkInstruments(configuration: Configuration, data: KnownData): readonly Diagnostic[] {
  return configuration.accounts.flatMap(({ positions }) =>
    positions.flatMap((position) => {
      const expired = expiredText(position.instrument, data.start)
      if (expired !== undefined) return [complaint(configuration, position, 'error', 'EXPIRED', expired)]
      if (data.listed(position.instrument) !== false) return []
      const message = `the data does not list ${position.key}`
      return [complaint(configuration, position, 'warning', 'UNLISTED_INSTRUMENT', message)]
    }),
  )
}

function complaint(
  { file }: Configuration,
  { place }: PositionConfiguration,
  severity: Diagnostic['severity'],
  code: DiagnosticCode,
  message: string,
): Diagnostic {
  return { severity, code, file, ...place, message }
}
