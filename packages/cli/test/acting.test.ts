import { writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { desk, holdfast, json, type Running, scratch, start } from './holdfast.js'

/** A port that nothing listens at. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

const RULES = `rules:
  - id: trim-options
    scope: { account: deribit-btc }
    when: margin_ratio > 0
    rearm: { when: margin_ratio < 0 }
    approval: { within: 7 d }
    stage: approve
    do: { reduce: { share: 25 %, instruments: options, maxSlippage: 100 bps } }
`

describe('verbs that speak to a running house', () => {
  let house: Running
  let url: string
  let folder: string

  beforeAll(async () => {
    folder = desk({ edits: [['rules:\n', RULES]] })
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    // Thirty minutes of data in a minute: nothing moves while the verbs are tried, but what they cause.
    house = start(['run', 'desk.yaml', '--speed', '30', '--port', String(port), '--no-sql'], { cwd: folder })
    for (;;) {
      const ready = await fetch(`${url}/v1/kill`).then(
        ({ ok }) => ok,
        () => false,
      )
      if (ready) return
      if (house.child.exitCode !== null) throw new Error(house.heard())
      await new Promise((next) => setTimeout(next, 100))
    }
  })
  afterAll(async () => {
    house.child.kill('SIGKILL')
    await house.done
  })

  const call = (...args: readonly string[]) => holdfast([...args, '--url', url], { cwd: folder })

  test('behavior: kill shows what it would do, and does nothing where nobody can be asked', async () => {
    const result = await call('kill', '--scope', 'account:binance-linear', '--mode', 'flatten')
    expect(result).toMatchObject({ code: 2, out: '' })
    expect(result.err).toContain('close  -18 BTC of binance:BTC/USDT:USDT in binance-linear')
    expect(result.err).toMatch(/cost against the middle, without fees: about \d+ USD, at most \d+ USD/)
    expect(result.err).toContain('Nothing was sent')
    expect(result.err).not.toContain('\u001b')
    expect(
      json<{ kills: unknown[] }>({ code: 0, err: '', out: await (await fetch(`${url}/v1/kill`)).text() }).kills,
    ).toEqual([])
  })

  test('behavior: a drill tells and latches nothing', async () => {
    const result = await call('kill', '--drill', '--mode', 'flatten', '--json')
    expect(result.code).toBe(0)
    expect(json(result)).toMatchObject({ drill: true, state: 'told', text: expect.stringContaining('drill:') })
  })

  test('[UN18] [UN19] kill follows until it is confirmed; resume states cause, scope and effect', async () => {
    const scope = 'account:binance-linear'
    const killed = await call(
      'kill',
      '--scope',
      scope,
      '--mode',
      'flatten',
      '--yes',
      '--reason',
      'rehearsal',
      '--wait',
      '60',
    )
    expect(killed, killed.err).toMatchObject({ code: 0 })
    expect(killed.out).toContain(`kill ${scope} (flatten): confirmed`)
    expect(killed.out).toContain('confirmed: binance-linear flat, without orders')
    expect(killed.err).toContain('it is being closed')
    const status = await holdfast(['status', 'journal'], { cwd: folder })
    expect(status.out).toContain(`kill ${scope} (flatten) by local`)
    const resumed = await call('resume', '--scope', scope, '--reason', 'all is well')
    expect(resumed.code).toBe(0)
    expect(resumed.err).toContain(`latched ${scope}`)
    expect(resumed.err).toContain('effect: nothing that opens risk is sent in it; mode flatten, confirmed')
    expect(resumed.out).toContain('was latched by local: rehearsal; ended by local: all is well')
    expect(await call('resume', '--scope', scope, '--reason', 'again')).toMatchObject({
      code: 2,
      err: expect.stringContaining('nothing is latched'),
    })
  })

  test('behavior: approve lists what waits, and confirms by the first characters of its id', async () => {
    const listed = await call('approve', '--json')
    const { items } = json<{ items: { id: string; rule: string }[] }>(listed)
    expect(items[0]).toMatchObject({ rule: 'trim-options' })
    const [first, second] = items
    expect((await call('approve')).out).toContain('trim-options: margin_ratio > 0')
    const approved = await call('approve', first!.id.slice(0, 12))
    expect(approved, approved.err).toMatchObject({ code: 0, out: expect.stringContaining('confirmed by local') })
    expect(await call('approve', first!.id)).toMatchObject({ code: 2, err: expect.stringContaining('was answered') })
    if (second !== undefined) {
      const rejected = await call('approve', second.id, '--reject', '--note', 'too dear')
      expect(rejected.out).toContain('refused by local: too dear')
    }
  })

  test('behavior: promote moves a rule, and says which stages there are', async () => {
    expect(await call('promote', 'hold-btc-delta', 'paper')).toMatchObject({ code: 0 })
    expect(await call('promote', 'hold-btc-delta', 'paper')).toMatchObject({
      code: 2,
      err: expect.stringContaining('already'),
    })
    expect(await call('promote', 'hold-btc-delta', 'papr')).toMatchObject({
      code: 2,
      err: expect.stringContaining('plan, shadow'),
    })
    expect(await call('promote', 'hold-bct-delta', 'plan')).toMatchObject({
      code: 2,
      err: expect.stringContaining('NOT_FOUND'),
    })
  })

  test('error: a scope that is not there, with what was meant', async () => {
    const result = await call('kill', '--scope', 'account:binance-linaer', '--yes')
    expect(result).toMatchObject({ code: 2, err: expect.stringContaining('did you mean "account:binance-linear"') })
  })
})

describe('where no house answers', () => {
  test('error: it says so, and kill says what to do about orders that may stand', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const killed = await holdfast(['kill', '--yes', '--url', url])
    expect(killed).toMatchObject({ code: 6, out: '' })
    expect(killed.err).toContain('nothing listens there')
    expect(killed.err).toContain('holdfast watchdog')
    for (const args of [['approve'], ['resume', '--reason', 'x'], ['promote', 'a', 'plan']]) {
      const result = await holdfast([...args, '--url', url])
      expect(result).toMatchObject({ code: 6, err: expect.stringContaining('holdfast run FILE') })
      expect(result.err).not.toContain('    at ')
    }
  })

  test('error: a word that was sent and not answered may be recorded; it is said again under the same key', async () => {
    const keys: string[] = []
    const server = createHttpServer((request, response) => {
      if (request.url === '/v1/kill') keys.push(String(request.headers['idempotency-key']))
      response.destroy()
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    const result = await holdfast(['kill', '--yes', '--drill', '--url', `http://127.0.0.1:${port}`])
    await new Promise((done) => server.close(done))
    expect(result).toMatchObject({ code: 1, out: '' })
    expect(result.err).toContain('it may be recorded or not')
    expect(keys).toHaveLength(2)
    expect(keys[0]).toBe(keys[1])
  })

  test('error: a key on the command line is refused and not repeated; a reference that is empty is named', async () => {
    const result = await holdfast(['kill', '--yes', '--api-key', 'hf_very_secret'])
    expect(result.code).toBe(2)
    expect(result.err).toContain('env:NAME or file:PATH')
    expect(result.err).not.toContain('very_secret')
    const folder = scratch()
    writeFileSync(join(folder, 'key'), '\n')
    expect(await holdfast(['approve', '--api-key', 'file:key'], { cwd: folder })).toMatchObject({
      code: 2,
      err: expect.stringContaining('file:key is empty'),
    })
  })
})
