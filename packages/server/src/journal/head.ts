/** The last acknowledged record: what a whole journal ends with. */
export type JournalHead = {
  readonly sequence: number
  /** SHA-256 of that record, hex: it fixes every byte before it. */
  readonly hash: string
}

export const HEAD_NAME = 'head.json'

const HEAD_FORMAT = 'holdfast-head/1'

/** Small enough for one sector, so that it is written whole or not at all. */
export const HEAD_BYTES = 256

/**
 * The anchor beside the segments. It is written over in place after each sync and before anything is acknowledged, so
 * that a journal cut at a record's boundary does not look whole. A crash of the process cannot lose it; a crash of the
 * machine can leave it behind the records, never ahead of them.
 */
export function encodeHead(head: JournalHead): Uint8Array {
  const text = JSON.stringify({ format: HEAD_FORMAT, sequence: head.sequence, hash: head.hash })
  return Buffer.from(`${text.padEnd(HEAD_BYTES - 1)}\n`, 'latin1')
}

/** Reads the anchor; undefined where it is not one. */
export function decodeHead(bytes: Uint8Array): JournalHead | undefined {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('latin1')) as Record<string, unknown> | null
    if (value?.format !== HEAD_FORMAT || typeof value.sequence !== 'number' || typeof value.hash !== 'string') {
      return undefined
    }
    return { sequence: value.sequence, hash: value.hash }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
