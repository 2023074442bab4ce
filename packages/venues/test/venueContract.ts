import type { Event, OrderReport } from '@holdfast/engine'
import { afterEach, describe, expect, test } from 'vitest'
import type { Known, NewsWish, Venue, VenueNeeds, VenueOrderRequest } from '../src/index.js'

/** One venue as the suite sees it: a line that can be opened, a contract to trade, and what can be made to go wrong. */
export type VenueRig = {
  readonly venue: Venue
  readonly instrument: string
  /** A size of which the venue holds at least four times as much at its best prices, and its double. */
  readonly size: string
  readonly double: string
  /** A limit at which a buy fills at once, and one at which it rests. */
  readonly through: () => Promise<string>
  readonly away: () => Promise<string>
  /** The next order is carried out, and its answer is lost. */
  loseAnswer?(): void
  /** The next order is filled in part. */
  fillInPart(): void
  /** Places an order beside the line, under an id that is taken already. */
  placeTwin?(clientId: string): Promise<void>
  /** The next list of positions has a number with a comma. */
  breakNumber?(): void
  /** The line is cut, or goes dead; then it is whole again. */
  cut?(): void
  heal?(): void
  /** Spends the budget on reads until they are denied. */
  exhaust?(): Promise<void>
  close(): Promise<void>
}

export type KeyKind = 'trade' | 'read' | 'withdraw' | 'wrong'

export type VenueBench = {
  readonly name: string
  readonly start: (options?: { readonly key?: KeyKind; readonly skewMs?: number }) => Promise<VenueRig>
  /** Keys that this venue can tell apart. */
  readonly keys: readonly KeyKind[]
  readonly hasClock: boolean
  /** What it arms. */
  readonly guard?: 'cancel-on-disconnect' | 'scheduled-cancel'
}

const ACT: VenueNeeds = { act: true, allowWithdrawal: false }
let count = 0

/** What every adapter must do, whatever the venue. */
export function describeVenue(bench: VenueBench): void {
  const rigs: VenueRig[] = []
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.close()
  })

  async function opened(options: Parameters<VenueBench['start']>[0] = {}): Promise<VenueRig> {
    const rig = await bench.start(options)
    rigs.push(rig)
    await rig.venue.open(ACT)
    return rig
  }

  async function request(
    rig: VenueRig,
    over: Partial<VenueOrderRequest> & { readonly at?: 'through' | 'away' } = {},
  ): Promise<VenueOrderRequest> {
    const { at = 'through', ...rest } = over
    return {
      clientId: freshId(),
      instrument: rig.instrument,
      size: rig.size,
      limitPrice: await rig[at](),
      terms: 'fill-or-lapse',
      reduceOnly: false,
      ...rest,
    }
  }

  describe(`the contract of a venue: ${bench.name}`, () => {
    test('behavior: an order is filled, and position, fills and order say the same', async () => {
      const rig = await opened()
      const before = Date.now() - 5000
      const order = await request(rig)
      const outcome = await rig.venue.place(order)
      expect(outcome).toMatchObject({
        outcome: 'confirmed',
        order: { clientId: order.clientId, size: rig.size, status: 'filled', filled: rig.size },
      })
      const statement = answerOf(await rig.venue.statement())
      expect(statement.positions).toMatchObject([{ instrument: rig.instrument, size: rig.size }])
      const fills = answerOf(await rig.venue.fillsSince(before))
      expect(fills.map(({ clientId }) => clientId)).toEqual(fills.map(() => order.clientId))
      expect(fills.reduce((sum, { size }) => sum + Number(size), 0)).toBeCloseTo(Number(rig.size), 9)
      const [found] = answerOf(await rig.venue.ordersByClientId(order.clientId, rig.instrument))
      expect(found).toMatchObject({ status: 'filled', filled: rig.size })
    })

    test('behavior: an order rests, is listed as open, and is cancelled by our id; to cancel it again is confirmed', async () => {
      const rig = await opened()
      const order = await request(rig, { at: 'away', terms: 'rest' })
      expect(await rig.venue.place(order)).toMatchObject({
        outcome: 'confirmed',
        order: { status: 'open', filled: '0' },
      })
      const open = answerOf(await rig.venue.openOrders())
      expect(open).toMatchObject([
        { clientId: order.clientId, status: 'open', size: rig.size, instrument: rig.instrument },
      ])
      const target = { instrument: rig.instrument, clientId: order.clientId }
      expect(await rig.venue.cancel(target)).toEqual({ outcome: 'confirmed', cancelled: 1 })
      expect(answerOf(await rig.venue.openOrders())).toEqual([])
      expect(await rig.venue.cancel(target)).toEqual({ outcome: 'confirmed', cancelled: 0 })
      const id = (open[0] as OrderReport).venueOrderId!
      expect(await rig.venue.cancel({ instrument: rig.instrument, venueOrderId: id })).toEqual({
        outcome: 'confirmed',
        cancelled: 0,
      })
    })

    test('behavior: cancels everything, or what stands in an instrument', async () => {
      const rig = await opened()
      for (let at = 0; at < 2; at += 1) await rig.venue.place(await request(rig, { at: 'away', terms: 'rest' }))
      expect(await rig.venue.cancelAll([rig.instrument])).toMatchObject({ outcome: 'confirmed', cancelled: 2 })
      await rig.venue.place(await request(rig, { at: 'away', terms: 'rest' }))
      expect(await rig.venue.cancelAll('all')).toMatchObject({ outcome: 'confirmed', cancelled: 1 })
      expect(answerOf(await rig.venue.openOrders())).toEqual([])
    })

    test('[UN6] a fill in part: what lapsed is not booked', async () => {
      const rig = await opened()
      rig.fillInPart()
      await new Promise((resolve) => setTimeout(resolve, 30))
      const order = await request(rig, { size: rig.double })
      const outcome = await rig.venue.place(order)
      expect(outcome.outcome).toBe('confirmed')
      const [found] = answerOf(await rig.venue.ordersByClientId(order.clientId, rig.instrument))
      expect(found!.status).toBe('cancelled')
      const filled = Number(found!.filled)
      expect(filled).toBeGreaterThan(0)
      expect(filled).toBeLessThan(Number(rig.double))
      const { positions } = answerOf(await rig.venue.statement())
      expect(Number(positions[0]!.size)).toBe(filled)
    })

    test('behavior: a post-only order that would take is not taken', async () => {
      const rig = await opened()
      const outcome = await rig.venue.place(await request(rig, { terms: 'post-only' }))
      const lapsed =
        outcome.outcome === 'rejected' || (outcome.outcome === 'confirmed' && outcome.order.status === 'cancelled')
      expect(lapsed, JSON.stringify(outcome)).toBe(true)
      expect(answerOf(await rig.venue.statement()).positions).toEqual([])
    })

    test('behavior: a reduce-only order opens nothing, and closes what is held', async () => {
      const rig = await opened()
      const opening = await rig.venue.place(await request(rig, { reduceOnly: true }))
      if (opening.outcome === 'confirmed') expect(opening.order.filled).toBe('0')
      expect(answerOf(await rig.venue.statement()).positions).toEqual([])
    })

    test('[UN4] a lost answer: unresolved, found by our id, and not sent again', async (context) => {
      const rig = await opened()
      if (rig.loseAnswer === undefined) return context.skip()
      const order = await request(rig, { at: 'away', terms: 'rest' })
      rig.loseAnswer()
      expect(await rig.venue.place(order)).toMatchObject({ outcome: 'unresolved' })
      const found = answerOf(await rig.venue.ordersByClientId(order.clientId, rig.instrument))
      expect(found).toMatchObject([{ clientId: order.clientId, status: 'open', size: rig.size }])
      expect(await rig.venue.cancel({ instrument: rig.instrument, clientId: order.clientId })).toMatchObject({
        outcome: 'confirmed',
        cancelled: 1,
      })
    })

    test('[UN4] an id that never came to the venue is known to be unknown there', async () => {
      const rig = await opened()
      expect(answerOf(await rig.venue.ordersByClientId(freshId(), rig.instrument))).toEqual([])
    })

    test('[UN5] two orders under one id: both are found, both are cancelled', async (context) => {
      const rig = await opened()
      if (rig.placeTwin === undefined) return context.skip()
      const order = await request(rig, { at: 'away', terms: 'rest' })
      await rig.venue.place(order)
      await rig.placeTwin(order.clientId)
      const found = answerOf(await rig.venue.ordersByClientId(order.clientId, rig.instrument))
      expect(found.map(({ status }) => status)).toEqual(['open', 'open'])
      for (const { venueOrderId } of found)
        await rig.venue.cancel({ instrument: rig.instrument, venueOrderId: venueOrderId! })
      expect(answerOf(await rig.venue.openOrders())).toEqual([])
    })

    test('behavior: nothing held is known to be nothing; no answer is unknown', async () => {
      const rig = await opened()
      const empty = await rig.venue.statement()
      expect(empty).toMatchObject({ known: true, value: { positions: [] } })
      expect(await rig.venue.openOrders()).toMatchObject({ known: true, value: [] })
      if (rig.cut === undefined) return
      rig.cut()
      expect((await rig.venue.statement()).known).toBe(false)
      expect((await rig.venue.openOrders()).known).toBe(false)
      expect((await rig.venue.fillsSince(Date.now())).known).toBe(false)
      rig.heal!()
      expect((await rig.venue.statement()).known).toBe(true)
    })

    test('error: a size with a comma is unknown, not 0 or 1', async (context) => {
      const rig = await opened()
      if (rig.breakNumber === undefined) return context.skip()
      await rig.venue.place(await request(rig))
      rig.breakNumber()
      const statement = await rig.venue.statement()
      if (statement.known) expect(statement.value.unread ?? []).not.toEqual([])
    })

    test('error: an instrument that is not listed: denied, nothing sent', async () => {
      const rig = await opened()
      const key = `${rig.instrument.split(':')[0]}:NONE/USD:NONE`
      const outcome = await rig.venue.place(await request(rig, { instrument: key }))
      expect(outcome).toMatchObject({ outcome: 'denied', retryable: false })
    })

    test('[UN23] reads have used up their budget: a cancel still passes', async (context) => {
      const rig = await opened()
      if (rig.exhaust === undefined) return context.skip()
      const order = await request(rig, { at: 'away', terms: 'rest' })
      await rig.venue.place(order)
      await rig.exhaust()
      expect(await rig.venue.cancel({ instrument: rig.instrument, clientId: order.clientId })).toMatchObject({
        outcome: 'confirmed',
        cancelled: 1,
      })
    })

    test.runIf(bench.keys.includes('withdraw'))('[UN34] a key that can withdraw is refused', async () => {
      const rig = await bench.start({ key: 'withdraw' })
      rigs.push(rig)
      await expect(rig.venue.open(ACT)).rejects.toMatchObject({ code: 'VENUE_WITHDRAWAL_SCOPE' })
      await expect(rig.venue.open({ ...ACT, allowWithdrawal: true })).resolves.toBeDefined()
    })

    test.runIf(bench.keys.includes('read'))('error: a read-only key may watch and not act', async () => {
      const rig = await bench.start({ key: 'read' })
      rigs.push(rig)
      await expect(rig.venue.open(ACT)).rejects.toMatchObject({ code: 'VENUE_SCOPE' })
      await expect(rig.venue.open({ ...ACT, act: false })).resolves.toBeDefined()
    })

    test.runIf(bench.keys.includes('wrong'))('error: wrong credentials are told as such', async () => {
      const rig = await bench.start({ key: 'wrong' })
      rigs.push(rig)
      await expect(rig.venue.open(ACT)).rejects.toMatchObject({ code: 'VENUE_CREDENTIALS' })
    })

    test.runIf(bench.hasClock)('error: clocks that differ too much', async () => {
      const rig = await bench.start({ skewMs: 90_000 })
      rigs.push(rig)
      await expect(rig.venue.open(ACT)).rejects.toMatchObject({ code: 'VENUE_CLOCK' })
    })

    test.runIf(bench.guard !== undefined)(
      'behavior: guards are armed, read back, and say what they do not cover',
      async () => {
        const rig = await opened()
        const [guard] = answerOf(await rig.venue.armGuards())
        expect(guard).toMatchObject({ name: bench.guard, state: 'armed' })
        expect(guard!.gaps.length).toBeGreaterThan(0)
      },
    )

    test('[UN1] a line that goes dead is told once, and a new session begins with everything', async (context) => {
      const rig = await opened()
      if (rig.cut === undefined) return context.skip()
      const events = collect(rig.venue)
      await events.until((event) => event.kind === 'account')
      rig.cut()
      await events.until((event) => event.kind === 'session' && event.state === 'lost')
      rig.heal!()
      const from = events.all.length
      await events.until((event, index) => index >= from && event.kind === 'open-orders')
      const sessions = events.all.flatMap((event) => (event.kind === 'session' ? [event.state] : []))
      expect(sessions).toEqual(['connected', 'lost', 'connected'])
      const kinds = new Set(events.all.slice(from).map(({ kind }) => kind))
      for (const kind of ['session', 'listing', 'market', 'account', 'open-orders']) expect(kinds).toContain(kind)
      const times = events.all.map(({ receivedTime }) => receivedTime)
      expect(times).toEqual([...times].sort((a, b) => a - b))
      await events.stop()
    })

    test('behavior: a fill is told as news, once, with our id', async () => {
      const rig = await opened()
      const events = collect(rig.venue)
      await events.until((event) => event.kind === 'open-orders')
      const order = await request(rig)
      await rig.venue.place(order)
      await events.until((event) => event.kind === 'fill')
      const from = events.all.length
      await events.until((event, index) => index >= from && event.kind === 'open-orders')
      const fills = events.all.flatMap((event) => (event.kind === 'fill' ? [event] : []))
      expect(new Set(fills.map(({ fillId }) => fillId)).size).toBe(fills.length)
      expect(fills.map(({ decisionId }) => decisionId)).toEqual(fills.map(() => order.clientId))
      expect(fills.reduce((sum, { size }) => sum + Number(size), 0)).toBeCloseTo(Number(rig.size), 9)
      await events.stop()
    })
  })
}

export function answerOf<Value>(known: Known<Value>): Value {
  if (!known.known) throw new Error(`unknown: ${known.reason}`)
  return known.value
}

/** 32 hexadecimal digits, as ids of decisions are. */
export function freshId(): string {
  count += 1
  return `${Date.now().toString(16)}${count.toString(16)}`.padStart(32, '0')
}

/** The venue's news as they come. */
export function collect(venue: Venue, wish?: NewsWish) {
  const stopper = new AbortController()
  const all: Event[] = []
  let wake = () => {}
  const done = (async () => {
    for await (const event of venue.events(stopper.signal, wish)) {
      all.push(event)
      wake()
    }
  })()
  return {
    all,
    async until(met: (event: Event, index: number) => boolean): Promise<Event> {
      for (;;) {
        const found = all.find(met)
        if (found !== undefined) return found
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    async stop() {
      stopper.abort()
      await done
    },
  }
}
