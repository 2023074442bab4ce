import { expectTypeOf, it } from 'vitest'
import type {
  ActedWire,
  ApprovalWire,
  AttributionWire,
  FillWire,
  KillPreviewWire,
  KillsWire,
  OrderWire,
  VenuesWire,
} from '../../server/src/api/wire/acting.js'
import type { AccountWire, InputWire, PortfolioWire } from '../../server/src/api/wire/assessment.js'
import type { AlertWire, DecisionWire } from '../../server/src/api/wire/decision.js'
import type { MarketWire, RuleWire, StatusWire } from '../../server/src/api/wire/house.js'
import type { PositionWire } from '../../server/src/api/wire/position.js'
import type { VenueStepWire, VenueWire } from '../../server/src/api/wire/venue.js'
import type { Acted, Approval, Attribution, Fill, KillPreview, Kills, Order, Venues } from '../src/acting/types.js'
import type { Account, Alert, Decision, Input, Market, Portfolio, Position, Rule, Status } from '../src/api/types.js'
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
  expectTypeOf<Same<Rule, RuleWire>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Order, OrderWire>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Fill, FillWire>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Attribution, AttributionWire>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Approval, ApprovalWire>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Venues, VenuesWire>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Kills, KillsWire>>().toEqualTypeOf<true>()
  expectTypeOf<Same<KillPreview, KillPreviewWire>>().toEqualTypeOf<true>()
  expectTypeOf<Same<Acted, ActedWire>>().toEqualTypeOf<true>()
  expectTypeOf<keyof Order>().toEqualTypeOf<keyof OrderWire>()
  expectTypeOf<Same<Venue, VenueWire>>().toEqualTypeOf<true>()
  expectTypeOf<keyof Venue>().toEqualTypeOf<keyof VenueWire>()
  expectTypeOf<keyof VenueStep>().toEqualTypeOf<keyof VenueStepWire>()
  expectTypeOf<keyof Position>().toEqualTypeOf<keyof PositionWire>()
  expectTypeOf<keyof Account>().toEqualTypeOf<keyof AccountWire>()
  expectTypeOf<keyof Decision>().toEqualTypeOf<keyof DecisionWire>()
  expectTypeOf<keyof Status>().toEqualTypeOf<keyof StatusWire>()
})
