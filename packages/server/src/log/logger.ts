import type { Redactor } from './redaction.js'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export type LogFields = Readonly<Record<string, unknown>>

/** Events in the past tense, one JSON object a line. */
export type Logger = { readonly [L in LogLevel]: (event: string, fields?: LogFields) => void }

/**
 * A logger whose every line passes the redactor, whatever the level.
 *
 * @param write - takes one line without its end, e.g. `(line) => process.stderr.write(line + '\n')`.
 */
export function createLogger(options: {
  readonly level: LogLevel
  readonly write: (line: string) => void
  readonly now: () => number
  readonly redactor: Redactor
}): Logger {
  const least = LOG_LEVELS.indexOf(options.level)
  const at =
    (level: LogLevel) =>
    (event: string, fields: LogFields = {}) => {
      if (LOG_LEVELS.indexOf(level) < least) return
      const line = JSON.stringify({ time: new Date(options.now()).toISOString(), level, event, ...fields })
      options.write(options.redactor.apply(line))
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
