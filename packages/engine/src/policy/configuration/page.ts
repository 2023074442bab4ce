import type { LineCounter } from 'yaml'
import type { Diagnostic, DiagnosticCode } from './diagnostic.js'

/** Longest file that is read, in characters. */
export const MAX_CHARACTERS = 1_000_000

export type Path = readonly (string | number)[]
export type Place = { readonly line: number; readonly column: number; readonly length: number }

export type DiagnosticDetail = {
  readonly code: DiagnosticCode
  readonly path: Path
  readonly message: string
  readonly severity?: 'error' | 'warning'
  readonly allowed?: string | undefined
  readonly suggestion?: string | undefined
  readonly place?: Place
}

export type Span = { readonly start: number; readonly end: number }
/** Dotted path, as messages print it: `rules[1].cooldown`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}

/** The text as lines, and what is said about them. */
export class Page {
  readonly file: string
  readonly text: string
  readonly #counter: LineCounter
  readonly #lines: readonly string[]

  constructor(text: string, file: string, counter: LineCounter) {
    this.file = file
    this.text = text
    this.#counter = counter
    this.#lines = text.length > MAX_CHARACTERS ? [] : text.split('\n')
  }

  place(span: Span): Place {
    const from = this.#counter.linePos(span.start)
    const line = Math.max(1, from.line)
    const column = Math.max(1, from.col)
    const rest = this.#line(line).length - column + 1
    return { line, column, length: Math.max(1, Math.min(span.end - span.start, rest)) }
  }

  diagnostic(detail: DiagnosticDetail, at: Place): Diagnostic {
    return {
      severity: detail.severity ?? 'error',
      code: detail.code,
      file: this.file,
      ...at,
      path: pathText(detail.path),
      message: detail.message,
      ...(detail.allowed === undefined ? {} : { allowed: detail.allowed }),
      ...(detail.suggestion === undefined ? {} : { suggestion: detail.suggestion }),
      source: this.#line(at.line),
    }
  }

  #line(line: number): string {
    return (this.#lines[line - 1] ?? '').replace(/\r$/, '')
  }
}
