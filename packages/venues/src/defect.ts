/**
 * Defects that a source notices and names in the `flags` of a market event. The subject of a flag is an input
 * (`quote:deribit:BTC/USD:BTC`, `forward:BTC:2026-02-27`), a chain (`chain:BTC`), or a place in a file (`NAME:LINE`).
 */
export const DEFECTS = {
  'missing-bid': 'Quotes without a bid: nobody buys.',
  'missing-ask': 'Quotes without an ask: nobody sells.',
  'crossed-quote': 'A bid above the ask; both are handed on as they are, for the guard to judge.',
  'mark-outside-quote': 'The mark lies below the bid or above the ask.',
  'missing-mark': 'A row without mark price or mark vol.',
  'forward-spread': 'Rows of one expiry carry different forwards, by more than 10 bps; the median is used.',
  'index-spread': 'Rows of one instant carry different index prices, by more than 10 bps; the median is used.',
  'not-a-number': 'A field that must be a number is NaN or infinite; the row is skipped.',
  'unreadable-row': 'A row that cannot be read; it is skipped.',
  'duplicate-instrument': 'An instrument stands twice in one snapshot; the first is kept.',
  'expired-row': 'A row of an expiry that has passed; it is skipped.',
  gap: 'More time than usual since the data before.',
  'clock-backwards': 'The data’s own time is earlier than that of the data before.',
  'repeated-time': 'The data’s own time is that of the data before.',
  'truncated-file': 'The file ends before its end; what was read is kept.',
  'corrupt-file': 'The file does not match its checksum: none of it is used, since the wrong rows cannot be told.',
  'candle-price': 'A price taken from a one-minute candle near the snapshot, not from the venue’s mark.',
  'no-perpetual-price': 'No perpetual or future price is recorded for this instant.',
  'settlement-estimated': 'The settlement price of an expiry is interpolated from the index around it.',
  interpolated: 'A point between two recorded instants, interpolated in time.',
  'unknown-instrument': 'The venue names an instrument that it has not listed; what it says of it is left out.',
  'unreadable-field': 'A number of a venue’s answer that is none; what hangs on it is unknown.',
  'zero-volume': 'A bar in which nothing traded: the price is that of an earlier bar.',
  'missing-bars': 'Bars are missing between this one and the one before.',
} as const

export type DefectCode = keyof typeof DEFECTS
