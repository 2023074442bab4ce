import type { RuleState } from './state.js'

type Section = keyof RuleState

/** A rule state being rewritten: reads see what was written; a section that nothing changed stays the very same object. */
export type Draft = {
  get<S extends Section>(section: S, key: string): RuleState[S][string] | undefined
  set<S extends Section>(section: S, key: string, value: RuleState[S][string]): void
  delete(section: Section, key: string): void
  keys(section: Section): readonly string[]
  finish(): RuleState
}

export function draftOf(state: RuleState): Draft {
  const changed: Partial<Record<Section, Record<string, unknown>>> = {}
  const section = (name: Section): Readonly<Record<string, unknown>> => changed[name] ?? state[name]
  const writable = (name: Section): Record<string, unknown> => {
    changed[name] ??= { ...state[name] }
    return changed[name]
  }
  return {
    get: (name, key) => (Object.hasOwn(section(name), key) ? (section(name)[key] as never) : undefined),
    set: (name, key, value) => {
      if (section(name)[key] !== value) writable(name)[key] = value
    },
    delete: (name, key) => {
      if (Object.hasOwn(section(name), key)) delete writable(name)[key]
    },
    keys: (name) => Object.keys(section(name)).sort(),
    finish: () => (Object.keys(changed).length === 0 ? state : ({ ...state, ...changed } as RuleState)),
  }
}
