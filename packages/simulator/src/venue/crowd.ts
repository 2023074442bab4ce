import { seededRandom } from '../clearing/random.js'

/** A trader of the built-in venue, as it was made: what it brings, what it wants, and when. */
export type Trader = {
  readonly account: string
  readonly kind: 'directional' | 'hedged' | 'whale'
  /** USD worth of what it deposits, and in which asset. */
  readonly wealth: number
  readonly collateral: 'USD' | 'BTC' | 'ETH'
  /** Signed notional over wealth, per market. */
  readonly leverage: Readonly<Record<string, number>>
  /** Share of the run after which it opens its positions. */
  readonly entry: number
  /** Whether it brings money when called. */
  readonly answersCalls: boolean
}

export const MAKERS = 16
export const MAKER_WEALTH = 15_000_000
const WHALES = 8

/** The same seed and count give the same crowd. Six in ten lean long, as crowds before a crash do. */
export function makeCrowd(seed: number, count: number): readonly Trader[] {
  const random = seededRandom(seed)
  const crowd: Trader[] = []
  for (let n = 0; n < count; n++) {
    const kind = n < WHALES ? 'whale' : random.onceIn(8) ? 'hedged' : 'directional'
    const first = random.onceIn(3) ? 'ETH-PERP' : 'BTC-PERP'
    const second = first === 'BTC-PERP' ? 'ETH-PERP' : 'BTC-PERP'
    const side = kind === 'whale' || random.next() < 0.6 ? 1 : -1
    const size = kind === 'whale' ? 6 + 3 * random.next() : skewed(random.next(), 0.5, 20)
    // Collateral that falls with the market is what long crowds hold.
    const coin = random.onceIn(4)
    crowd.push({
      account: `${kind === 'whale' ? 'whale' : 'trader'}-${String(n + 1).padStart(4, '0')}`,
      kind,
      wealth: kind === 'whale' ? 2_000_000 + random.below(3_000_000) : skewed(random.next(), 500, 250_000),
      collateral: kind !== 'whale' && coin ? (first === 'BTC-PERP' ? 'BTC' : 'ETH') : 'USD',
      leverage: kind === 'hedged' ? { [first]: side * size, [second]: -side * size * 0.8 } : { [first]: side * size },
      entry: random.onceIn(2) ? 0 : random.next() * 0.7,
      answersCalls: random.onceIn(3),
    })
  }
  return crowd
}

/** Between low and high, most of them low: low + (high − low) · u³. */
function skewed(u: number, low: number, high: number): number {
  return low + (high - low) * u * u * u
}
