import { z } from 'zod'
import { CalcError } from '../../error.js'
import { defineKind, requestId } from '../../kind.js'
import { answerEuropean } from './european.js'
import { type InstrumentRequest, instrument } from './instrument.js'
import { type MarketRequest, type ModelRequest, market, model, refuseSeveral } from './market.js'
import { answerByDifferences, type MeasuresAsked, measures } from './measures.js'
import { oneAssetValuation } from './oneAsset.js'
import { refusingPrice } from './refusal.js'
import { answerSeveralAssets } from './severalAssets.js'
import { answerStructured } from './structured.js'

const request = z.strictObject({ id: requestId, instrument, market, model, measures })

/** `price`: price and Greeks of one unit of an instrument. */
export const price = defineKind({
  name: 'price',
  summary: 'Price and Greeks of options, vanilla and exotic, under Black–Scholes and its kin.',
  request,
  answer: ({ instrument: terms, market: given, model: under, measures: asked }) =>
    refusingPrice(new Set(Object.keys(terms)), () => answerPrice(terms, given, under, asked)),
})

function answerPrice(terms: InstrumentRequest, given: MarketRequest, under: ModelRequest, asked: MeasuresAsked) {
  if (terms.kind === 'option' && terms.style === 'european') {
    refuseSeveral(given)
    return answerEuropean(terms, given, under, asked)
  }
  if (under.name !== 'black-scholes') {
    const message = `${under.name} prices the linear european option; ${nameOf(terms)} has the model black-scholes`
    throw new CalcError({ code: 'UNSUPPORTED', path: '/model/name', message })
  }
  switch (terms.kind) {
    case 'exchange':
    case 'spread':
    case 'rainbow':
    case 'basket':
      return answerSeveralAssets(terms, given, asked)
    case 'dual-currency-note':
    case 'reverse-convertible':
    case 'shark-fin':
    case 'accumulator':
    case 'autocallable':
      refuseSeveral(given)
      return answerStructured(terms, given, asked)
    default:
      refuseSeveral(given)
      return answerByDifferences(oneAssetValuation(terms, given), asked)
  }
}

function nameOf(terms: InstrumentRequest): string {
  return terms.kind === 'option' ? `an ${terms.style} option` : terms.kind
}
