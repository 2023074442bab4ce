import { z } from 'zod'
import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome } from '../model.js'
import { marginOutcome } from '../outcome.js'
import { type ParameterDefinition, resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import { assetName, fraction, usd } from '../schema.js'
import { lendingSide } from './balances.js'

const ilk = z.strictObject({
  liquidationRatio: z.number().min(1).max(100).describe('collateral per debt at which a vault is unsafe, e.g. 1.45'),
  liquidationPenalty: z.number().min(0).max(1).describe('0.13 adds 13 % to the debt that an auction raises'),
  dustUsd: usd.describe('least debt of a vault, USD'),
})

const makerSchema = z.strictObject({
  debtAsset: assetName,
  ilks: z.record(assetName, ilk),
  auction: z
    .strictObject({ buffer: z.number().min(1).max(10), cut: fraction, stepSeconds: z.number().int().min(1) })
    .describe('auction: start above the feed, share of the price kept in each step, seconds of a step'),
})

export type MakerParameters = z.output<typeof makerSchema>

export const makerDefinition: ParameterDefinition<MakerParameters> = {
  model: 'maker',
  schema: makerSchema,
  documents: [
    {
      version: '2022-05',
      asOf: '2022-05-18',
      source: 'makerdao/dss at fa4f6630: the model; ratios as governance set them at the time for ETH-A, WBTC-A',
      unpublished: ['ilks: check ratio and dust against the chain'],
      values: {
        debtAsset: 'DAI',
        ilks: {
          ETH: { liquidationRatio: 1.45, liquidationPenalty: 0.13, dustUsd: 7500 },
          WBTC: { liquidationRatio: 1.45, liquidationPenalty: 0.13, dustUsd: 7500 },
        },
        auction: { buffer: 1.2, cut: 0.99, stepSeconds: 90 },
      },
    },
  ],
}

/**
 * A Maker vault: one collateral, debt in DAI at its accounting value of 1 USD.
 *
 *   unsafe where collateral · P / liquidationRatio < debt
 *   equity = collateral · P − debt;   IM = MM = collateral · P · (1 − 1/liquidationRatio)
 *
 * so that excess is collateral · P/ratio − debt. Initial and maintenance margin are one: what may be drawn is what may be kept.
 * Without debt both are 0. `info.auctionTop` is the price at which an auction of the collateral would start.
 *
 * @see makerdao/dss at fa4f6630, src/vat.sol, dog.sol, clip.sol (facts; own notation)
 */
export function makerModel(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(makerDefinition, overrides)
  return { name: 'maker', parameters: set, evaluate: (account, market) => evaluate(account, market, values) }
}

function evaluate(account: MarginAccount, market: MarginMarket, parameters: MakerParameters): MarginOutcome {
  const reading = new MarketReading(market)
  const { collateral: held } = lendingSide(reading, { ...account, debts: {} })
  const owed = account.debts ?? {}
  for (const asset of Object.keys(owed)) {
    if (asset !== parameters.debtAsset && owed[asset] !== 0) reading.lacks(`unsupported:debt:${asset}`)
  }
  const debt = reading.atLeastZero(owed[parameters.debtAsset] ?? 0, `debt:${parameters.debtAsset}`)
  const [collateral, ...others] = held
  for (const { asset } of others) reading.lacks(`unsupported:second-collateral:${asset}`)
  if (collateral === undefined) {
    return marginOutcome(reading, { equity: { debt: -debt }, markToMarket: 0, initial: {}, maintenance: {} })
  }
  const row = parameters.ilks[collateral.asset]
  if (row === undefined) {
    reading.lacks(`parameter:ilks/${collateral.asset}`)
    return marginOutcome(reading, { equity: {}, markToMarket: 0, initial: {}, maintenance: {} })
  }
  const requirement = debt === 0 ? 0 : collateral.value * (1 - 1 / row.liquidationRatio)
  return marginOutcome(reading, {
    equity: { [`collateral.${collateral.asset}`]: collateral.value, debt: -debt },
    markToMarket: 0,
    initial: { [collateral.asset]: requirement },
    maintenance: { [collateral.asset]: requirement },
    info:
      debt === 0
        ? {}
        : {
            'info.collateralRatio': collateral.value / debt,
            'info.auctionTop': reading.assetPrice(collateral.asset) * parameters.auction.buffer,
            'info.debtBelowDust': debt < row.dustUsd ? 1 : 0,
          },
  })
}
