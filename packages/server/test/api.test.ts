import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { UnsafeBindError } from '../src/api/guard.js'
import { createApiKey } from '../src/api/keys.js'
import { PROBLEMS } from '../src/api/problem.js'
import { accountSchema, inputSchema, portfolioSchema } from '../src/api/wire/assessment.js'
import { alertSchema, decisionSchema } from '../src/api/wire/decision.js'
import { marketSchema, statusSchema } from '../src/api/wire/house.js'
import { positionSchema } from '../src/api/wire/position.js'
import { testHouse } from './testHouse.js'

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const house = testHouse(200)
const app = await house.api()
const get = async (url: string, headers: Record<string, string> = {}) => {
  const response = await app.inject({ url, headers })
  return { status: response.statusCode, body: response.json(), headers: response.headers }
}

describe('reading', () => {
  it.each([
    ['/v1/status', statusSchema, undefined],
    ['/v1/accounts', accountSchema, 'items'],
    ['/v1/portfolios', portfolioSchema, 'items'],
    ['/v1/positions', positionSchema, 'items'],
    ['/v1/decisions', decisionSchema, 'items'],
    ['/v1/alerts', alertSchema, 'items'],
    ['/v1/inputs', inputSchema, 'items'],
    ['/v1/market/BTC', marketSchema, undefined],
  ] as const)('behavior: %s answers what its schema promises', async (url, schema, list) => {
    const { status, body } = await get(url)
    expect(status).toBe(200)
    const values = list === undefined ? [body] : body[list]
    expect(values.length).toBeGreaterThan(0)
    for (const value of values) expect(schema.strict().safeParse(value).error).toBeUndefined()
  })

  it('behavior: a position says what it is, in which unit, and what margin it costs', async () => {
    const { body } = await get('/v1/accounts/deribit-main')
    expect(body.positions[0]).toMatchObject({
      kind: 'option',
      underlying: 'BTC',
      payoff: 'inverse',
      strike: 80000,
      right: 'put',
      expiry: '2026-02-27T08:00:00.000Z',
      size: -60,
      sizeUnit: 'BTC',
    })
    expect(body.account.time).toMatch(RFC_3339)
  })

  it('behavior: an infinite margin ratio is a word, not null', async () => {
    const own = testHouse(1, 0)
    const step = own.world.steps[0]!
    const accounts = step.view.assessment.accounts.map((account) => ({
      ...account,
      marginRatio: Number.POSITIVE_INFINITY,
    }))
    const view = { ...step.view, assessment: { ...step.view.assessment, accounts } }
    own.model.observer.turn(step.turn, view, { replayed: false, head: step.head })
    const response = await (await own.api()).inject('/v1/accounts')
    expect(response.json().items[0].marginRatio).toBe('liquidatable')
  })

  it('behavior: decisions come newest first, and pages neither repeat nor skip while more arrive', async () => {
    const own = testHouse(240, 200)
    const api = await own.api()
    const first = (await api.inject('/v1/decisions?limit=5')).json()
    own.feed(40)
    const second = (await api.inject(`/v1/decisions?limit=500&cursor=${first.nextCursor}`)).json()
    const ids = [...first.items, ...second.items].map((item: { id: string }) => item.id)
    const known = own.world.steps.slice(0, 200).flatMap(({ turn }) => turn.decisions.map(({ id }) => id))
    expect(ids).toEqual(known.reverse())
    expect(second.nextCursor).toBeUndefined()
  })

  it('behavior: a decision explains itself, a rule says why not', async () => {
    const { body } = await get('/v1/decisions?limit=1')
    const explained = await get(`/v1/decisions/${body.items[0].id}/explain`)
    expect(explained.body.text).toContain('because')
    expect((await get('/v1/rules/hold-delta/why-not')).body.scopes[0].state).toBe('held')
    expect((await get('/v1/rules/nothing/why-not')).body.code).toBe('NOT_FOUND')
  })

  it('behavior: history keeps extremes when it is thinned', async () => {
    const { body } = await get('/v1/history?series=index:BTC,account:deribit-main:marginRatio&points=10')
    const [index, ratio] = body.items
    expect(index.points.length).toBeLessThanOrEqual(10)
    const prices = house.world.steps.map(({ view }) => view.assessment.accounts[1]!.greeks[0]!.index)
    expect(Math.min(...index.points.map((point: { low: number }) => point.low))).toBe(Math.min(...prices))
    const ratios = house.world.steps.map(({ view }) => view.assessment.accounts[1]!.marginRatio!)
    expect(Math.max(...ratio.points.map((point: { high: number }) => point.high))).toBe(Math.max(...ratios))
  })

  it('behavior: turns page forward from a sequence; the journal head matches the last', async () => {
    const { body } = await get('/v1/turns?from=190&limit=5')
    expect(body.items.map((turn: { sequence: number }) => turn.sequence)).toEqual([190, 191, 192, 193, 194])
    expect(body.nextFrom).toBe(195)
    expect((await get('/v1/journal/head')).body).toMatchObject({ sequence: 200, hash: house.world.steps[199]!.head })
  })

  it('error: before the first turn numbers are not ready, and that is retryable', async () => {
    const response = await (await testHouse(1, 0).api()).inject('/v1/accounts')
    expect(response.statusCode).toBe(503)
    expect(response.json()).toMatchObject({ code: 'NOT_READY', retryable: true })
    expect(response.headers['content-type']).toContain('application/problem+json')
  })

  it.each([
    ['/v1/accounts?limit=0', 'limit'],
    ['/v1/accounts?limt=5', 'limt'],
    ['/v1/history?from=yesterday', 'from'],
    ['/v1/decisions?cursor=zzzz', 'cursor'],
  ])('error: %s says which field', async (url, field) => {
    const { status, body } = await get(url)
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'INVALID_INPUT', retryable: false })
    expect(body.detail).toContain(field)
  })

  it('behavior: the calculator answers an array with an array; an unknown kind is not found', async () => {
    const answer = await app.inject({ method: 'POST', url: '/v1/calc/echo', payload: [{ id: 1 }] })
    expect(answer.json()).toEqual([{ request: { id: 1 } }])
    const none = await app.inject({ method: 'POST', url: '/v1/calc/none', payload: [] })
    expect(none.json().code).toBe('NOT_FOUND')
    const bad = await app.inject({ method: 'POST', url: '/v1/calc/echo', payload: { id: 1 } })
    expect(bad.json().code).toBe('INVALID_INPUT')
  })
})

describe('the published document', () => {
  it('behavior: OpenAPI 3.1 names every route, its answers and the problem type; references resolve', async () => {
    const { body } = await get('/v1/openapi.json')
    expect(body.openapi).toBe('3.1.0')
    const paths = Object.keys(body.paths)
    for (const path of ['/v1/status', '/v1/decisions/{id}/explain', '/v1/rules/{id}/why-not', '/v1/history']) {
      expect(paths).toContain(path)
    }
    const schema = body.paths['/v1/accounts'].get.responses['200'].content['application/json'].schema
    expect(schema.properties.items.items.$ref).toBe('#/components/schemas/Account')
    const text = JSON.stringify(body)
    for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g)) {
      expect(body.components.schemas).toHaveProperty(name!)
    }
    expect(text).not.toContain('$defs')
    expect(body.paths['/v1/accounts'].get.responses.default.content).toHaveProperty('application/problem+json')
  })

  it('behavior: catalogue = docs = published codes', async () => {
    const docs = readFileSync(new URL('../../../docs/reference/problems.md', import.meta.url), 'utf8')
    const rows = [...docs.matchAll(/^\| `(\w+)` \| (\d+) \| (yes|no) \| (.+) \|$/gm)].map(
      ([, code, status, retryable, title]) => [code, { status: Number(status), retryable: retryable === 'yes', title }],
    )
    expect(Object.fromEntries(rows)).toEqual(PROBLEMS)
    const { body } = await get('/v1/openapi.json')
    expect(body.components.schemas.Problem.properties.code.enum).toEqual(Object.keys(PROBLEMS))
  })
})

describe('acknowledging', () => {
  const acknowledge = async (api: typeof app, id: string, key: string | undefined, body: object, more = {}) =>
    api.inject({
      method: 'POST',
      url: `/v1/alerts/${id}/acknowledge`,
      headers: { ...(key === undefined ? {} : { 'idempotency-key': key }), ...more },
      payload: body,
    })

  it('behavior: goes into the loop once, replays with a marker, refuses the key for another body', async () => {
    const own = testHouse(200)
    const api = await own.api()
    const id = own.model.alerts.list()[0]!.id
    const first = await acknowledge(api, id, 'k1', { note: 'seen' })
    expect(first.statusCode).toBe(200)
    expect(first.json().acknowledged.by).toBe('local')
    const again = await acknowledge(api, id, 'k1', { note: 'seen' })
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(again.json()).toEqual(first.json())
    expect(own.controls).toHaveLength(1)
    expect(own.controls[0]).toMatchObject({ command: 'acknowledge', target: id, actor: 'local', note: 'seen' })
    const other = await acknowledge(api, id, 'k1', { note: 'different' })
    expect(other.json()).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', outcome: 'not_sent', status: 422 })
  })

  it('behavior: an acknowledgement in the journal is known after a restart', () => {
    const own = testHouse(172, 171)
    const id = own.model.alerts.list()[0]!.id
    const step = own.world.steps[171]!
    const stamp = { source: 'api', sourceTime: 5, receivedTime: 7 }
    const event = { kind: 'control', command: 'acknowledge', actor: 'desk', target: id, ...stamp } as const
    const seen = { ...step.turn, events: [event] }
    own.model.observer.turn(seen, step.view, { replayed: true, head: step.head })
    expect(own.model.alerts.find(id)?.acknowledged).toEqual({ by: 'desk', time: 7 })
  })

  it('error: no key, no such alert, and a loop that refuses, each with its outcome', async () => {
    const own = testHouse(200)
    const ports = { ...own.ports, submit: () => Promise.reject(new Error('stopped')) }
    const api = await own.api({ ports })
    const id = own.model.alerts.list()[0]!.id
    expect((await acknowledge(api, id, undefined, {})).json().code).toBe('IDEMPOTENCY_KEY_MISSING')
    expect((await acknowledge(api, 'none', 'k', {})).json()).toMatchObject({ code: 'NOT_FOUND', outcome: 'not_sent' })
    expect((await acknowledge(api, id, 'k', {})).json()).toMatchObject({ code: 'LOOP_REFUSED', outcome: 'unknown' })
    expect(own.model.alerts.find(id)?.acknowledged).toBeUndefined()
  })

  it('behavior: a read-only house has no such route', async () => {
    const own = testHouse(10)
    const { submit: _, ...ports } = own.ports
    expect((await acknowledge(await own.api({ ports }), 'x', 'k', {})).json().code).toBe('NOT_FOUND')
  })
})

describe('who may ask', () => {
  it('error: off loopback without keys it does not start', async () => {
    const access = { host: '0.0.0.0', keys: [], allowedHosts: [] }
    await expect(testHouse(1).api({ access })).rejects.toThrow(UnsafeBindError)
  })

  it('behavior: keys are needed, checked by hash, and bounded by scope', async () => {
    const own = testHouse(200)
    const reader = createApiKey('reader', ['read'])
    const actor = createApiKey('actor', ['read', 'act'])
    expect(JSON.stringify(reader.record)).not.toContain(reader.key.slice(3, 12))
    const api = await own.api({
      access: { host: '0.0.0.0', keys: [reader.record, actor.record], allowedHosts: [] },
    })
    const id = own.model.alerts.list()[0]!.id
    const as = (key: string) => ({ authorization: `Bearer ${key}`, 'idempotency-key': 'k' })
    expect((await api.inject('/v1/status')).json()).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 })
    expect((await api.inject('/metrics')).statusCode).toBe(401)
    expect((await api.inject('/healthz')).statusCode).toBe(200)
    expect((await api.inject({ url: '/v1/status', headers: as(`${reader.key}x`) })).statusCode).toBe(401)
    expect((await api.inject({ url: '/v1/status', headers: as(reader.key) })).statusCode).toBe(200)
    const post = (key: string) =>
      api.inject({ method: 'POST', url: `/v1/alerts/${id}/acknowledge`, headers: as(key), payload: {} })
    expect((await post(reader.key)).json()).toMatchObject({ code: 'FORBIDDEN', status: 403 })
    expect((await post(actor.key)).json().acknowledged.by).toBe('actor')
    expect(own.log.join('\n')).not.toContain(actor.key.slice(3, 12))
  })

  it('behavior: on loopback a foreign Host or Origin is refused (DNS rebinding)', async () => {
    expect((await get('/v1/status', { host: 'evil.example:8787' })).body.code).toBe('HOST_REFUSED')
    expect((await get('/v1/status', { host: '127.0.0.1:8787', origin: 'http://evil.example' })).body.code).toBe(
      'HOST_REFUSED',
    )
    expect((await get('/v1/status', { host: '127.0.0.1:8787', origin: 'http://127.0.0.1:8787' })).status).toBe(200)
    expect((await get('/v1/status', { host: '[::1]:8787' })).status).toBe(200)
  })

  it('behavior: answers carry a policy that lets nothing in from elsewhere', async () => {
    const { headers } = await get('/v1/status')
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['x-content-type-options']).toBe('nosniff')
  })
})

describe('health', () => {
  it('behavior: follows the loop, not the process', async () => {
    const own = testHouse(3)
    const api = await own.api({ loopAgeMsMax: 5_000 })
    expect((await api.inject('/healthz')).statusCode).toBe(200)
    own.clock.now += 6_000
    const late = await api.inject('/healthz')
    expect(late.statusCode).toBe(503)
    expect(late.json().reason).toContain('6.0 s ago; allowed: 5 s')
    own.setRun({ state: 'finished' })
    expect((await api.inject('/healthz')).statusCode).toBe(200)
    own.setRun({ state: 'failed', fault: 'journal: no space left' })
    expect((await api.inject('/healthz')).json().reason).toContain('no space left')
  })
})
