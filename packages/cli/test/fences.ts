/** A fenced block of a Markdown page that is marked to be run, and what the page says it prints. */
export type Fence = {
  readonly page: string
  /** Line of the opening fence, from 1. */
  readonly line: number
  readonly language: 'sh' | 'js'
  readonly code: string
  readonly exitCode: number
  /** Standard output as stated by the `text output` block right behind; absent where nothing is stated. */
  readonly output?: string
}

const BLOCK = /^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm

/** Blocks marked `run` (`sh run`, `js run exit=2`), in the order of the page. */
export function fencesOf(page: string, text: string): readonly Fence[] {
  const blocks = [...text.matchAll(BLOCK)].map((match) => ({
    language: match[1]!,
    marks: match[2]!.trim().split(/\s+/),
    code: match[3]!,
    line: text.slice(0, match.index).split('\n').length,
  }))
  return blocks.flatMap(({ language, marks, code, line }, index) => {
    if (marks[0] !== 'run') return []
    if (language !== 'sh' && language !== 'js') throw new Error(`${page}:${line}: cannot run a block of ${language}`)
    const next = blocks[index + 1]
    const exit = marks.find((mark) => mark.startsWith('exit='))
    return [
      {
        page,
        line,
        language,
        code,
        exitCode: exit === undefined ? 0 : Number(exit.slice('exit='.length)),
        ...(next?.marks[0] === 'output' ? { output: next.code } : {}),
      },
    ]
  })
}

/** Whether what was printed is what is stated; `…` stands for anything within a line, a line of `…` alone for any lines. */
export function agrees(stated: string, printed: string): boolean {
  const lines = stated.trimEnd().split('\n')
  const pattern = lines
    .map((line) =>
      line.trim() === '…' ? '(?:[^\\n]*\\n)*?' : `${line.split('…').map(escaped).join('[^\\n]*')}[ ]*\\n`,
    )
    .join('')
  return new RegExp(`^${pattern}$`).test(`${printed.trimEnd()}\n`)
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
