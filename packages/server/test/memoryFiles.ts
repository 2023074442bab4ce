import type { JournalFile, JournalFiles } from '../src/journal/files.js'

/** A disk in memory, with what a crash leaves of it: all that was synced, and any part of the rest. */
export type MemoryDisk = {
  /** Files as one process sees them; they are dead once the process is. */
  files(): JournalFiles
  /** The power fails: of what was written and not synced the first bytes are kept, as many as `share`, in [0, 1), says. */
  crash(share: () => number): void
  /** Calls `reached` within write or sync number `count` from now on: what is being written is not synced then. */
  at(count: number, reached: () => void): void
}

type Content = { bytes: Uint8Array; unsynced: { readonly bytes: Uint8Array; readonly position: number }[] }

export function createMemoryDisk(): MemoryDisk {
  const disk = new Map<string, Content>()
  let incarnation = 0
  let wait: { count: number; readonly reached: () => void } | undefined

  function step(): void {
    if (wait === undefined) return
    wait.count -= 1
    if (wait.count > 0) return
    const { reached } = wait
    wait = undefined
    reached()
  }

  function apply(content: Content, bytes: Uint8Array, position: number): void {
    if (position + bytes.length > content.bytes.length) {
      const grown = new Uint8Array(position + bytes.length)
      grown.set(content.bytes)
      content.bytes = grown
    }
    content.bytes.set(bytes, position)
  }

  function settled(content: Content): void {
    for (const { bytes, position } of content.unsynced) apply(content, bytes, position)
    content.unsynced = []
  }

  function open(name: string, mine: number): JournalFile {
    const content = disk.get(name)!
    const alive = () => mine === incarnation
    const never = new Promise<void>(() => undefined)
    return {
      write(chunks, position) {
        if (!alive()) return never
        let at = position
        for (const chunk of chunks) {
          content.unsynced.push({ bytes: Uint8Array.from(chunk), position: at })
          at += chunk.length
        }
        step()
        return alive() ? Promise.resolve() : never
      },
      sync() {
        if (alive()) step()
        if (!alive()) return never
        settled(content)
        return Promise.resolve()
      },
      writeNow(bytes, position) {
        if (alive()) apply(content, Uint8Array.from(bytes), position)
      },
      syncNow() {},
      close: () => (alive() ? Promise.resolve() : never),
    }
  }

  return {
    files() {
      const mine = incarnation
      const alive = () => mine === incarnation
      return {
        list: () => [...disk.keys()].sort(),
        read(name) {
          const content = disk.get(name)!
          settled(content)
          return content.bytes.slice()
        },
        async createZeroed(name, capacity) {
          if (alive()) disk.set(name, { bytes: new Uint8Array(capacity), unsynced: [] })
        },
        rename(from, to) {
          if (!alive()) return
          disk.set(to, disk.get(from)!)
          disk.delete(from)
        },
        remove(name) {
          if (alive()) disk.delete(name)
        },
        open: (name) => open(name, mine),
      }
    },
    crash(share) {
      incarnation += 1
      wait = undefined
      for (const content of disk.values()) {
        const size = content.unsynced.reduce((sum, { bytes }) => sum + bytes.length, 0)
        let left = Math.floor(share() * (size + 1))
        for (const { bytes, position } of content.unsynced) {
          apply(content, bytes.subarray(0, left), position)
          left -= Math.min(left, bytes.length)
        }
        content.unsynced = []
      }
    },
    at(count, reached) {
      wait = { count, reached }
    },
  }
}
