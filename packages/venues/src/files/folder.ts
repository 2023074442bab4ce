import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { SourceError } from '../source.js'

export type DataFile = { readonly name: string; readonly path: string }

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
