/**
 * A stream of uniforms in (0, 1) from a seed, the same on every machine: sfc32 (C. Doty-Humphrey, PractRand), 32 bits each, centred so
 * that neither 0 nor 1 is ever drawn.
 *
 * @param seed - any number; its low 32 bits count.
 */
export function uniformStream(seed: number): () => number {
  let a = 0x9e3779b9 | 0
  let b = 0x243f6a88 | 0
  let c = seed | 0
  let counter = 1
  const draw = (): number => {
    const word = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + word
    c |= 0
    return word >>> 0
  }
  for (let i = 0; i < 12; i++) draw()
  return () => (draw() + 0.5) / 4294967296
}
