/** The same function with every answer kept. */
export function remembered<K, V>(make: (key: K) => V): (key: K) => V {
  const kept = new Map<K, V>()
  return (key) => {
    const found = kept.get(key)
    if (found !== undefined || kept.has(key)) return found as V
    const made = make(key)
    kept.set(key, made)
    return made
  }
}
