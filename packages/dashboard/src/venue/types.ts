/** The answers of `/v1/venue` as the operators' page sees them; a type test holds them equal to the server's. */
export type VenueStep = {
  readonly step: number
  readonly time: string
  readonly prices: Readonly<Record<string, number>>
  readonly notices: number
  readonly calls: number
  readonly liquidations: number
  readonly tranches: number
  readonly auctions: number
  readonly deleveraged: number
  readonly refused: number
  readonly fundDrawn: number
  readonly deleveragedLoss: number
  readonly socialisedLoss: number
  readonly unabsorbedLoss: number
  readonly fund: number
  readonly openInterest: number
  readonly open: number
  readonly faults: readonly string[]
}

export type VenueAccount = {
  readonly account: string
  readonly band: string
  readonly equity?: number
  readonly initialMargin?: number
  readonly maintenanceMargin?: number
  readonly ratio?: number
  readonly distance?: number
  readonly positions: readonly { readonly market: string; readonly size: number; readonly notional: number }[]
  readonly explain: readonly string[]
}

export type Venue = {
  readonly name: string
  readonly state: 'running' | 'finished' | 'stopped'
  readonly steps: number
  readonly accounts: number
  readonly latest: VenueStep
  readonly total: {
    readonly calls: number
    readonly liquidations: number
    readonly tranches: number
    readonly auctions: number
    readonly deleveraged: number
    readonly refused: number
    readonly deleveragedLoss: number
    readonly socialisedLoss: number
    readonly unabsorbedLoss: number
    readonly fundFirst: number
    readonly fundLowest: number
    readonly faults: number
  }
  readonly healthBins: readonly number[]
  readonly health: readonly number[]
  readonly distanceBins: readonly number[]
  readonly fall: readonly number[]
  readonly rise: readonly number[]
  readonly worst: readonly VenueAccount[]
  readonly adlQueues: readonly {
    readonly market: string
    readonly side: 'long' | 'short'
    readonly accounts: readonly string[]
    readonly length: number
  }[]
  readonly events: readonly { readonly time: string; readonly account?: string; readonly text: string }[]
}
