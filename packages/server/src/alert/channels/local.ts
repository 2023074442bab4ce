import { appendFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Tier } from '@holdfast/engine'
import type { Channel } from './channel.js'
import { plainText } from './text.js'

/** To the terminal, a few lines a message. */
export function consoleChannel(write: (text: string) => void, minTier: Tier = 'notice'): Channel {
  return {
    name: 'console',
    minTier,
    heartbeats: false,
    async deliver(message) {
      write(plainText(message))
      return { ok: true }
    },
  }
}

/** To a file, one JSON object a message. */
export function fileChannel(path: string, minTier: Tier = 'notice'): Channel {
  return {
    name: `file:${path}`,
    minTier,
    heartbeats: true,
    async deliver(message) {
      try {
        await mkdir(dirname(path), { recursive: true })
        await appendFile(path, `${JSON.stringify(message)}\n`)
        return { ok: true }
      } catch (error) {
        return { ok: false, reason: error instanceof Error ? error.message : String(error) }
      }
    },
  }
}
