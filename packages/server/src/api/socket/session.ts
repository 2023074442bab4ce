import type { Turn } from '@holdfast/engine'
import { type Access, identify, requireScope } from '../guard.js'
import { Problem } from '../problem.js'
import type { ReadModel } from '../readModel.js'
import { type Channel, parseChannel, showPicture, showTurn } from './channel.js'
import { createOutflow, type Pipe, type SocketLimits } from './outflow.js'
import { type Command, parseRequest, type RpcId, rpcError, rpcResult } from './rpc.js'

export type Session = {
  receive(text: string): void
  turn(turn: Turn): void
  flush(): void
}

/**
 * One client of the stream. It must be known (by header, or by `authenticate` as its first word, since a browser cannot set
 * headers on a WebSocket) before it may subscribe.
 */
export function createSession(options: {
  readonly pipe: Pipe
  readonly model: ReadModel
  readonly access: Access
  readonly authorization: string | undefined
  readonly now: () => number
  readonly limits: SocketLimits
}): Session {
  const { pipe, model, access, now } = options
  const out = createOutflow(pipe, options.limits)
  const channels = new Map<string, Channel>()
  let known = knows(options.authorization)

  function knows(presented: string | undefined): boolean {
    try {
      requireScope(identify(presented, access, now()), 'read')
      return true
    } catch (error) {
      if (error instanceof Problem) return false
      throw error
    }
  }

  const subscribe = (id: RpcId, names: readonly string[]) => {
    const parsed = names.map((name) => [name, parseChannel(name)] as const)
    const unknown = parsed.find(([, channel]) => channel === undefined)
    if (unknown !== undefined) {
      const help = 'channels: turns, decisions, alerts, orders, kills, accounts.{id}, market.{underlying}'
      pipe.send(rpcError(id, 'UNKNOWN_CHANNEL', `there is no channel "${unknown[0]}"; ${help}`))
      return
    }
    for (const [name, channel] of parsed) if (channel !== undefined) channels.set(name, channel)
    pipe.send(rpcResult(id, [...channels.keys()]))
    for (const [name, channel] of parsed) if (channel !== undefined) showPicture(out, name, channel, model)
    out.flush(now())
  }

  const obey = (id: RpcId, command: Command) => {
    if (command.method === 'authenticate') {
      known = knows(command.key)
      pipe.send(known ? rpcResult(id, 'ok') : rpcError(id, 'UNAUTHENTICATED', 'the key is not known here'))
      return
    }
    if (command.method === 'ping') {
      pipe.send(rpcResult(id, 'pong'))
      return
    }
    if (!known) {
      pipe.send(rpcError(id, 'UNAUTHENTICATED', 'call authenticate with {"key": "…"} first'))
      return
    }
    if (command.method === 'subscribe') {
      subscribe(id, command.channels)
      return
    }
    for (const name of command.channels) {
      channels.delete(name)
      out.forget(name)
    }
    pipe.send(rpcResult(id, [...channels.keys()]))
  }

  return {
    receive(text) {
      const request = parseRequest(text)
      if (request.ok) obey(request.id ?? null, request.command)
      else pipe.send(rpcError(request.id, request.code, request.message))
    },
    turn(turn) {
      for (const [name, channel] of channels) showTurn(out, name, channel, turn, model)
    },
    flush: () => out.flush(now()),
  }
}
