import { builtInVenue } from '@holdfast/simulator'
import { describe, expect, it } from 'vitest'
import { venueHistorySchema, venueSchema } from '../src/api/wire/venue.js'
import { createVenueRecord } from '../src/venue/record.js'
import { testHouse } from './testHouse.js'

const STEPS = 120

async function venueHouse(steps = STEPS) {
  const house = testHouse(1, 0)
  const venue = await builtInVenue({ seed: 7, accounts: 200 })
  const record = createVenueRecord({ ...venue, name: 'Built-in venue' }, () => house.clock.now)
  for (const turn of venue.run()) {
    if (turn.step.step >= steps) break
    record.turn(turn)
  }
  return { app: await house.api({ ports: { ...house.ports, venue: record } }), record }
}

describe('the routes of a venue', () => {
  it('behavior: the venue and its history answer what their schemas promise, and the totals are those of the steps', async () => {
    const { app } = await venueHouse()
    const now = await app.inject('/v1/venue')
    expect(now.statusCode).toBe(200)
    expect(venueSchema.strict().safeParse(now.json()).error).toBeUndefined()
    const history = (await app.inject('/v1/venue/history')).json()
    expect(venueHistorySchema.strict().safeParse(history).error).toBeUndefined()
    expect(history.items).toHaveLength(STEPS)
    const calls = history.items.reduce((sum: number, step: { calls: number }) => sum + step.calls, 0)
    expect(calls).toBeGreaterThan(0)
    expect(now.json().total.calls).toBe(calls)
    expect(now.json().total.faults).toBe(0)
    const later = (await app.inject(`/v1/venue/history?from=${STEPS - 3}`)).json()
    expect(later.items).toEqual(history.items.slice(-3))
  })

  it('behavior: both are in the OpenAPI document', async () => {
    const { app } = await venueHouse(1)
    const document = (await app.inject('/v1/openapi.json')).json()
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/v1/venue', '/v1/venue/history']))
    expect(document.components.schemas).toHaveProperty('VenueStep')
  })

  it('error: before the first step it says so, a bad `from` is refused, and where no venue runs there is nothing', async () => {
    const early = await venueHouse(0)
    expect((await early.app.inject('/v1/venue')).json()).toMatchObject({ code: 'NOT_READY', retryable: true })
    expect((await early.app.inject('/v1/venue/history?from=-1')).json()).toMatchObject({ code: 'INVALID_INPUT' })
    const desk = await testHouse(1).api()
    expect((await desk.inject('/v1/venue')).json()).toMatchObject({ code: 'NOT_FOUND' })
  })
})
