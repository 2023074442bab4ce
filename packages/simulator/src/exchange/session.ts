import { createHmac } from 'node:crypto'
import type { Account, ApiKey } from './account.js'
import type { ExchangeCore } from './core.js'
import { RpcError } from './error.js'
import { finish } from './matching.js'

const TOKEN_SECONDS = 31_536_000

/** One connection. Over HTTP each request has its own identity. */
export type Session = {
  readonly id: number
  readonly kind: 'websocket' | 'http'
  identity: Identity | undefined
  cancelOnDisconnect: boolean
  readonly channels: Set<string>
  heartbeat: { readonly intervalMs: number; heardAt: number; sentAt: number; testAt: number | undefined } | undefined
  /** Until then nothing comes and nothing is heard. */
  stalledUntil: number
  /** Channels that it listens to and has heard nothing of yet. */
  readonly fresh: Set<string>
}

export type Identity = { readonly account: Account; readonly scope: string }

export function openSession(core: ExchangeCore, kind: Session['kind']): Session {
  const session: Session = {
    id: core.nextConnection,
    kind,
    identity: undefined,
    cancelOnDisconnect: false,
    channels: new Set(),
    heartbeat: undefined,
    stalledUntil: 0,
    fresh: new Set(),
  }
  core.nextConnection += 1
  core.sessions.set(session.id, session)
  return session
}

/**
 * Ends a connection. Where cancel-on-disconnect was on, the open orders that came over it are cancelled, and only those; a
 * logout in order cancels nothing.
 */
export function closeSession(core: ExchangeCore, session: Session, reason: string, byExchange: boolean): void {
  if (!core.sessions.delete(session.id)) return
  for (const channel of session.channels) {
    const listeners = core.channels.get(channel)
    listeners?.delete(session)
    if (listeners?.size === 0) core.channels.delete(channel)
  }
  if (byExchange) core.outbox.push({ kind: 'closed', connection: session.id, at: core.time, reason })
  const account = session.identity?.account
  if (!session.cancelOnDisconnect || account === undefined || reason === 'logout') return
  for (const order of [...account.open.values()]) {
    if (order.connection === session.id) finish(core, order, 'cancel_on_disconnect')
  }
}

type Params = Readonly<Record<string, unknown>>

/** `public/auth`: by secret, by signature or by refresh token. */
export function authenticate(core: ExchangeCore, session: Session, params: Params): Readonly<Record<string, unknown>> {
  const { account, scope } = identify(core, params)
  const granted = narrowed(scope, params.scope)
  const token = tokenText(core, account.name)
  const refresh = tokenText(core, `refresh ${account.name}`)
  core.tokens.set(token, { account, scope: granted, expiresAt: core.time + TOKEN_SECONDS * 1_000 })
  core.refreshTokens.set(refresh, token)
  if (session.kind === 'websocket') {
    if (session.identity?.account !== account) session.cancelOnDisconnect = account.cancelOnDisconnect
    session.identity = { account, scope: granted }
  }
  return {
    access_token: token,
    refresh_token: refresh,
    expires_in: TOKEN_SECONDS,
    scope: granted,
    token_type: 'bearer',
    enabled_features: [],
    mandatory_tfa_status: 'disabled',
    sid: `${session.id}`,
  }
}

function identify(core: ExchangeCore, params: Params): Identity {
  switch (params.grant_type) {
    case 'client_credentials': {
      const key = findKey(core, params.client_id)
      if (key.key.clientSecret !== params.client_secret) throw new RpcError('invalid_credentials')
      return { account: key.account, scope: key.key.scope }
    }
    case 'client_signature': {
      const key = findKey(core, params.client_id)
      const { timestamp, nonce = '', data = '', signature } = params
      checkSignature(core, key.key, `${timestamp}\n${nonce}\n${data}`, signature, Number(timestamp))
      return { account: key.account, scope: key.key.scope }
    }
    case 'refresh_token': {
      const token = core.tokens.get(core.refreshTokens.get(String(params.refresh_token)) ?? '')
      if (token === undefined) throw new RpcError('invalid_credentials', { param: 'refresh_token', reason: 'unknown' })
      return token
    }
    default:
      throw new RpcError('invalid_params', { param: 'grant_type', reason: 'wrong value' }, 'Invalid params')
  }
}

/**
 * Who makes an HTTP request: `deri-hmac-sha256 id=…,ts=…,sig=…,nonce=…`, `Bearer …` or `Basic …`.
 *
 * @param signed - method, path with query, and body, as the signature covers them.
 */
export function identifyHttp(core: ExchangeCore, authorization: string, signed: string): Identity {
  const [scheme = '', rest = ''] = authorization.split(/ (.*)/s)
  if (scheme.toLowerCase() === 'bearer') return identifyToken(core, rest)
  if (scheme.toLowerCase() === 'basic') {
    const [id, secret] = Buffer.from(rest, 'base64').toString('utf8').split(':')
    return identify(core, { grant_type: 'client_credentials', client_id: id, client_secret: secret })
  }
  if (scheme !== 'deri-hmac-sha256') throw new RpcError('invalid_credentials', { reason: 'unknown scheme' })
  const fields = Object.fromEntries(rest.split(',').map((part) => part.trim().split(/=(.*)/s).slice(0, 2)))
  const { key, account } = findKey(core, fields.id)
  checkSignature(core, key, `${fields.ts}\n${fields.nonce}\n${signed}`, fields.sig, Number(fields.ts))
  return { account, scope: key.scope }
}

export function identifyToken(core: ExchangeCore, token: string): Identity {
  const known = core.tokens.get(token)
  if (known === undefined) throw new RpcError('unauthorized', { reason: 'invalid_token' })
  if (!(known.expiresAt > core.time)) throw new RpcError('unauthorized', { reason: 'token_expired' })
  return known
}

function findKey(core: ExchangeCore, clientId: unknown): { readonly account: Account; readonly key: ApiKey } {
  for (const account of core.accounts) {
    const key = account.keys.find((one) => one.clientId === clientId)
    if (key !== undefined) return { account, key }
  }
  throw new RpcError('invalid_credentials')
}

function checkSignature(core: ExchangeCore, key: ApiKey, text: string, signature: unknown, timestamp: number): void {
  const expected = createHmac('sha256', key.clientSecret).update(text).digest('hex')
  if (signature !== expected) throw new RpcError('invalid_credentials', { reason: 'invalid_signature' })
  const window = core.options.signatureWindowMs
  if (window !== undefined && !(Math.abs(timestamp - core.time) <= window)) {
    throw new RpcError('invalid_credentials', { reason: 'invalid_timestamp', param: 'timestamp' })
  }
}

/** Tokens follow from the order of logins, so that a run can be repeated. They open nothing but this exchange. */
function tokenText(core: ExchangeCore, name: string): string {
  core.nextToken += 1
  return createHmac('sha256', `${core.options.seed}`).update(`${name} ${core.nextToken}`).digest('base64url')
}

/** A login may ask for less than its key can. */
function narrowed(scope: string, asked: unknown): string {
  if (typeof asked !== 'string' || asked.trim() === '') return scope
  const wanted = asked.split(/\s+/)
  if (!wanted.some((part) => part.includes(':') && !part.startsWith('session:'))) return scope
  return wanted.filter((part) => part.startsWith('session:') || hasScope(scope, part)).join(' ')
}

/** `trade:read_write` includes `trade:read`. */
export function hasScope(scope: string, needed: string): boolean {
  const parts = scope.split(/\s+/)
  return parts.includes(needed) || (needed.endsWith(':read') && parts.includes(`${needed}_write`))
}
