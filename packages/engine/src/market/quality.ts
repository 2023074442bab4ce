/**
 * How far an input can be trusted, best first. `delayed`: late but advancing. `stale`: older than allowed, or its clock
 * stands still. `suspect`: fresh but contradicted (crossed, divergent, jumped). `unknown`: not there.
 */
export const QUALITIES = ['live', 'delayed', 'suspect', 'stale', 'unknown'] as const
export type Quality = (typeof QUALITIES)[number]

/** The worse of two qualities: what a number made of both deserves. */
export function worseQuality(a: Quality, b: Quality): Quality {
  return QUALITIES.indexOf(a) >= QUALITIES.indexOf(b) ? a : b
}
