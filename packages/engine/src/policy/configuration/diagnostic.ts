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

/** What each code means; the codes are stable. */
export const DIAGNOSTICS = {
  ALIAS_LIMIT: 'A YAML alias holds itself, or its anchors unfold to too much.',
  BARE_NUMBER: 'A number stands where a quantity with its unit belongs.',
  CONDITION: 'A condition cannot be read, or compares what cannot be compared.',
  DUPLICATE: 'A name, a rule, a source or a position stands twice.',
  DUPLICATE_KEY: 'A key stands twice in one section.',
  EMPTY: 'The file holds nothing.',
  EXPIRED: 'A position is in a contract that has expired when the data begins.',
  INLINE_SECRET: 'A secret is written into the file instead of a reference to it.',
  KEY_NOT_TEXT: 'A key is not text.',
  MISSING_KEY: 'A key that must be there is not.',
  NOT_ALLOWED: 'A value or a combination is not among what is allowed here.',
  OUT_OF_RANGE: 'A value is outside its range.',
  SYNTAX: 'The file is not YAML.',
  TOO_LARGE: 'The file is larger, or nests deeper, than is read.',
  UNKNOWN_ACCOUNT: 'An account is named that the file does not have.',
  UNKNOWN_INSTRUMENT: 'A key of an instrument cannot be read, or does not fit where it stands.',
  UNKNOWN_KEY: 'A key is not known here.',
  UNKNOWN_MEASURE: 'A measure is not known, or not in this scope.',
  UNKNOWN_PORTFOLIO: 'A portfolio is named that no account is in.',
  UNKNOWN_UNDERLYING: 'An underlying is named that nothing in the file is of.',
  UNLISTED_INSTRUMENT: 'The data does not list an instrument that is held; a warning.',
  WRONG_TYPE: 'A value is of another type than what belongs here.',
  WRONG_UNIT: 'A quantity is in a unit that does not belong here.',
} as const
export type DiagnosticCode = keyof typeof DIAGNOSTICS

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
