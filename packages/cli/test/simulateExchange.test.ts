import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { holdfast, scratch, start } from './holdfast.js'

test('behavior: it says where it listens, answers there, and Ctrl-C ends it in order with the faults that struck', async () => {
  const { child, done } = start(['simulate-exchange', '--port', '0', '--faults', 'lost-request=0', '--json'])
  const first = await new Promise<string>((resolve) => child.stdout!.once('data', (text: string) => resolve(text)))
  const { rest, keys } = JSON.parse(first) as {
    rest: string
    keys: { trade: { clientId: string; clientSecret: string } }
  }
  const ask = async (path: string) => (await (await fetch(`${rest}${path}`)).json()) as { result: unknown }
  expect((await ask('/api/v2/public/get_time')).result).toBeTypeOf('number')
  const { clientId, clientSecret } = keys.trade
  const login = `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`
  expect((await ask(`/api/v2/public/auth?${login}`)).result).toMatchObject({ token_type: 'bearer' })
  const control = { jsonrpc: '2.0', id: 1, method: 'simulator/fault', params: { name: 'post-only-window' } }
  await fetch(`${rest}/api/v2`, { method: 'POST', body: JSON.stringify(control) })
  child.kill('SIGINT')
  const { code, out } = await done
  expect(code).toBe(130)
  expect(JSON.parse(out.trim().split('\n').at(-1)!)).toMatchObject({ faults: { 'post-only-window': 1 } })
})

test('error: unusable options are refused with a word on what would do', async () => {
  const file = join(scratch(), 'faults.json')
  writeFileSync(file, '{"ratios": {"adl": 2}}')
  for (const [args, words] of [
    [['--faults', 'lost=0.1'], /no fault “lost”.*lost-acknowledgement/],
    [['--faults', 'adl'], /ratio of adl/],
    [['--faults', file], /ratio of adl.*2/],
    [['--market', 'moon'], /seeded, february-2026/],
    [['--port', '99999'], /--port/],
    [['--speed', '0'], /--speed/],
  ] as const) {
    const { code, err } = await holdfast(['simulate-exchange', ...args])
    expect(code).toBe(2)
    expect(err).toMatch(words)
  }
})

test('error: a port that is taken is told as that', async () => {
  const taken = createServer()
  await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done))
  const { port } = taken.address() as AddressInfo
  const { code, err } = await holdfast(['simulate-exchange', '--port', String(port)])
  taken.close()
  expect(code).toBe(2)
  expect(err.trim()).toBe(`holdfast: simulate-exchange: port ${port} cannot be had (EADDRINUSE)`)
})
