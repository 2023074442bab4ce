const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Bytes of a base64 text with padding; the core has neither Buffer nor atob. */
export function decodeBase64(text: string): Uint8Array {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  let bits = 0
  let held = 0
  let at = 0
  for (let i = 0; i < text.length - padding; i++) {
    bits = (bits << 6) | ALPHABET.indexOf(text[i]!)
    held += 6
    if (held >= 8) {
      held -= 8
      bytes[at++] = (bits >>> held) & 255
      bits &= (1 << held) - 1
    }
  }
  return bytes
}
