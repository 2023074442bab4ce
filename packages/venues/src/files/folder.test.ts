import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { expandPath, resolvePath } from './folder.js'

const HOME = mkdtempSync(join(tmpdir(), 'holdfast-folder-'))
for (const name of ['one/data', 'two/data', 'two/other', '.hidden/data', 'a+b'])
  mkdirSync(join(HOME, name), { recursive: true })
writeFileSync(join(HOME, 'two/data/prices.csv'), '')
writeFileSync(join(HOME, 'file'), '')
afterAll(() => rmSync(HOME, { recursive: true }))

describe('paths with *', () => {
  test('behavior: * stands for a name within one folder; matches are sorted, hidden folders are passed over', async () => {
    expect(await expandPath('*/data', HOME)).toEqual([join(HOME, 'one/data'), join(HOME, 'two/data')])
    expect(await expandPath(join(HOME, 'o*/d*a'), '/')).toEqual([join(HOME, 'one/data')])
    expect(await expandPath('a+*', HOME)).toEqual([join(HOME, 'a+b')])
  })

  test('behavior: a path with one match, or without *, is that path', async () => {
    expect(await resolvePath('*/data/prices.csv', HOME)).toBe(join(HOME, 'two/data/prices.csv'))
    expect(await resolvePath('absent', HOME)).toBe(join(HOME, 'absent'))
    expect(await resolvePath('../*/data/prices.csv', join(HOME, 'one'))).toBe(join(HOME, 'two/data/prices.csv'))
  })

  test('error: no match, and several, each with what to do', async () => {
    await expect(resolvePath('*/absent', HOME)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' })
    await expect(resolvePath('*/data', HOME)).rejects.toThrow(/several match: .*one\/data, .*two\/data\. Say more/)
  })
})
