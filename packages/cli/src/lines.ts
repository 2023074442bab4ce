/** The longest line that is read; a longer one is not a request but a mistake, and must not eat the memory. */
const LINE_LENGTH_MAX = 16 * 1024 * 1024

/** Splits a stream of text into lines, in constant memory. A last line without its newline counts; empty lines do not. */
export async function* lines(chunks: AsyncIterable<string>): AsyncGenerator<string[]> {
  let rest = ''
  for await (const chunk of chunks) {
    const pieces = (rest + chunk).split('\n')
    rest = pieces.pop()!
    if (rest.length > LINE_LENGTH_MAX) throw new RangeError(`a line is longer than ${LINE_LENGTH_MAX} characters`)
    const full = pieces.filter((line) => line.trim() !== '')
    if (full.length > 0) yield full
  }
  if (rest.trim() !== '') yield [rest]
}
