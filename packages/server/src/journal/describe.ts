import type { JournalFault } from './read.js'

/** A fault in words: which record, where, and what it means. */
export function describeFault(fault: JournalFault): string {
  switch (fault.kind) {
    case 'flipped-bit':
      return `${fault.segment}: record ${fault.sequence}: bit ${fault.bit} of byte ${fault.offset} is flipped`
    case 'damaged-record':
      return `${fault.segment}: record ${fault.sequence} is damaged, from byte ${fault.offset} on`
    case 'dropped-records':
      return `${fault.segment}: ${records(fault.from, fault.to)} dropped: not there at byte ${fault.offset}, though later records are`
    case 'misplaced-record':
      return `${fault.segment}: record ${fault.sequence} stands at byte ${fault.offset}, where record ${fault.expected} belongs`
    case 'broken-chain':
      return `${fault.segment}: record ${fault.sequence} at byte ${fault.offset} does not follow from the record before it: one of the two was rewritten`
    case 'torn-record':
      return `${fault.segment}: record ${fault.sequence} at byte ${fault.offset} begins and does not end: it was being written when the process died, and was never acknowledged`
    case 'truncated-tail':
      return truncated(fault)
    case 'missing-segment':
      return `${fault.segment} is missing${fault.to === undefined ? '' : `, with ${records(fault.from, fault.to)}`}`
    case 'misplaced-segment':
      return `${fault.segment} holds what belongs in segment ${fault.index}: segments were reordered`
    case 'damaged-segment-header':
      return `${fault.segment}: the segment's own header (bytes 0 to 63) is damaged`
    case 'wrong-version':
      return `${fault.segment}: format version ${fault.version} is not one that this program reads`
    case 'head-mismatch':
      return `record ${fault.sequence} has hash ${fault.foundHash}, not ${fault.expectedHash}: the journal was rewritten, or the anchor belongs to another`
    case 'head-unreadable':
      return 'head.json cannot be read: what was acknowledged last is not known'
  }
}

function truncated(fault: Extract<JournalFault, { kind: 'truncated-tail' }>): string {
  const { segment, lastSequence, expectedSequence } = fault
  const end = lastSequence < 0 ? 'no record is left' : `it ends with record ${lastSequence}`
  const lost =
    expectedSequence === undefined
      ? 'the file is shorter than it was made'
      : `${records(lastSequence + 1, expectedSequence)} acknowledged and gone`
  return `${segment}: truncated at the tail: ${end}, ${lost}`
}

function records(from: number, to: number): string {
  return from === to ? `record ${from}` : `records ${from} to ${to}`
}
