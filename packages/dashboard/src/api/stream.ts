/** Notifications of the stream, and what becomes of the connection. */
export type StreamEvents = {
  readonly opened: () => void
  readonly message: (channel: string, data: unknown) => void
  /** `retryInMs` until the next try. */
  readonly lost: (reason: string, retryInMs: number) => void
  readonly locked: () => void
}

export type Stream = {
  subscribe(channels: readonly string[]): void
  /** Gives up waiting and tries now. */
  retryNow(): void
  close(): void
}

const RETRY_FIRST_MS = 500
const RETRY_MAX_MS = 15_000
const UNAUTHENTICATED = -32001

/** Doubles from half a second to fifteen: quick after a blip, calm through an outage. */
export function retryDelay(failures: number): number {
  return Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(failures, 10))
}

/** JSON-RPC over WebSocket that comes back by itself and subscribes again to what was subscribed. */
export function openStream(url: string, key: () => string | undefined, events: StreamEvents): Stream {
  const wanted = new Set<string>()
  let socket: WebSocket | undefined
  let failures = 0
  let timer: number | undefined
  let closed = false
  let id = 0

  const call = (method: string, params: object) => {
    if (socket?.readyState !== WebSocket.OPEN) return
    id += 1
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
  }

  const receive = (text: string) => {
    const message = JSON.parse(text) as {
      params?: { channel: string; data: unknown }
      error?: { code: number; message: string }
    }
    if (message.params !== undefined) events.message(message.params.channel, message.params.data)
    if (message.error?.code === UNAUTHENTICATED) events.locked()
  }

  const connect = () => {
    window.clearTimeout(timer)
    const next = new WebSocket(url)
    socket = next
    next.onopen = () => {
      failures = 0
      const secret = key()
      if (secret !== undefined) call('authenticate', { key: secret })
      if (wanted.size > 0) call('subscribe', { channels: [...wanted] })
      events.opened()
    }
    next.onmessage = (event) => receive(String(event.data))
    next.onclose = (event) => {
      if (closed || socket !== next) return
      const delay = retryDelay(failures)
      failures += 1
      events.lost(event.reason === '' ? 'the server cannot be reached' : event.reason, delay)
      timer = window.setTimeout(connect, delay)
    }
  }
  connect()

  return {
    subscribe(channels) {
      const fresh = channels.filter((channel) => !wanted.has(channel))
      for (const channel of fresh) wanted.add(channel)
      if (fresh.length > 0) call('subscribe', { channels: fresh })
    },
    retryNow: connect,
    close() {
      closed = true
      window.clearTimeout(timer)
      socket?.close()
    },
  }
}
