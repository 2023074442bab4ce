import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createApiKey } from '../src/api/keys.js'
import { createHookVerifier, parseWebhookKey, signHook, WEBHOOK_WINDOW_MS } from '../src/api/webhook.js'
import {
  approvalSchema,
  attributionSchema,
  fillSchema,
  killPreviewSchema,
  killsSchema,
  orderSchema,
  venuesSchema,
} from '../src/api/wire/acting.js'
import { ruleSchema } from '../src/api/wire/house.js'
import { type ActingHouse, actingHouse, MINUTE, ordersOf, PERPETUAL, SECOND, UNQUOTED_PUT } from './actingHouse.js'

type Api = Awaited<ReturnType<ActingHouse['api']>>

let keys = 0
const post = async (api: Api, url: string, payload: object, headers: Record<string, string> = {}) => {
  keys += 1
  const response = await api.inject({
    method: 'POST',
    url,
    payload,
    headers: { 'idempotency-key': `k${keys}`, ...headers },
  })
  return { status: response.statusCode, body: response.json(), headers: response.headers }
}
const get = async (api: Api, url: string) => (await api.inject(url)).json()

/** A desk whose hedge has been sent, and stands at the venue. */
function hedging() {
  const house = actingHouse()
  house.pass(0)
  house.connect()
  const [sent] = ordersOf(house.pass(SECOND, 71_000))
  house.order(sent!, 'open')
  return { house, sent: sent! }
}

describe('what acting knows', () => {
  it.each([
    ['/v1/orders', orderSchema, 'items'],
    ['/v1/fills', fillSchema, 'items'],
    ['/v1/approvals', approvalSchema, 'items'],
    ['/v1/rules', ruleSchema, 'items'],
    ['/v1/venues', venuesSchema, undefined],
    ['/v1/kill', killsSchema, undefined],
    ['/v1/attribution', attributionSchema, undefined],
  ] as const)('behavior: %s answers what its schema promises', async (url, schema, list) => {
    const { house, sent } = hedging()
    house.order(sent, 'filled', '-100000', '70996')
    const api = await house.api()
    const body = await get(api, url)
    const values = list === undefined ? [body] : body[list]
    expect(values.length).toBeGreaterThan(0)
    for (const value of values) expect(schema.strict().safeParse(value).error).toBeUndefined()
  })

  it('behavior: an order has its status, size, what is filled, units and age; a filter names what may still trade', async () => {
    const { house, sent } = hedging()
    house.clock.now += 3 * SECOND
    house.pass(0)
    const api = await house.api()
    const live = await get(api, '/v1/orders?status=live')
    expect(live.items).toHaveLength(1)
    expect(live.items[0]).toMatchObject({
      id: sent.id,
      ours: true,
      rule: 'hold-delta',
      status: 'open',
      sizeUnit: 'USD',
      priceUnit: 'USD',
      ageSeconds: 3,
    })
    expect((await get(api, '/v1/orders?status=done')).items).toEqual([])
    expect((await get(api, '/v1/orders?status=sleeping')).code).toBe('INVALID_INPUT')
  })

  it('behavior: a line says what it waits for, and a guard what it does not cover', async () => {
    const house = actingHouse()
    house.pass(0)
    const api = await house.api()
    const before = await get(api, '/v1/venues')
    expect(before.lines[1]).toMatchObject({ account: 'main', session: 'not-begun', reconciled: false })
    expect(before.lines[1].waits[0]).toContain('not been opened')
    expect(before.lines[0]).toMatchObject({ account: 'book', session: 'none', reconciled: true })
    house.connect()
    const [, line] = (await get(api, '/v1/venues')).lines
    expect(line).toMatchObject({ session: 'connected', reconciled: true, clockAheadSeconds: 0.04 })
    expect(line.guards[0]).toMatchObject({ name: 'cancel-on-disconnect', state: 'armed' })
    expect(line.guards[0].gaps[0]).toContain('log-out')
  })

  it('behavior: before the first turn it is not ready, and that is retryable', async () => {
    const api = await actingHouse().api()
    expect(await get(api, '/v1/kill')).toMatchObject({ code: 'NOT_READY', retryable: true })
  })
})

describe('the kill switch', () => {
  it('[UN18] the preview names what is cancelled and closed at which cost, and what could not be done and why', async () => {
    const { house, sent } = hedging()
    const api = await house.api()
    const { body } = await post(api, '/v1/kill/preview', { scope: 'all', mode: 'flatten' })
    expect(killPreviewSchema.strict().safeParse(body).error).toBeUndefined()
    expect(body.cancels.map(({ id }: { id: string }) => id)).toEqual([sent.id])
    const perpetual = body.closes.find(({ instrument }: { instrument: string }) => instrument === PERPETUAL)
    // 300,000 USD bought at the ask, 4 USD above the middle of 71,000: Δcoin × middle.
    expect(perpetual.costUsd).toBeCloseTo(300_000 * (1 / 71_000 - 1 / 71_004) * 71_000, 6)
    expect(perpetual.costUsdMax).toBeGreaterThan(perpetual.costUsd)
    expect(body.open).toEqual([
      { what: `-6 BTC of ${UNQUOTED_PUT} in book`, why: expect.stringContaining('no price to close') },
    ])
    expect(house.engine.view().rules.kills).toEqual({})
  })

  it('behavior: pending until the venue has confirmed, latched, and told with what is open', async () => {
    const { house, sent } = hedging()
    const api = await house.api()
    const first = await post(api, '/v1/kill', { scope: 'account:main', mode: 'cancel', reason: 'feed looks wrong' })
    expect(first.body).toMatchObject({ outcome: 'pending' })
    expect(first.body.text).toContain(sent.id)
    expect((await get(api, '/v1/kill')).kills[0]).toMatchObject({
      scope: 'account:main',
      state: 'working',
      by: 'local',
      reason: 'feed looks wrong',
    })
    house.clock.now += SECOND
    house.order(sent, 'cancelled')
    house.clock.now += SECOND
    house.statement([])
    house.pass(SECOND)
    const [kill] = (await get(api, '/v1/kill')).kills
    expect(kill).toMatchObject({ state: 'confirmed', open: [], confirmed: ['main without orders'] })
  })

  it('behavior: a drill tells what would be done, and holds nothing back', async () => {
    const { house } = hedging()
    const api = await house.api()
    const { body } = await post(api, '/v1/kill', { mode: 'flatten', drill: true, reason: 'monthly drill' })
    expect(body).toMatchObject({ outcome: 'done' })
    expect(body.text).toContain('no price to close')
    expect(await get(api, '/v1/kill')).toMatchObject({ kills: [], halts: [] })
  })

  it('[UN19] resume states cause, scope and effect; what is not latched cannot be resumed', async () => {
    const { house } = hedging()
    const api = await house.api()
    const none = await post(api, '/v1/resume', { reason: 'all is well' })
    expect(none.body).toMatchObject({
      code: 'NOT_FOUND',
      outcome: 'not_sent',
      detail: expect.stringContaining('nothing is latched'),
    })
    await post(api, '/v1/kill', { scope: 'portfolio:desk', reason: 'drawdown' })
    await post(api, '/v1/kill', { scope: 'account:main', reason: 'bad feed' })
    const other = await post(api, '/v1/resume', { scope: 'all', reason: 'x' })
    expect(other.body.detail).toContain('latched: account:main, portfolio:desk')
    const { body } = await post(api, '/v1/resume', { scope: 'account:main', reason: 'feed is back' })
    expect(body).toMatchObject({ outcome: 'done' })
    expect(body.text).toContain('was latched by local: bad feed')
    expect(body.text).toContain('ended by local: feed is back')
    expect(body.text).toContain('still held back: halt of portfolio:desk (local: drawdown)')
  })

  it('error: an unknown scope is refused with what was probably meant', async () => {
    const { house } = hedging()
    const api = await house.api()
    const { status, body } = await post(api, '/v1/kill', { scope: 'account:mian', reason: 'x' })
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'INVALID_INPUT', outcome: 'not_sent' })
    expect(body.detail).toContain('did you mean "account:main"')
  })

  it('behavior: the same key again is answered as before, and the switch is thrown once', async () => {
    const { house } = hedging()
    const api = await house.api()
    const sequence = () => house.engine.view().sequence
    const body = { scope: 'all', mode: 'cancel', drill: false, reason: 'once' }
    const first = await post(api, '/v1/kill', body, { 'idempotency-key': 'same' })
    const turns = sequence()
    const second = await post(api, '/v1/kill', body, { 'idempotency-key': 'same' })
    expect(second.body).toEqual(first.body)
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect(sequence()).toBe(turns)
    const other = await post(api, '/v1/kill', { ...body, reason: 'twice' }, { 'idempotency-key': 'same' })
    expect(other.body.code).toBe('IDEMPOTENCY_KEY_REUSED')
    const bare = await api.inject({ method: 'POST', url: '/v1/kill', payload: body })
    expect(bare.json()).toMatchObject({ code: 'IDEMPOTENCY_KEY_MISSING', outcome: 'not_sent' })
  })
})

describe('people and the ladder', () => {
  const withKeys = async (house: ActingHouse) => {
    const reader = createApiKey('reader', ['read'])
    const alice = createApiKey('alice', ['read', 'act'])
    const bob = createApiKey('bob', ['read', 'act'])
    const admin = createApiKey('carol', ['admin'])
    const records = [reader, alice, bob, admin].map(({ record }) => record)
    const api = await house.api({ access: { host: '127.0.0.1', keys: records, allowedHosts: [] } })
    const as = ({ key }: { key: string }) => ({ authorization: `Bearer ${key}` })
    return { api, reader: as(reader), alice: as(alice), bob: as(bob), admin: as(admin) }
  }
  const pendingId = (house: ActingHouse) => Object.keys(house.engine.view().rules.approvals)[0]!

  it('behavior: above the limit two different people must confirm; one is not counted twice', async () => {
    const { house } = hedging()
    const { api, alice, bob } = await withKeys(house)
    const id = pendingId(house)
    const first = await post(api, `/v1/approvals/${id}/approve`, {}, alice)
    expect(first.body).toMatchObject({ outcome: 'pending', text: 'confirmed by alice; 1 more must confirm' })
    const again = await post(api, `/v1/approvals/${id}/approve`, {}, alice)
    expect(again.body).toMatchObject({ code: 'ACTION_REFUSED', outcome: 'rejected', status: 409 })
    const second = await post(api, `/v1/approvals/${id}/approve`, {}, bob)
    expect(second.body).toMatchObject({ outcome: 'done' })
    expect(second.body.text).toContain('confirmed by alice and bob')
    expect(second.body.decisions[0]).toMatchObject({ rule: 'trim-options', outcome: 'papered' })
    const late = await post(api, `/v1/approvals/${id}/approve`, {}, bob)
    expect(late.body).toMatchObject({ code: 'NOT_FOUND', outcome: 'not_sent' })
  })

  it('behavior: one person refuses for all', async () => {
    const { house } = hedging()
    const { api, alice } = await withKeys(house)
    const id = pendingId(house)
    const { body } = await post(api, `/v1/approvals/${id}/reject`, { note: 'too dear' }, alice)
    expect(body).toMatchObject({ outcome: 'done', text: 'refused: refused by alice: too dear' })
    expect(body.decisions[0].outcome).toBe('expired')
  })

  it('behavior: who may do what', async () => {
    const { house } = hedging()
    const { api, reader, alice } = await withKeys(house)
    const id = pendingId(house)
    const forbidden = [
      [`/v1/approvals/${id}/approve`, {}, reader],
      ['/v1/kill', { reason: 'x' }, reader],
      ['/v1/resume', { reason: 'x' }, alice],
      ['/v1/rules/hold-delta-closer/stage', { stage: 'paper' }, alice],
      ['/v1/accounts/main/adopt', {}, alice],
    ] as const
    for (const [url, body, who] of forbidden) {
      expect((await post(api, url, body, who)).body, url).toMatchObject({ code: 'FORBIDDEN', status: 403 })
    }
    expect((await post(api, '/v1/kill/preview', {}, reader)).status).toBe(200)
    expect((await post(api, '/v1/rules/hold-delta/stage', { stage: 'shadow' }, alice)).body.outcome).toBe('done')
  })

  it('behavior: a rule goes up one step at a time and by its record, down at once', async () => {
    const { house } = hedging()
    const api = await house.api()
    const early = await post(api, '/v1/rules/hold-delta-closer/stage', { stage: 'live' })
    expect(early.body).toMatchObject({ code: 'ACTION_REFUSED', outcome: 'rejected' })
    expect(early.body.detail).toContain('one step at a time')
    expect(early.body.detail).toContain('not yet')
    expect((await post(api, '/v1/rules/hold-delta/stage', { stage: 'live' })).body.detail).toContain('already')
    expect((await post(api, '/v1/rules/nothing/stage', { stage: 'plan' })).body.code).toBe('NOT_FOUND')
    const down = await post(api, '/v1/rules/hold-delta-closer/stage', { stage: 'plan' })
    expect(down.body).toMatchObject({ outcome: 'done' })
    const rules = (await get(api, '/v1/rules')).items
    const ladder = rules.find(({ id }: { id: string }) => id === 'hold-delta-closer').ladder
    expect(ladder).toMatchObject({ stage: 'plan', next: 'shadow', decisions: 0 })
    expect(ladder.criteria).toHaveLength(3)
  })

  it('behavior: what the venue says is adopted only where something waits for it', async () => {
    const { house } = hedging()
    const api = await house.api()
    expect((await post(api, '/v1/accounts/main/adopt', {})).body).toMatchObject({
      code: 'ACTION_REFUSED',
      outcome: 'rejected',
    })
    expect((await post(api, '/v1/accounts/none/adopt', {})).body.code).toBe('NOT_FOUND')
    house.clock.now += SECOND
    house.statement([{ instrument: PERPETUAL, size: '50000' }])
    const [, line] = (await get(api, '/v1/venues')).lines
    expect(line.reconciled).toBe(false)
    expect(line.differences[0]).toContain(PERPETUAL)
    const { body } = await post(api, '/v1/accounts/main/adopt', { note: 'opened by hand' })
    expect(body).toMatchObject({ outcome: 'done' })
    expect((await get(api, '/v1/venues')).lines[1]).toMatchObject({ reconciled: true, differences: [] })
  })
})

describe('signed webhooks', () => {
  const alice = { id: 'alice', secret: 'a'.repeat(40) }
  const bob = { id: 'bob', secret: 'b'.repeat(40) }
  const hook = async (api: Api, key: typeof alice, payload: string, change: Record<string, string> = {}, at = 0) => {
    const timestamp = String(at / 1000)
    const response = await api.inject({
      method: 'POST',
      url: '/v1/hooks/approval',
      payload,
      headers: {
        'content-type': 'application/json',
        'holdfast-key': key.id,
        'holdfast-timestamp': timestamp,
        'holdfast-signature': signHook(key.secret, timestamp, payload),
        ...change,
      },
    })
    return { status: response.statusCode, body: response.json() }
  }

  it('behavior: a signature stands for a name; two names confirm; no API key is needed', async () => {
    const { house } = hedging()
    const access = { host: '127.0.0.1', keys: [createApiKey('x', ['read']).record], allowedHosts: [] }
    const api = await house.api({ webhookKeys: [alice, bob], access })
    const [id] = Object.keys(house.engine.view().rules.approvals)
    const said = JSON.stringify({ id, verdict: 'approve' })
    const { now } = house.clock
    expect((await hook(api, alice, said, {}, now)).body).toMatchObject({ outcome: 'pending' })
    expect((await hook(api, alice, said, {}, now)).body).toMatchObject({
      code: 'WEBHOOK_REPLAYED',
      outcome: 'not_sent',
    })
    expect((await hook(api, bob, said, {}, now)).body).toMatchObject({ outcome: 'done' })
  })

  it('error: a bad signature, an unknown key, a changed body, a stale time: each says so and nothing is done', async () => {
    const { house } = hedging()
    const api = await house.api({ webhookKeys: [alice] })
    const [id] = Object.keys(house.engine.view().rules.approvals)
    const said = JSON.stringify({ id, verdict: 'approve' })
    const { now } = house.clock
    const turns = house.engine.view().sequence
    const bad = await hook(api, alice, said, { 'holdfast-signature': `v1=${'0'.repeat(64)}` }, now)
    expect(bad).toMatchObject({ status: 401, body: { code: 'SIGNATURE_INVALID', outcome: 'not_sent' } })
    expect((await hook(api, bob, said, {}, now)).body.code).toBe('SIGNATURE_INVALID')
    const changed = signHook(alice.secret, String(now / 1000), said.replace('approve', 'reject'))
    expect((await hook(api, alice, said, { 'holdfast-signature': changed }, now)).body.code).toBe('SIGNATURE_INVALID')
    const stale = await hook(api, alice, said, {}, now - WEBHOOK_WINDOW_MS - SECOND)
    expect(stale.body).toMatchObject({ code: 'TIMESTAMP_STALE' })
    expect(stale.body.detail).toContain('301 s')
    expect((await hook(api, alice, said, {}, now + WEBHOOK_WINDOW_MS + SECOND)).body.code).toBe('TIMESTAMP_STALE')
    const unsigned = await api.inject({ method: 'POST', url: '/v1/hooks/approval', payload: {} })
    expect(unsigned.json().detail).toContain('missing: holdfast-key, holdfast-timestamp, holdfast-signature')
    expect((await hook(api, alice, 'not json', {}, now)).body.code).toBe('INVALID_INPUT')
    expect((await hook(api, alice, '{"id":"x","verdict":"maybe"}', {}, now)).body.code).toBe('INVALID_INPUT')
    expect(house.engine.view().sequence).toBe(turns)
  })

  it('behavior: without keys there is no such route; a short secret is no key', async () => {
    const api = await hedging().house.api()
    expect((await hook(api, alice, '{}', {}, 0)).body.code).toBe('NOT_FOUND')
    expect(parseWebhookKey('alice tooshort')).toBeUndefined()
    expect(parseWebhookKey(`alice ${alice.secret}\n`)).toEqual(alice)
  })

  it('behavior: what was seen is forgotten only once its time would be refused', () => {
    let now = 1_000_000_000_000
    const verify = createHookVerifier([alice], () => now)
    const timestamp = String(now / 1000)
    const body = Buffer.from('{}')
    const signed = { key: 'alice', timestamp, signature: signHook(alice.secret, timestamp, body), body }
    expect(verify(signed)).toBe('alice')
    now += WEBHOOK_WINDOW_MS
    expect(() => verify(signed)).toThrow(expect.objectContaining({ code: 'WEBHOOK_REPLAYED' }))
    now += 1
    expect(() => verify(signed)).toThrow(expect.objectContaining({ code: 'TIMESTAMP_STALE' }))
  })

  it('vectors: the documented example', () => {
    const body = '{"id":"0f2c","verdict":"approve"}'
    const secret = '4f1c2d6e8a9b0c3d5e7f9a1b3c5d7e9f'
    expect(signHook(secret, '1770022800', body)).toBe(
      'v1=ea3cb82d62dcd627c62b9d3c0503e4c1632f1d2add9a2eef43e80380127e644d',
    )
  })
})

describe('what trading came to', () => {
  it('behavior: a hedge’s P&L, slippage against the middle at its decision, and fees', async () => {
    const { house, sent } = hedging()
    house.order(sent, 'filled', '-100000', '70990')
    house.pass(MINUTE, 70_000)
    const api = await house.api()
    const { instruments, rules } = await get(api, '/v1/attribution')
    const [hedge] = instruments
    expect(hedge).toMatchObject({ rule: 'hold-delta', account: 'main', asset: 'BTC', size: '-100000', trades: 1 })
    // Short 100,000 USD from 70,990, marked at 70,000, in coin; the middle at the decision was 71,000.
    expect(Number(hedge.pnl)).toBeCloseTo(-100_000 / 70_990 + 100_000 / 70_000, 12)
    expect(Number(hedge.slippage)).toBeCloseTo(-100_000 / 71_000 + 100_000 / 70_990, 12)
    expect(hedge.fees).toEqual({ BTC: '0.00131' })
    const [rule] = rules
    expect(rule.netUsd).toBeCloseTo(rule.pnlUsd - rule.feesUsd, 9)
    expect(rule.feesUsd).toBeCloseTo(0.00131 * 70_000, 9)
  })
})

describe('the stream', () => {
  it('behavior: `orders` and `kills` show what stands, at once and after each turn', async () => {
    const { house } = hedging()
    const api = await house.api()
    await api.listen({ host: '127.0.0.1', port: 0 })
    const { port } = api.server.address() as AddressInfo
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/ws`)
    await new Promise((done) => socket.once('open', done))
    const heard: { channel: string; data: { live?: unknown[]; kills?: unknown[] } }[] = []
    socket.on('message', (raw) => {
      const { params } = JSON.parse(String(raw))
      if (params !== undefined) heard.push(params)
    })
    const latest = (channel: string) => heard.findLast((one) => one.channel === channel)?.data
    socket.send(
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscribe', params: { channels: ['orders', 'kills'] } }),
    )
    await expect.poll(() => latest('orders')?.live).toHaveLength(1)
    expect(latest('kills')?.kills).toEqual([])
    await post(api, '/v1/kill', { scope: 'account:main', reason: 'x' })
    await expect.poll(() => latest('kills')?.kills).toHaveLength(1)
    socket.terminate()
    await api.close()
  })
})
