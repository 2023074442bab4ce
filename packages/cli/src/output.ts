import { once } from 'node:events'

/** Writes data to standard output and waits while the reader is slower than we are, so that memory does not grow. */
export async function writeOut(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** Progress and messages go to standard error; data never does. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Colour only where a person looks on, and NO_COLOR is not set (https://no-color.org). */
export const coloured = process.stderr.isTTY === true && (process.env.NO_COLOR ?? '') === ''

export function paint(code: number, text: string): string {
  return coloured ? `\u001b[${code}m${text}\u001b[0m` : text
}
