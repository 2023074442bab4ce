/** State as plain JSON: integers as text, maps and sets in their order. `decodeState` gives back an equal state. */
export type Encoded =
  | string
  | number
  | boolean
  | null
  | { readonly n: string }
  | { readonly map: readonly (readonly [string, Encoded])[] }
  | { readonly set: readonly string[] }
  | { readonly list: readonly Encoded[] }
  | { readonly of: Readonly<Record<string, Encoded>> }

export function encodeState(value: unknown): Encoded {
  if (typeof value === 'bigint') return { n: value.toString() }
  if (value instanceof Map) return { map: [...value].map(([key, item]) => [String(key), encodeState(item)] as const) }
  if (value instanceof Set) return { set: [...value].map(String) }
  if (Array.isArray(value)) return { list: value.map(encodeState) }
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  if (typeof value === 'object') {
    return { of: Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encodeState(item)])) }
  }
  throw new TypeError(`a state holds data only, not a ${typeof value}`)
}

export function decodeState(encoded: Encoded): unknown {
  if (encoded === null || typeof encoded !== 'object') return encoded
  if ('n' in encoded) return BigInt(encoded.n)
  if ('map' in encoded) return new Map(encoded.map.map(([key, item]) => [key, decodeState(item)]))
  if ('set' in encoded) return new Set(encoded.set)
  if ('list' in encoded) return encoded.list.map(decodeState)
  return Object.fromEntries(Object.entries(encoded.of).map(([key, item]) => [key, decodeState(item)]))
}
