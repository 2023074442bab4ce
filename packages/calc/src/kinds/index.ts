import type { CalcKind } from '../kind.js'

const kinds: readonly CalcKind[] = []

/** Every kind that `holdfast calc` and `POST /v1/calc/{kind}` answer, by name. */
export const calcKinds: ReadonlyMap<string, CalcKind> = new Map(kinds.map((kind) => [kind.name, kind]))
