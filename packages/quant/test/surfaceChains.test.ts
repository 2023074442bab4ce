import { describe, expect, test } from 'vitest'
import { checkArbitrage, fitSurface, log, type SurfaceFit, sviTotalVariance } from '../src/index.js'
import { chainFiles, chainFolder, type RecordedOption, readChain, tickOf, toQuote, volOf } from './deribitChains.js'

const folder = chainFolder()
if (folder === undefined)
  console.info('recorded chains are absent: set HOLDFAST_DATA to run test/surfaceChains.test.ts')
/** Every how many of the recorded chains are fitted; 1 for all of them. */
const STEP = Number(process.env.HOLDFAST_CHAIN_STEP ?? 12)
const TWO_SIDED_MIN = 8

type Tally = {
  readonly misses: number[]
  inside: number
  twoSided: number
  readonly unfitted: string[]
  expiries: number
}

/** Fits BTC and ETH of every chosen chain and measures what the fit promises. */
function measure(withMark: boolean): Tally & { readonly arbitrage: string[] } {
  const tally = { misses: [], inside: 0, twoSided: 0, unfitted: [], expiries: 0, arbitrage: [] } as Tally & {
    readonly arbitrage: string[]
  }
  for (const file of chainFiles(folder!).filter((_, index) => index % STEP === 0)) {
    const chain = readChain(file)
    for (const currency of ['BTC', 'ETH']) {
      const options = chain.options.filter((option) => option.currency === currency)
      const quotes = options.map((option) => toQuote(option, withMark)).filter((quote) => quote !== undefined)
      const fit = fitSurface(quotes)
      for (const finding of fit.arbitrage.where) tally.arbitrage.push(`${file} ${currency} ${JSON.stringify(finding)}`)
      if (fit.surface !== undefined) expect(checkArbitrage(fit.surface.slices)).toEqual(fit.arbitrage)
      tallyExpiries(tally, options, fit, `${file} ${currency}`)
    }
  }
  return tally
}

function tallyExpiries(tally: Tally, options: readonly RecordedOption[], fit: SurfaceFit, where: string): void {
  for (const years of new Set(options.map((option) => option.years))) {
    const own = options.filter((option) => option.years === years)
    const twoSided = own.filter((option) => option.bid !== undefined && option.ask !== undefined)
    if (twoSided.length < TWO_SIDED_MIN) continue
    const expiry = fit.expiries.find((candidate) => candidate.years === years)
    if (expiry === undefined || expiry.status === 'unfitted') {
      tally.unfitted.push(`${where} ${years}`)
      continue
    }
    tally.expiries += 1
    const model = (option: RecordedOption) =>
      Math.sqrt(sviTotalVariance(expiry.svi, log(option.strike / option.forward)) / years)
    for (const option of own) {
      const delta = Math.abs(option.delta)
      if (delta >= 0.05 && delta <= 0.95) tally.misses.push(100 * Math.abs(model(option) - option.markVol))
    }
    for (const option of twoSided) {
      const vol = model(option)
      const low = volOf(option, option.bid! - tickOf(option.bid!))
      const high = volOf(option, option.ask! + tickOf(option.ask!))
      tally.twoSided += 1
      if (vol >= low && vol <= high) tally.inside += 1
    }
  }
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((x, y) => x - y)[Math.floor(share * values.length)]!
}

describe.skipIf(folder === undefined)('recorded chains, calm and crash', () => {
  test('behavior: marks with bid and ask: every expiry fits without arbitrage, near the marks, inside the quotes', () => {
    const tally = measure(true)
    expect(tally.expiries).toBeGreaterThan(200)
    expect(tally.unfitted).toEqual([])
    expect(tally.arbitrage).toEqual([])
    // Vol points between 5 and 95 delta, and the share of two-sided quotes within a tick.
    expect(quantile(tally.misses, 0.5)).toBeLessThan(0.15)
    expect(quantile(tally.misses, 0.9)).toBeLessThan(0.5)
    expect(tally.inside / tally.twoSided).toBeGreaterThan(0.98)
  })

  test('behavior: bid and ask alone: every expiry fits without arbitrage, inside the quotes', () => {
    const tally = measure(false)
    expect(tally.unfitted).toEqual([])
    expect(tally.arbitrage).toEqual([])
    // The marks were not shown; the middle of a spread is not the mark, so the ninth decile is wider.
    expect(quantile(tally.misses, 0.5)).toBeLessThan(0.15)
    expect(quantile(tally.misses, 0.9)).toBeLessThan(0.75)
    expect(tally.inside / tally.twoSided).toBeGreaterThan(0.99)
  })
})
