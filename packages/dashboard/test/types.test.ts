import { expectTypeOf, it } from 'vitest'
import type { AccountWire, InputWire, PortfolioWire } from '../../server/src/api/wire/assessment.js'
import type { AlertWire, DecisionWire } from '../../server/src/api/wire/decision.js'
import type { MarketWire, StatusWire } from '../../server/src/api/wire/house.js'
import type { PositionWire } from '../../server/src/api/wire/position.js'
import type { VenueStepWire, VenueWire } from '../../server/src/api/wire/venue.js'
import type { Account, Alert, Decision, Input, Market, Portfolio, Position, Status } from '../src/api/types.js'
import type { Venue, VenueStep } from '../src/venue/types.js'

/** Two types that can each stand for the other. */
type Same<A, B> = [A, B] extends [B, A] ? true : false

it("behavior: the page's types are the server's", () => {
  expectTypeOf<Same<Account, AccountWire>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Portfolio, PortfolioWire>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Position, PositionWire>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Decision, DecisionWire>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Alert, AlertWire>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Input, InputWire>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Market, MarketWire>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Status, StatusWire>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Venue, VenueWire>>().toEqualTypeOf<true>()
  expectTypeOf<keyof Venue>().toEqualTypeOf<keyof VenueWire>()
  expectTypeOf<keyof VenueStep>().toEqualTypeOf<keyof VenueStepWire>()
  expectTypeOf<keyof Position>().toEqualTypeOf<keyof PositionWire>()
  expectTypeOf<keyof Account>().toEqualTypeOf<keyof AccountWire>()
  expectTypeOf<keyof Decision>().toEqualTypeOf<keyof DecisionWire>()
  expectTypeOf<keyof Status>().toEqualTypeOf<keyof StatusWire>()
})
