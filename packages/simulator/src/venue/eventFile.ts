import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type ClearingEvent,
  type ClearingEventBody,
  type ClearingParameters,
  createClearing,
  readClearingEvent,
} from '@holdfast/engine'
import { SourceError } from '@holdfast/venues'
import { gaugeBook, gaugeStep } from './gauge.js'
import { createStory, type Venue, type VenueTurn } from './turn.js'

/** Events of one time make a step, up to so many. */
const STEP_EVENTS_MAX = 256

/**
 * A venue that hears a file of clearing events (JSON Lines). The file is read through once before it runs, so that what is wrong in
 * it is told before anything is done; events out of order or twice are no fault of the file but refusals on record.
 *
 * @param opening - what is there before the first line: funds and accounts.
 * @param follow - whether to wait for lines that are added, until the signal of `run`. A step is whole once a later time has come.
 * @throws {SourceError} with file, line and path of the field.
 */
export async function eventVenue(
  path: string,
  parameters: ClearingParameters,
  opening: readonly ClearingEventBody[],
  follow = false,
): Promise<Venue<AsyncIterable<VenueTurn>>> {
  let steps = 0
  let accounts = 0
  for await (const events of stepsOf(path, opening, follow ? wholeLines(path, ENDED) : lines(path), !follow)) {
    steps++
    for (const { kind } of events) if (kind === 'open-account') accounts++
  }
  const heard = (signal: AbortSignal) =>
    stepsOf(path, opening, follow ? wholeLines(path, signal) : lines(path), !follow)
  return { steps, accounts, run: (signal = ENDED) => runEvents(heard(signal), parameters) }
}

async function* runEvents(
  steps: AsyncIterable<readonly ClearingEvent[]>,
  parameters: ClearingParameters,
): AsyncGenerator<VenueTurn, void, void> {
  const clearing = createClearing(parameters)
  const story = createStory()
  let index = 0
  for await (const inputs of steps) {
    const decisions = clearing.step(inputs)
    yield {
      step: gaugeStep(index++, clearing, decisions),
      inputs,
      decisions,
      events: story.tell(decisions),
      book: () => gaugeBook(clearing, parameters, story.of),
      digest: clearing.digest,
    }
  }
}

/** What is in the file alone decides where a step ends, so that a run that is resumed has the same steps. */
async function* stepsOf(
  path: string,
  opening: readonly ClearingEventBody[],
  texts: AsyncIterable<string>,
  ends: boolean,
): AsyncGenerator<readonly ClearingEvent[], void, void> {
  let step: ClearingEvent[] = []
  let started = false
  for await (const event of readEvents(path, opening.length, texts)) {
    if (!started) {
      started = true
      step = opening.map((body, at) => ({ sequence: at + 1, time: event.time, ...body }))
    }
    const before = step.at(-1)
    if (before !== undefined && (before.time !== event.time || step.length >= STEP_EVENTS_MAX)) {
      yield step
      step = []
    }
    step.push(event)
  }
  // What is followed may still bring more of this time: it is not a step yet.
  if (ends && step.length > 0) yield step
  if (ends && !started) throw new SourceError('SOURCE_EMPTY', 'the file holds no event', { file: basename(path) })
}

/** @param offset - how many events came before the file; its own numbers begin at 1. */
async function* readEvents(
  path: string,
  offset: number,
  texts: AsyncIterable<string>,
): AsyncGenerator<ClearingEvent, void, void> {
  const file = basename(path)
  let line = 0
  let next = 1
  try {
    for await (const text of texts) {
      line++
      if (text.trim() === '') continue
      const read = readClearingEvent(parsed(text, file, line))
      if (!read.ok) {
        const { path: column, message } = read.complaints[0]!
        throw new SourceError('SOURCE_UNREADABLE', message, {
          file,
          line,
          ...(column === '' ? {} : { column }),
          hint: 'The format is told by `holdfast schema clearing-event`.',
        })
      }
      const sequence = read.event.sequence ?? next
      next = Math.max(next, sequence + 1)
      yield { ...read.event, sequence: sequence + offset } as ClearingEvent
    }
  } catch (error) {
    if (error instanceof SourceError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new SourceError('SOURCE_UNREADABLE', `cannot be read: ${reason}`, { file, cause: error })
  }
}

const ENDED = AbortSignal.abort()
const LOOK_AGAIN_MS = 100
const CHUNK_BYTES = 1 << 16

function lines(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
}

/** Lines that have ended; at the end of the file it waits for more, until the signal. */
async function* wholeLines(path: string, signal: AbortSignal): AsyncGenerator<string, void, void> {
  const file = await open(path, 'r')
  try {
    let rest = Buffer.alloc(0)
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES)
      if (bytesRead === 0) {
        if (signal.aborted) return
        await pause(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined)
        continue
      }
      rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)])
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        yield rest.toString('utf8', 0, end)
        rest = rest.subarray(end + 1)
      }
    }
  } finally {
    await file.close()
  }
}

function parsed(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new SourceError('SOURCE_UNREADABLE', `not JSON: ${(error as Error).message}`, { file, line, cause: error })
  }
}
