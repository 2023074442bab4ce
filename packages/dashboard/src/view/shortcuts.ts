/** Keys of the page. Sections are reached by digits, in the order in which they stand. */
export const SECTIONS = [
  { id: 'headline', key: '1', name: 'Portfolio' },
  { id: 'timeline', key: '2', name: 'Margin and price' },
  { id: 'feed', key: '3', name: 'Decisions' },
  { id: 'greeks', key: '4', name: 'Greeks' },
  { id: 'scenarios', key: '5', name: 'Scenarios' },
  { id: 'positions', key: '6', name: 'Positions' },
  { id: 'what-if', key: '7', name: 'What if' },
  { id: 'inputs', key: '8', name: 'Inputs' },
  { id: 'rules', key: '9', name: 'Rules' },
] as const

/** The rooms of the page on acting, by the same digits. */
export const ACTING_SECTIONS = [
  { id: 'orders', key: '1', name: 'Orders' },
  { id: 'switch', key: '2', name: 'Kill switch' },
  { id: 'approvals', key: '3', name: 'Approvals' },
  { id: 'costs', key: '4', name: 'P&L and costs of trading' },
  { id: 'ladder', key: '5', name: 'Ladder' },
  { id: 'lines', key: '6', name: 'Venues and guards' },
  { id: 'fills', key: '7', name: 'Fills' },
] as const

export type SectionId = (typeof SECTIONS | typeof ACTING_SECTIONS)[number]['id']

export type ViewName = 'watching' | 'acting'

export const OTHER_KEYS = [
  { key: 'j', name: 'next decision' },
  { key: 'k', name: 'decision before' },
  { key: 'p', name: 'next portfolio' },
  { key: 'a', name: 'watching or acting' },
  { key: 't', name: 'light or dark' },
  { key: '?', name: 'this list' },
  { key: 'Esc', name: 'close' },
] as const

export type Command =
  | { readonly kind: 'section'; readonly id: SectionId }
  | { readonly kind: 'move'; readonly by: 1 | -1 }
  | { readonly kind: 'portfolio' | 'view' | 'theme' | 'help' }

/** What a key means; undefined where it is nobody's, or is being typed into a field. */
export function commandOf(
  key: string,
  typing: boolean,
  modified: boolean,
  view: ViewName = 'watching',
): Command | undefined {
  if (typing || modified) return undefined
  const sections: readonly { readonly id: SectionId; readonly key: string }[] =
    view === 'acting' ? ACTING_SECTIONS : SECTIONS
  const section = sections.find((entry) => entry.key === key)
  if (section !== undefined) return { kind: 'section', id: section.id }
  switch (key) {
    case 'j':
      return { kind: 'move', by: 1 }
    case 'k':
      return { kind: 'move', by: -1 }
    case 'a':
      return { kind: 'view' }
    case 'p':
      return { kind: 'portfolio' }
    case 't':
      return { kind: 'theme' }
    case '?':
      return { kind: 'help' }
    default:
      return undefined
  }
}
