import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { Diagnostic, DiagnosticCode } from './diagnostic.js'
import { type DiagnosticDetail, MAX_CHARACTERS, Page, type Path, type Place, pathText, type Span } from './page.js'

/** The most values that anchors may unfold to. */
export const MAX_VALUES = 50_000
const MAX_DEPTH = 50

/** A YAML file as plain data, which still knows where each value stands. */
export type YamlSource = {
  readonly file: string
  /** Plain data; objects without prototype. */
  readonly value: unknown
  /** Where the value at a path stands, or its key; where it is missing, the nearest thing that holds it. */
  locate(path: Path, part?: 'key' | 'value'): Place
  /** Where the characters `start` to `end` of a text value stand; the whole value where it is folded or escaped. */
  locateWithin(path: Path, start: number, end: number): Place
  /** True where the file says something at this path. */
  has(path: Path): boolean
  /** The value as written. */
  written(path: Path): string
  diagnostic(detail: DiagnosticDetail): Diagnostic
}

export type YamlResult =
  /** `diagnostics`: what was wrong with single values and keys; the others can still be checked. */
  | { readonly ok: true; readonly source: YamlSource; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

type Located = { readonly key: Span | undefined; readonly value: Span; readonly plain: boolean }
type Complaint = { readonly detail: DiagnosticDetail; readonly span: Span }

/** Reads YAML 1.2 into plain data with places. Never throws: whatever is wrong is a diagnostic. */
export function readYaml(text: string, file: string): YamlResult {
  const counter = new LineCounter()
  const page = new Page(text, file, counter)
  const refused = refusal(text)
  if (refused !== undefined) return { ok: false, diagnostics: [page.diagnostic(refused, START)] }
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: false, prettyErrors: false })
  if (document.errors.length > 0) {
    const diagnostics = document.errors.map((error) =>
      page.diagnostic(
        { code: 'SYNTAX', path: [], ...syntaxText(error.code, error.message) },
        page.place({ start: error.pos[0], end: error.pos[1] }),
      ),
    )
    return { ok: false, diagnostics }
  }
  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    return { ok: false, diagnostics: [page.diagnostic(EMPTY, START)] }
  }
  const tree = readTree(contents as Node, document)
  const diagnostics = tree.complaints.map(({ detail, span }) => page.diagnostic(detail, page.place(span)))
  return { ok: true, source: sourceOf(page, tree), diagnostics }
}

const START: Place = { line: 1, column: 1, length: 1 }

const EMPTY: DiagnosticDetail = {
  code: 'EMPTY',
  path: [],
  message: 'the file is empty',
  suggestion: 'begin with `version: 1`; `holdfast init` writes a whole file',
}

/**
 * What is refused before it is parsed. The parser descends once for each level of nesting, so depth is bounded here, by
 * the brackets that are open and by the markers and blanks that a line begins with.
 */
function refusal(text: string): DiagnosticDetail | undefined {
  const tooLarge = (message: string, allowed: string) => ({ code: 'TOO_LARGE' as const, path: [], message, allowed })
  if (text.length > MAX_CHARACTERS) {
    return tooLarge(`the file has ${text.length} characters`, `at most ${MAX_CHARACTERS} characters`)
  }
  let open = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    open = Math.max(0, open + (bracket === '[' || bracket === '{' ? 1 : -1))
    if (open > MAX_DEPTH) return tooLarge('lists and sections are nested too deeply', `at most ${MAX_DEPTH} levels`)
  }
  if (new RegExp(`^[\\s?:-]{${4 * MAX_DEPTH},}\\S`, 'm').test(text)) {
    return tooLarge('a line is indented too deeply', `at most ${4 * MAX_DEPTH} characters`)
  }
  return undefined
}

function syntaxText(code: string, message: string): { message: string; suggestion?: string } {
  switch (code) {
    case 'TAB_AS_INDENT':
      return { message: 'a tab is used for indentation', suggestion: 'indent with spaces' }
    case 'MULTIPLE_DOCS':
      return { message: 'the file holds more than one document', suggestion: 'keep one, without a `---` between' }
    default:
      return { message: `not YAML: ${message}` }
  }
}

type Tree = {
  readonly value: unknown
  readonly located: ReadonlyMap<string, Located>
  readonly complaints: readonly Complaint[]
}

/** Walks the parsed nodes once: plain data out, a place for each path, and what YAML allows but this format does not. */
function readTree(root: Node, document: Document): Tree {
  const located = new Map<string, Located>()
  const complaints: Complaint[] = []
  const open = new Set<Node>()
  let values = 0

  const complain = (
    node: Node,
    path: Path,
    code: DiagnosticCode,
    message: string,
    more: Partial<DiagnosticDetail> = {},
  ) => {
    complaints.push({ detail: { code, path, message, ...more }, span: spanOf(node) })
    return null
  }

  const read = (node: Node | null, path: Path, key: Span | undefined, fallback: Span): unknown => {
    values += 1
    if (node === null) {
      located.set(pathText(path), { key, value: key ?? fallback, plain: false })
      return null
    }
    if (isAlias(node)) return readAlias(node, path, key, fallback)
    const span = spanOf(node)
    if (!located.has(pathText(path))) {
      located.set(pathText(path), { key, value: span, plain: isScalar(node) && node.type === 'PLAIN' })
    }
    if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:')) {
      return complain(node, path, 'SYNTAX', `tags such as ${node.tag} are not part of this format`)
    }
    if (isScalar(node)) return readScalar(node, path)
    open.add(node)
    const value = isMap(node) ? readMap(node, path) : isSeq(node) ? readList(node, path) : null
    open.delete(node)
    return value
  }

  const readAlias = (alias: Alias, path: Path, key: Span | undefined, fallback: Span): unknown => {
    const target = alias.resolve(document)
    if (target === undefined) return complain(alias, path, 'SYNTAX', `nothing is anchored as '${alias.source}'`)
    if (open.has(target)) return complain(alias, path, 'ALIAS_LIMIT', `'${alias.source}' holds itself`)
    if (values > MAX_VALUES) {
      if (complaints.at(-1)?.detail.code === 'ALIAS_LIMIT') return null
      return complain(alias, path, 'ALIAS_LIMIT', 'anchors unfold to too much', {
        allowed: `at most ${MAX_VALUES} values`,
      })
    }
    return read(target, path, key, fallback)
  }

  const readScalar = (node: Scalar, path: Path): unknown => {
    const digits = node.source?.replace(/^[+-]?0*\.?0*|[eE].*$|\./g, '').length ?? 0
    if (typeof node.value === 'number' && digits > 15) {
      complain(node, path, 'OUT_OF_RANGE', `${node.source} has more digits than a number keeps`, {
        allowed: 'at most 15 significant digits',
        suggestion: `'${node.source}' (in quotes) keeps each digit`,
      })
    }
    return node.value
  }

  const readMap = (node: YAMLMap, path: Path): unknown => {
    const object = Object.create(null) as Record<string, unknown>
    const seen = new Map<string, Span>()
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? key.value : undefined
      const at = key === null ? spanOf(node) : spanOf(key as Node)
      if (typeof name !== 'string') {
        const written = isScalar(key) ? (key.source ?? '') : ''
        const suggestion = written === '' ? undefined : `'${written}' (in quotes), if that is its name`
        complaints.push({
          detail: { code: 'KEY_NOT_TEXT', path, message: 'a key must be text', suggestion },
          span: at,
        })
        continue
      }
      if (seen.has(name)) {
        complaints.push({
          detail: { code: 'DUPLICATE_KEY', path: [...path, name], message: `'${name}' stands here twice` },
          span: at,
        })
        continue
      }
      seen.set(name, at)
      object[name] = read(value as Node | null, [...path, name], at, at)
    }
    return object
  }

  const readList = (node: YAMLSeq, path: Path): unknown =>
    node.items.map((item, index) => read(item as Node | null, [...path, index], undefined, spanOf(node)))

  return { value: read(root, [], undefined, { start: 0, end: 1 }), located, complaints }
}

function spanOf(node: Node): Span {
  const range = node.range
  return range === null || range === undefined ? { start: 0, end: 1 } : { start: range[0], end: range[1] }
}

function sourceOf(page: Page, tree: Tree): YamlSource {
  const nearest = (path: Path): Located | undefined => {
    for (let length = path.length; length > 0; length--) {
      const found = tree.located.get(pathText(path.slice(0, length)))
      if (found !== undefined) return found
    }
    return undefined
  }
  const locate = (path: Path, part: 'key' | 'value' = 'value'): Place => {
    const exact = tree.located.get(pathText(path))
    const found = exact ?? nearest(path)
    if (found === undefined) return START
    return page.place(part === 'key' || exact === undefined ? (found.key ?? found.value) : found.value)
  }
  const locateWithin = (path: Path, start: number, end: number): Place => {
    const found = tree.located.get(pathText(path))
    if (found === undefined) return locate(path)
    const written = page.text.slice(found.value.start, found.value.end)
    const quote = found.plain ? 0 : 1
    if (/[\n\\]/.test(written) || (!found.plain && !/^(["']).*\1$/.test(written))) return locate(path)
    const from = found.value.start + quote + start
    return page.place({ start: from, end: Math.max(from + 1, found.value.start + quote + end) })
  }
  return {
    file: page.file,
    value: tree.value,
    locate,
    locateWithin,
    has: (path) => tree.located.has(pathText(path)),
    written: (path) => {
      const found = tree.located.get(pathText(path))
      return found === undefined ? '' : page.text.slice(found.value.start, found.value.end)
    },
    diagnostic: (detail) => page.diagnostic(detail, detail.place ?? locate(detail.path)),
  }
}
