import type { Event } from '@holdfast/engine'
import { type ReadOptions, SourceError, STREAM_START } from '../source.js'

/**
 * Hands on the events after `options.after`, until `options.signal`. What lies before is read and dropped.
 *
 * @throws {SourceError} `SOURCE_CHANGED` where the event at the cursor has another time than the one that was recorded, or
 *   the stream is now shorter: the files are not those of the run that is to be resumed.
 */
export async function* readFrom(
  events: AsyncIterable<Event>,
  name: string,
  options: ReadOptions = {},
): AsyncGenerator<Event> {
  const { after = STREAM_START, signal } = options
  let count = 0
  for await (const event of events) {
    if (signal?.aborted) return
    count++
    if (count === after.events && event.sourceTime !== after.sourceTime) throw changed(name, after.events)
    if (count > after.events) yield event
  }
  if (count < after.events) throw changed(name, after.events)
}

function changed(name: string, events: number): SourceError {
  return new SourceError('SOURCE_CHANGED', `${name}: event ${events} is not the one that was recorded`, {
    hint: 'The files or “from” and “to” differ from those of the run that is to be resumed: restore them, or begin a new journal.',
  })
}
