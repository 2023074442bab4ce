export type SocketLimits = {
  /** Bytes that may wait in the socket before we stop writing to it. */
  readonly bufferedBytesMax: number
  /** How long the socket may stay that full before the client is dropped, milliseconds. */
  readonly stalledMsMax: number
  /** Events (decisions, alerts) that may wait for a full socket before the client is dropped. */
  readonly queuedEventsMax: number
}

export const SOCKET_LIMITS: SocketLimits = { bufferedBytesMax: 1 << 20, stalledMsMax: 10_000, queuedEventsMax: 5_000 }

/** The few things that are asked of a socket. */
export type Pipe = {
  send(text: string): void
  /** `reason` fits in a close frame: at most 123 bytes. */
  close(code: number, reason: string): void
  bufferedBytes(): number
}

/** RFC 6455 reserves 4000–4999 for applications. */
export const CLOSE_SLOW = 4008

export type Outflow = {
  /** A picture: a newer one on the same channel takes the place of one that has not been written yet. */
  picture(channel: string, data: unknown): void
  /** Events: each is kept, in order, and those that wait are written together. */
  events(channel: string, items: readonly unknown[]): void
  forget(channel: string): void
  /** Writes what waits, if the socket takes it. Call after each turn and on a slow tick. */
  flush(now: number): void
}

/**
 * What one client is still to be sent. A client that reads slowly gets fewer pictures, never stale ones; one that does not
 * read at all is dropped with the reason, so that it cannot hold the house's memory.
 */
export function createOutflow(pipe: Pipe, limits: SocketLimits): Outflow {
  const pictures = new Map<string, unknown>()
  const queues = new Map<string, unknown[]>()
  let queued = 0
  let stalledSince: number | undefined
  let closed = false

  const drop = (reason: string) => {
    closed = true
    pictures.clear()
    queues.clear()
    pipe.close(CLOSE_SLOW, reason)
  }

  const notify = (channel: string, data: unknown) =>
    pipe.send(JSON.stringify({ jsonrpc: '2.0', method: 'subscription', params: { channel, data } }))

  return {
    picture(channel, data) {
      if (!closed) pictures.set(channel, data)
    },
    events(channel, items) {
      if (closed || items.length === 0) return
      const queue = queues.get(channel)
      if (queue === undefined) queues.set(channel, [...items])
      else queue.push(...items)
      queued += items.length
      if (queued > limits.queuedEventsMax) drop(`slow client: more than ${limits.queuedEventsMax} events waiting`)
    },
    forget(channel) {
      pictures.delete(channel)
      queued -= queues.get(channel)?.length ?? 0
      queues.delete(channel)
    },
    flush(now) {
      if (closed) return
      if (pipe.bufferedBytes() > limits.bufferedBytesMax) {
        stalledSince ??= now
        if (now - stalledSince > limits.stalledMsMax) drop(`slow client: nothing read for ${limits.stalledMsMax} ms`)
        return
      }
      stalledSince = undefined
      for (const [channel, items] of queues) notify(channel, items)
      for (const [channel, data] of pictures) notify(channel, data)
      queues.clear()
      pictures.clear()
      queued = 0
    },
  }
}
