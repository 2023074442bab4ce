import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { desk, holdfast, json, scratch, start } from './holdfast.js'

const REQUEST = {
  instrument: { kind: 'option', right: 'call', strike: 100, years: 0.5 },
  market: { spot: 100, rate: 0.03, vol: 0.6 },
}
const request = (id: number, more: object = {}) => JSON.stringify({ id, ...REQUEST, ...more })

describe('calc', () => {
  test('behavior: an answer a line, in order; a bad request answers on its own line, and the code says so', async () => {
    const input = [
      request(1),
      request(2, { instrument: { ...REQUEST.instrument, strik: 1 } }),
      'no json',
      request(4),
    ].join('\n')
    const result = await holdfast(['calc', 'price'], { input })
    expect(result).toMatchObject({ code: 1, err: '' })
    const answers = result.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(answers).toHaveLength(4)
    expect(answers[0]).toMatchObject({ id: 1, price: expect.any(Number) })
    expect(answers[1]).toMatchObject({
      id: 2,
      error: { code: 'INVALID_INPUT', path: expect.stringContaining('/instrument') },
    })
    expect(answers[2]).toMatchObject({ error: { code: 'INVALID_INPUT' } })
    expect(answers[3].price).toBe(answers[0].price)
    expect(await holdfast(['calc', 'price'], { input: request(1) })).toMatchObject({ code: 0 })
    expect(await holdfast(['calc', 'pric'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining("'price'"),
    })
  })

  test('behavior: 100,000 requests stream through in memory that does not grow with them', async () => {
    const peak = async (count: number) => {
      const input = `${Array.from({ length: count }, (_, i) => request(i)).join('\n')}\n`
      const hook = `data:text/javascript,process.on('exit',()=>process.stderr.write('peak '+process.resourceUsage().maxRSS))`
      const result = await holdfast(['calc', 'price'], {
        input,
        env: { NODE_OPTIONS: `--import "${hook}" --max-old-space-size=64` },
      })
      expect(result.code).toBe(0)
      expect(result.out.length).toBeGreaterThan(count * 10)
      expect(result.out.trimEnd().split('\n')).toHaveLength(count)
      return Number(/peak (\d+)/.exec(result.err)![1])
    }
    const [few, many] = [await peak(10_000), await peak(100_000)]
    // Ten times the input, 18 MB of it, within what garbage may add to the peak.
    expect(many).toBeLessThan(few * 1.5)
  })

  test('behavior: a reader that goes away ends it quietly', async () => {
    const { child, done } = start(['calc', 'price'], { input: `${request(1)}\n`.repeat(20_000) })
    child.stdout!.once('data', () => child.stdout!.destroy())
    const { code, err } = await done
    expect([code, err]).toEqual([0, ''])
  })
})

describe('what a configuration is', () => {
  test('behavior: init writes a file that holds, and writes over nothing', async () => {
    const folder = scratch()
    const first = await holdfast(['init', 'mine.yaml', '--template', 'desk'], { cwd: folder })
    expect(first).toMatchObject({ code: 0, out: 'wrote mine.yaml\n' })
    expect((await holdfast(['check', 'mine.yaml'], { cwd: folder })).code).toBe(0)
    const text = readFileSync(join(folder, 'mine.yaml'), 'utf8')
    expect((await holdfast(['init', 'mine.yaml', '--template', 'desk'], { cwd: folder })).code).toBe(2)
    expect(readFileSync(join(folder, 'mine.yaml'), 'utf8')).toBe(text)
    expect(await holdfast(['init', 'other.yaml', '--template', 'dekk'], { cwd: folder })).toMatchObject({
      code: 2,
      err: expect.stringContaining("'desk'"),
    })
    expect(existsSync(join(folder, 'other.yaml'))).toBe(false)
  })

  test('behavior: check --explain prints every effective value and where it came from', async () => {
    const folder = desk()
    const result = await holdfast(['check', 'desk.yaml', '--explain'], { cwd: folder })
    expect(result).toMatchObject({ code: 0, err: '' })
    expect(result.out).toMatch(/averageWindow/)
    expect(result.out).toMatch(/default/)
    expect(result.out).toMatch(/desk\.yaml:\d+/)
    const data = json<{ ok: boolean; values: object[] }>(
      await holdfast(['check', 'desk.yaml', '--explain', '--json'], { cwd: folder }),
    )
    expect(data.ok).toBe(true)
    expect(data.values.length).toBeGreaterThan(50)
  })

  test('behavior: schema prints JSON Schemas; an unknown kind is refused with what was probably meant', async () => {
    for (const kind of ['configuration', 'price', 'scenario']) {
      expect(json(await holdfast(['schema', kind]))).toHaveProperty('$schema')
    }
    const args = ['schema', 'margin-parameters', '--model', 'deribit-standard']
    expect((await holdfast(args)).code).toBe(0)
    expect(await holdfast(['schema', 'configuratoin'])).toMatchObject({
      code: 2,
      err: expect.stringContaining("'configuration'"),
    })
  })

  test('error: an unknown verb or option is an unusable call', async () => {
    for (const args of [['rnu'], ['run'], ['run', 'desk.yaml', '--sped', '3'], ['run', 'desk.yaml', '--log', 'loud']]) {
      const result = await holdfast(args)
      expect(result).toMatchObject({ code: 2, out: '' })
      expect(result.err).not.toContain('    at ')
    }
    for (const speed of ['0', '-1', 'NaN', 'fast']) {
      expect(await holdfast(['run', 'desk.yaml', '--speed', speed], { cwd: desk() })).toMatchObject({ code: 2 })
    }
    expect(await holdfast(['--help'])).toMatchObject({ code: 0, err: '' })
  })

  test('behavior: no colour where nobody looks on, and none with NO_COLOR', async () => {
    const folder = desk({ to: '2026-02-05T10:45:00Z' })
    for (const env of [{}, { NO_COLOR: '1' }]) {
      const result = await holdfast(['run', 'desk.yaml', '--until-end', '--no-serve', '--no-sql'], { cwd: folder, env })
      expect(result.code).toBe(0)
      expect(`${result.out}${result.err}`).not.toContain('\u001b')
    }
  })
})
