import { z } from 'zod'

/** JSON-RPC 2.0, the part that streams need. */
const requestSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number(), z.null()]).optional(),
  method: z.string(),
  params: z.unknown().optional(),
})

const channelsParams = z.strictObject({ channels: z.array(z.string().max(200)).min(1).max(500) })
const authenticateParams = z.strictObject({ key: z.string().max(500) })

export type Command =
  | { readonly method: 'subscribe' | 'unsubscribe'; readonly channels: readonly string[] }
  | { readonly method: 'authenticate'; readonly key: string }
  | { readonly method: 'ping' }

export type RpcId = string | number | null

/** Codes from the specification's table, and from -32000 our own. */
export const RPC_CODES = {
  PARSE_ERROR: -32700,
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  INVALID_PARAMS: -32602,
  UNAUTHENTICATED: -32001,
  UNKNOWN_CHANNEL: -32004,
} as const
export type RpcCode = keyof typeof RPC_CODES

export type ParsedRequest =
  | { readonly ok: true; readonly id: RpcId | undefined; readonly command: Command }
  | { readonly ok: false; readonly id: RpcId; readonly code: RpcCode; readonly message: string }

export function parseRequest(text: string): ParsedRequest {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return refuse(null, 'PARSE_ERROR', error instanceof Error ? error.message : 'not JSON')
  }
  const request = requestSchema.safeParse(json)
  if (!request.success) return refuse(null, 'INVALID_REQUEST', z.prettifyError(request.error))
  const { id, method, params } = request.data
  switch (method) {
    case 'ping':
      return { ok: true, id, command: { method } }
    case 'subscribe':
    case 'unsubscribe': {
      const parsed = channelsParams.safeParse(params)
      if (!parsed.success) return refuse(id ?? null, 'INVALID_PARAMS', z.prettifyError(parsed.error))
      return { ok: true, id, command: { method, channels: parsed.data.channels } }
    }
    case 'authenticate': {
      const parsed = authenticateParams.safeParse(params)
      if (!parsed.success) return refuse(id ?? null, 'INVALID_PARAMS', 'expected {"key": "…"}')
      return { ok: true, id, command: { method, key: parsed.data.key } }
    }
    default:
      return refuse(
        id ?? null,
        'METHOD_NOT_FOUND',
        `there is no method "${method}"; known: subscribe, unsubscribe, authenticate, ping`,
      )
  }
}

export function rpcResult(id: RpcId, result: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result })
}

export function rpcError(id: RpcId, code: RpcCode, message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code: RPC_CODES[code], message, data: { code } } })
}

function refuse(id: RpcId, code: RpcCode, message: string): ParsedRequest {
  return { ok: false, id, code, message }
}
