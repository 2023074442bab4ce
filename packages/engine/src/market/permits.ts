import type { Quality } from './quality.js'

/**
 * Classes of action by what they do to risk. `open` adds risk (or may); `reduce` only takes risk away; `cancel` withdraws
 * orders; `alert` tells about figures; `report-input` tells that an input is bad; `halt` holds everything that adds risk.
 */
export const ACTION_CLASSES = ['open', 'reduce', 'cancel', 'alert', 'report-input', 'halt'] as const
export type ActionClass = (typeof ACTION_CLASSES)[number]

/** `named`: allowed, but the decision must name the input, its age and its quality. */
export type Permission = 'allowed' | 'named' | 'refused'

/**
 * The action matrix: which quality each class tolerates. Risk is opened on live data only. It is reduced on older or doubted
 * data, which the decision names, never on none. Orders are cancelled and risk is halted whatever the data. Figures are told
 * unless they rest on stale data: then the staleness itself is told.
 */
export const ACTION_MATRIX: Readonly<Record<ActionClass, Readonly<Record<Quality, Permission>>>> = {
  open: { live: 'allowed', delayed: 'refused', suspect: 'refused', stale: 'refused', unknown: 'refused' },
  reduce: { live: 'allowed', delayed: 'named', suspect: 'named', stale: 'named', unknown: 'refused' },
  cancel: { live: 'allowed', delayed: 'allowed', suspect: 'allowed', stale: 'allowed', unknown: 'allowed' },
  alert: { live: 'allowed', delayed: 'named', suspect: 'named', stale: 'refused', unknown: 'refused' },
  'report-input': { live: 'allowed', delayed: 'allowed', suspect: 'allowed', stale: 'allowed', unknown: 'allowed' },
  halt: { live: 'allowed', delayed: 'allowed', suspect: 'allowed', stale: 'allowed', unknown: 'allowed' },
}

/** What the action matrix says of an action that rests on data of this quality (the worst of what it read). */
export function permits(actionClass: ActionClass, quality: Quality): Permission {
  return ACTION_MATRIX[actionClass][quality]
}
