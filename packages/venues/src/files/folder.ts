import { readdir, stat } from 'node:fs/promises'
import { basename, isAbsolute, join, sep } from 'node:path'
import { SourceError } from '../source.js'

export type DataFile = { readonly name: string; readonly path: string }

/**
 * The files and folders that a path with `*` stands for, each `*` within one segment, sorted by code unit; the path itself
 * where it has none. As in a shell, `*` does not match a leading dot.
 *
 * @param path - absolute, or relative to `baseDir`.
 * @throws {SourceError} `SOURCE_NOT_FOUND` where nothing matches.
 */
export async function expandPath(path: string, baseDir: string): Promise<readonly string[]> {
  const whole = isAbsolute(path) ? path : join(baseDir, path)
  if (!whole.includes('*')) return [whole]
  const [root = '', ...segments] = whole.split(sep)
  let found: readonly string[] = [`${root}${sep}`]
  for (const segment of segments) {
    found = (await Promise.all(found.map((folder) => matchSegment(folder, segment)))).flat()
  }
  const there = await Promise.all(found.map((one) => stat(one).then(() => [one], NONE)))
  const matches = there.flat().sort()
  if (matches.length > 0) return matches
  throw new SourceError('SOURCE_NOT_FOUND', 'no file or folder matches', {
    file: whole,
    hint: 'A * stands for a name within one folder.',
  })
}

const NONE = () => []

async function matchSegment(folder: string, segment: string): Promise<readonly string[]> {
  if (!segment.includes('*')) return [join(folder, segment)]
  const literal = (text: string) => text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
  const pattern = new RegExp(`^${segment.split('*').map(literal).join('.*')}$`)
  // What is no folder, or may not be read, has nothing in it that could match.
  const names = await readdir(folder).catch((): string[] => [])
  return names.filter((name) => !name.startsWith('.') && pattern.test(name)).map((name) => join(folder, name))
}

/**
 * The one file or folder that a path stands for.
 *
 * @throws {SourceError} `SOURCE_NOT_FOUND` where nothing matches, `SOURCE_CONFIGURATION` where several do.
 */
export async function resolvePath(path: string, baseDir: string): Promise<string> {
  const [first, second] = await expandPath(path, baseDir)
  if (second === undefined) return first!
  throw new SourceError('SOURCE_CONFIGURATION', `several match: ${first}, ${second}`, {
    file: path,
    hint: 'Say more of the name, so that one is left.',
  })
}

/**
 * The files of a folder whose names match, sorted by name (by code unit); or the file itself where the path is one.
 *
 * @throws {SourceError} `SOURCE_NOT_FOUND`, `SOURCE_EMPTY`.
 */
export async function listFiles(path: string, pattern: RegExp): Promise<readonly DataFile[]> {
  const status = await stat(path).catch((error: unknown) => {
    throw new SourceError('SOURCE_NOT_FOUND', 'no such file or folder', {
      file: path,
      hint: 'Relative paths are relative to the folder of the configuration.',
      cause: error,
    })
  })
  if (!status.isDirectory()) return [{ name: basename(path), path }]
  const entries = await readdir(path, { withFileTypes: true })
  const names = entries.filter((entry) => !entry.isDirectory() && pattern.test(entry.name)).map((entry) => entry.name)
  if (names.length === 0) {
    const others =
      entries.length === 0 ? 'the folder is empty' : `none of its ${entries.length} entries matches ${pattern.source}`
    throw new SourceError('SOURCE_EMPTY', others, {
      file: path,
      hint: 'Give the folder that holds the recorded files.',
    })
  }
  return names.sort().map((name) => ({ name, path: join(path, name) }))
}
