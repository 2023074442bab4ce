/**
 * A complaint about a configuration, with everything that its reader needs: where, what was wrong, what was allowed and
 * what they probably meant. Lines and columns count from 1.
 */
export type Diagnostic = {
  readonly severity: 'error' | 'warning'
  readonly code: DiagnosticCode
  readonly file: string
  readonly line: number
  readonly column: number
  /** Characters to underline from `column` on, on this line; ≥ 1. */
  readonly length: number
  /** Dotted path of the value: `rules[1].cooldown`; empty for the file itself. */
  readonly path: string
  readonly message: string
  /** The allowed range and unit, or the allowed words. */
  readonly allowed?: string
  /** What was probably meant. */
  readonly suggestion?: string
  /** The source line, as it stands in the file. */
  readonly source: string
}

export const DIAGNOSTIC_CODES = [
  'ALIAS_LIMIT',
  'BARE_NUMBER',
  'CONDITION',
  'DUPLICATE',
  'DUPLICATE_KEY',
  'EMPTY',
  'EXPIRED',
  'INLINE_SECRET',
  'KEY_NOT_TEXT',
  'MISSING_KEY',
  'NOT_ALLOWED',
  'OUT_OF_RANGE',
  'SYNTAX',
  'TOO_LARGE',
  'UNKNOWN_ACCOUNT',
  'UNKNOWN_INSTRUMENT',
  'UNKNOWN_KEY',
  'UNKNOWN_MEASURE',
  'UNKNOWN_PORTFOLIO',
  'UNKNOWN_UNDERLYING',
  'UNLISTED_INSTRUMENT',
  'WRONG_TYPE',
  'WRONG_UNIT',
] as const
export type DiagnosticCode = (typeof DIAGNOSTIC_CODES)[number]

/** One diagnostic as text: `file:line:col`, the source line with a caret under the place, what is allowed, a suggestion. */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, message, path, source } = diagnostic
  const gutter = String(line)
  const margin = ' '.repeat(gutter.length)
  const pad = source.slice(0, column - 1).replaceAll(/[^\t]/g, ' ')
  const lines = [
    `${file}:${line}:${column}: ${severity}: ${message}${path === '' ? '' : ` (at ${path})`}`,
    ` ${gutter} | ${source}`,
    ` ${margin} | ${pad}${'^'.repeat(Math.max(1, diagnostic.length))}`,
  ]
  if (diagnostic.allowed !== undefined) lines.push(` ${margin} = allowed: ${diagnostic.allowed}`)
  if (diagnostic.suggestion !== undefined) lines.push(` ${margin} = suggestion: ${diagnostic.suggestion}`)
  return lines.join('\n')
}

export function renderDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(renderDiagnostic).join('\n\n')
}
