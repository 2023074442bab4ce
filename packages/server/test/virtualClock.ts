import type { WallClock } from '../src/run/ports.js'

type Timer = { readonly time: number; readonly order: number; readonly fire: () => void; done: boolean }

/** Time that a test lets pass. Everything that is due at one moment fires in the order in which it was asked for. */
export type VirtualClock = WallClock & {
  /** After `ms`; the return value cancels. */
  after(ms: number, fire: () => void): () => void
  /** When something is due next; undefined where nothing is. */
  next(): number | undefined
  /** Goes to a moment and fires what is due then. */
  goTo(time: number): void
}

export function createVirtualClock(start: number): VirtualClock {
  let time = start
  let count = 0
  const heap: Timer[] = []

  const before = (a: Timer, b: Timer) => a.time < b.time || (a.time === b.time && a.order < b.order)

  function push(timer: Timer): void {
    let at = heap.push(timer) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(timer, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = timer
  }

  function pop(): Timer {
    const top = heap[0]!
    const last = heap.pop()!
    if (heap.length === 0) return top
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1
      if (!before(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return top
  }

  function next(): number | undefined {
    while (heap.length > 0 && heap[0]!.done) pop()
    return heap[0]?.time
  }

  function after(ms: number, fire: () => void): () => void {
    count += 1
    const timer: Timer = { time: time + Math.max(0, Math.ceil(ms)), order: count, fire, done: false }
    push(timer)
    return () => {
      timer.done = true
    }
  }

  return {
    now: () => time,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) {
          resolve()
          return
        }
        const wake = () => {
          cancel()
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const cancel = after(ms, wake)
        signal?.addEventListener('abort', wake)
      }),
    after,
    next,
    goTo(to) {
      time = to
      for (let due = next(); due !== undefined && due <= to; due = next()) {
        const timer = pop()
        timer.done = true
        timer.fire()
      }
    },
  }
}
