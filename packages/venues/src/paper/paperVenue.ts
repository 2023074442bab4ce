import { type Action, type Decision, type Event, parseMoney, type Turn } from '@holdfast/engine'
import { parseInstrumentKey } from '@holdfast/quant'
import { createPaperBook, type PaperBook, type PaperOrder, type PaperRequest } from './paperBook.js'
import { PAPER_SETTINGS, type PaperSettings } from './settings.js'

/** A simulated counterparty for orders of stage `paper`: a function of the turns that it was shown, in their order. */
export type PaperVenue = {
  readonly name: string
  /**
   * Takes note of the turn's quotes, matches what has arrived, and takes in the turn's new paper orders.
   *
   * @returns fills and what became of orders, received at the turn's time; and a clock event for each moment at which an order
   *   will arrive, so that it is matched against the quotes of that moment.
   */
  react(turn: Turn): readonly Event[]
  /** Every order so far, by the time at which it was taken in. */
  orders(): readonly PaperOrder[]
}

/**
 * Fills orders that were decided at stage `paper` against the quotes that the engine is shown, with latency, depth, slippage
 * and fees. The same turns give the same fills. An order is taken once: a decision id that comes again is ignored. Where the
 * side, or its size, is not quoted, nothing is filled.
 */
export function createPaperVenue(settings: Partial<PaperSettings> = {}, name = 'paper'): PaperVenue {
  const book = createPaperBook({ ...PAPER_SETTINGS, ...settings }, { name })
  return {
    name,
    react(turn) {
      for (const event of turn.events) if (event.kind === 'market') book.note(event.observations, event.receivedTime)
      const news = book.work(turn.time)
      const withdrawn = turn.decisions.flatMap((decision) => withdraw(book, decision, turn.time))
      const taken = turn.decisions.flatMap((decision): Event[] => {
        const request = requestOf(decision)
        const submitted = request === undefined ? undefined : book.submit(request, turn.time)
        return submitted === undefined ? [] : [submitted.news, wakeAt(name, submitted.arrival)]
      })
      return [...news, ...withdrawn, ...taken]
    },
    orders: () => book.orders(),
  }
}

/** Orders that a decision withdraws. One that is still on its way is withdrawn before it arrives. */
function withdraw(book: PaperBook, { action, outcome }: Decision, time: number): readonly Event[] {
  if (outcome !== 'papered' || action.kind !== 'cancel') return []
  return book.open(action.account).flatMap(({ clientId, instrument }) => {
    const named = action.order === undefined || action.order === clientId
    const listed = action.instruments === 'all' || action.instruments.includes(instrument)
    return named && listed && clientId !== undefined ? (book.cancel(clientId, time) ?? []) : []
  })
}

function wakeAt(source: string, time: number): Event {
  return { kind: 'clock', source, sourceTime: time, receivedTime: time }
}

/** Undefined where the decision is no order for paper. */
function requestOf(decision: Decision): PaperRequest | undefined {
  const { action, outcome, id } = decision
  if (outcome !== 'papered' || action.kind !== 'order' || action.style !== undefined) return undefined
  const instrument = parseInstrumentKey(action.instrument)
  const { size, limit } = amountsOf(action)
  if (instrument === undefined || size === undefined || limit === undefined || size === 0n) return undefined
  const { account, reduceOnly, terms } = action
  return { id, account, instrument, size, limit, reduceOnly, ...(terms === undefined ? {} : { terms }) }
}

function amountsOf(action: Extract<Action, { kind: 'order' }>) {
  return { size: parseMoney(action.size), limit: parseMoney(action.limitPrice) }
}
