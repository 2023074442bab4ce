import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type ApiKeyRecord, allows, findKey, type KeyScope } from './keys.js'
import { Problem } from './problem.js'

export type Access = {
  /** The address that the server binds to. */
  readonly host: string
  readonly keys: readonly ApiKeyRecord[]
  /** Further names by which clients may call this server (`risk.example.org:8787`). */
  readonly allowedHosts: readonly string[]
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1', '[::1]'])

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host)
}

export class UnsafeBindError extends Error {
  override readonly name = 'UnsafeBindError'
  constructor(host: string) {
    super(
      `will not listen on ${host} without API keys: anyone who reaches it could read your book. ` +
        'Create a key, or bind to 127.0.0.1.',
    )
  }
}

/** Off loopback a server without keys would be open to all: it does not start. */
export function assertSafeBind(access: Access): void {
  if (!isLoopback(access.host) && access.keys.length === 0) throw new UnsafeBindError(access.host)
}

/**
 * Refuses requests that a page on another site could make a browser send: on loopback the Host header must name
 * loopback (DNS rebinding), and an Origin, where there is one, must be this server's own.
 */
export function assertHost(request: FastifyRequest, access: Access): void {
  const host = request.headers.host ?? ''
  const name = host.replace(/:\d+$/, '')
  const known = access.allowedHosts.includes(host) || (isLoopback(access.host) ? isLoopback(name) : true)
  if (!known) throw new Problem('HOST_REFUSED', `Host "${host}" is not a name of this server`)
  const origin = request.headers.origin
  if (origin === undefined) return
  const own = origin === `http://${host}` || origin === `https://${host}`
  if (!own) throw new Problem('HOST_REFUSED', `Origin "${origin}" is not this server's own`)
}

/** Who asks. With no keys set (loopback only), everyone who reaches the server is `local` with every scope. */
export function identify(presented: string | undefined, access: Access, now: number): ApiKeyRecord {
  if (access.keys.length === 0) return { id: 'local', hash: '', scopes: ['admin'] }
  const key = presented?.replace(/^Bearer\s+/i, '')
  const record = key === undefined ? undefined : findKey(access.keys, key, now)
  if (record === undefined) {
    throw new Problem('UNAUTHENTICATED', 'send `Authorization: Bearer KEY` with a key that is known here')
  }
  return record
}

export function requireScope(record: ApiKeyRecord, scope: KeyScope): void {
  if (!allows(record, scope)) throw new Problem('FORBIDDEN', `key "${record.id}" lacks the scope "${scope}"`)
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: ApiKeyRecord | undefined
  }
}

/** The page's own files, and health, need no key, and webhooks are signed; everything that tells of the book needs one. */
export function needsKey(url: string): boolean {
  const path = url.split('?', 1)[0] ?? url
  return (path.startsWith('/v1/') && path !== '/v1/ws' && !path.startsWith('/v1/hooks/')) || path === '/metrics'
}

export function installGuard(app: FastifyInstance, access: Access, now: () => number): void {
  app.decorateRequest('caller', undefined)
  app.addHook('onRequest', async (request) => {
    assertHost(request, access)
    if (!needsKey(request.url)) return
    request.caller = identify(request.headers.authorization, access, now())
    requireScope(request.caller, 'read')
  })
}

/** For the page: nothing from elsewhere, nothing inline but styles that charts set on elements. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
}
