/** The Castagnoli polynomial, bits reversed. */
export const CRC32C_POLYNOMIAL = 0x82f63b78

/** Eight tables of 256: byte `b` followed by `t` zero bytes stands at `t · 256 + b`. */
const TABLES = makeTables()

function makeTables(): Uint32Array {
  const tables = new Uint32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? CRC32C_POLYNOMIAL : 0)
    tables[byte] = crc
  }
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256]!
    tables[i] = (before >>> 8) ^ tables[before & 255]!
  }
  return tables
}

/**
 * CRC-32C (Castagnoli), the checksum of iSCSI and ext4: finds every burst of up to 32 bits and every two flipped bits.
 *
 * @param bytes - the data.
 * @param from - first byte; `to` - the byte after the last.
 * @param seed - the checksum of what came before; 0 at the start.
 * @returns an unsigned 32-bit integer.
 * @see RFC 3720, appendix B.4; M. Kounavis and F. Berry, "A systematic approach to building high performance
 * software-based CRC generators" (2005): eight bytes a step.
 * @example crc32c(ascii('123456789')) // 0xe3069283
 */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length, seed = 0): number {
  let crc = ~seed
  let i = from
  for (const last = to - 7; i < last; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    crc =
      TABLES[1792 + (crc & 255)]! ^
      TABLES[1536 + ((crc >>> 8) & 255)]! ^
      TABLES[1280 + ((crc >>> 16) & 255)]! ^
      TABLES[1024 + (crc >>> 24)]! ^
      TABLES[768 + bytes[i + 4]!]! ^
      TABLES[512 + bytes[i + 5]!]! ^
      TABLES[256 + bytes[i + 6]!]! ^
      TABLES[bytes[i + 7]!]!
  }
  for (; i < to; i++) crc = (crc >>> 8) ^ TABLES[(crc ^ bytes[i]!) & 255]!
  return ~crc >>> 0
}

/**
 * Where the one bit lies whose flip explains a wrong checksum. A checksum is linear, so each position has a syndrome of
 * its own, and walking back from the last bit finds it in one pass.
 *
 * @param syndrome - checksum computed ⊕ checksum stored, ≠ 0.
 * @param bitCount - length of the data in bits.
 * @returns the bit's distance from the data's end, 0 for the last bit (the highest of the last byte); undefined where no
 * single bit of the data explains it. A flip of the stored checksum itself is a syndrome of one bit: see `isSingleBit`.
 */
export function flippedBitFromEnd(syndrome: number, bitCount: number): number | undefined {
  let state = CRC32C_POLYNOMIAL
  for (let fromEnd = 0; fromEnd < bitCount; fromEnd++) {
    if (state === syndrome) return fromEnd
    state = ((state >>> 1) ^ (state & 1 ? CRC32C_POLYNOMIAL : 0)) >>> 0
  }
  return undefined
}

/** Whether exactly one bit of an unsigned 32-bit integer is set. */
export function isSingleBit(word: number): boolean {
  return word !== 0 && (word & (word - 1)) === 0
}
