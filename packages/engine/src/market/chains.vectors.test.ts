import { parseInstrumentKey } from '@holdfast/quant'
import { describe, expect, it } from 'vitest'
import { chainFiles, readChain } from '../../test/chains.js'
import { applyMarketEvent, createMarketState, DEFAULT_GUARD, markErrors, marketView, optionErrors } from './index.js'

const files = chainFiles()
/** Every chain of the crash, and of the other months every tenth. */
const chosen = files.filter((name, i) => /snapshot_202602(0[1-9]|10)/.test(name) || i % 10 === 0)

function viewOf(name: string) {
  const chain = readChain(name)
  const state = createMarketState(DEFAULT_GUARD)
  const flags = applyMarketEvent(state, chain)
  return { view: marketView(state, chain.receivedTime), flags }
}

describe.skipIf(files.length === 0)('recorded Deribit chains (set HOLDFAST_DATA to the folder of data to run)', () => {
  it('behavior: our Black-76 on the venue’s vol and forward gives its marks, median error under 2e-5 coin', () => {
    const errors: number[] = []
    for (const name of chosen) errors.push(...optionErrors(viewOf(name).view).map(({ error }) => error))
    errors.sort((a, b) => a - b)
    expect(errors.length).toBeGreaterThan(50_000)
    expect(errors[errors.length >> 1]).toBeLessThan(2e-5)
    expect(errors[Math.floor(errors.length * 0.99)]).toBeLessThan(1e-3)
  })

  it('behavior: the statistic is given by underlying, in its coin', () => {
    const found = markErrors(viewOf(chosen[0]!).view)
    expect(found.map(({ underlying, settle }) => [underlying, settle])).toEqual([
      ['BTC', 'BTC'],
      ['ETH', 'ETH'],
    ])
  })

  it('behavior: smiles fitted to a chain give our own marks, near the venue’s where options trade', () => {
    const { view } = viewOf(chosen.find((name) => name.includes('20260205'))!)
    const residuals: number[] = []
    for (const key of view.quoted()) {
      const instrument = parseInstrumentKey(key)!
      const { bid, ask } = view.quote(key)
      if (instrument.kind !== 'option' || bid === undefined || ask === undefined) continue
      const mark = view.mark(instrument)
      expect(mark.origin).toBe('own')
      residuals.push(Math.abs(mark.residual!))
    }
    residuals.sort((a, b) => a - b)
    // Measured: median 7e-5 coin, a tenth of a typical spread.
    expect(residuals[residuals.length >> 1]).toBeLessThan(3e-4)
  })

  it('behavior: the asks that went away in the crash are named, and are no crash of ours', () => {
    const crash = chosen.filter((name) => /snapshot_202602(0[4-9]|10)/.test(name))
    let named = 0
    for (const name of crash) {
      const { view, flags } = viewOf(name)
      expect(flags).toEqual([])
      named += view.quoteFlags().filter(({ detail }) => detail === 'no ask').length
    }
    expect(named).toBeGreaterThan(100)
    const { view } = viewOf(crash[0]!)
    expect(view.smile('BTC', Date.UTC(2026, 1, 27, 8))).toMatchObject({ quality: 'live', origin: 'fit' })
  })
})
