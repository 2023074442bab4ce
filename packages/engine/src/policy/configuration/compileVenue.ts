import { instrumentKey } from '@holdfast/quant'
import { type Money, moneyFromNumber, parseMoney } from '../../book/money.js'
import {
  type ClearedMarket,
  ClearingParameterError,
  type ClearingParameters,
  checkClearingParameters,
  marketInstrument,
} from '../../clearing/parameters.js'
import type { AuctionCurve } from '../../liquidation/index.js'
import { readMarginMarket } from '../../margin/data.js'
import { MarginParameterError } from '../../margin/error.js'
import type { MarginModel } from '../../margin/model.js'
import { marginModel } from '../../margin/registry.js'
import { suggest } from '../../text/suggest.js'
import type { Diagnostic } from './diagnostic.js'
import { diagnosticsOf } from './issues.js'
import type { Path } from './page.js'
import { type VenueFile, venueFileSchema } from './venueSchema.js'
import { readYaml, type YamlSource } from './yamlSource.js'

/** A venue, ready to be opened. */
export type VenueConfiguration = {
  readonly name: string
  readonly file: string
  readonly journal: { readonly path: string }
  readonly source: VenueFile['source']
  readonly parameters: ClearingParameters
  readonly accounts: readonly VenueAccountConfiguration[]
  /** Insurance funds at the start, by market, > 0. */
  readonly funds: Readonly<Record<string, Money>>
  readonly server: VenueFile['server']
}

export type VenueAccountConfiguration = {
  readonly id: string
  readonly owner: string
  readonly isolated?: string
  readonly balances: Readonly<Record<string, Money>>
}

export type CompiledVenue =
  | { readonly ok: true; readonly venue: VenueConfiguration }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/**
 * Which kind of configuration a file is: a desk's, unless it says `kind: venue`, or means to. A file that is no YAML is a desk's.
 */
export function configurationKind(text: string, file: string): 'desk' | 'venue' {
  const yaml = readYaml(text, file)
  const value = yaml.ok ? (yaml.source.value as { readonly kind?: unknown } | null) : null
  return suggest(String(value?.kind ?? ''), ['venue']) === undefined ? 'desk' : 'venue'
}

/**
 * Reads, checks and compiles a venue's configuration file. All that is wrong is told at once, in the order of the file. Never throws
 * for what a user wrote.
 */
export function compileVenue(text: string, file: string): CompiledVenue {
  const yaml = readYaml(text, file)
  if (!yaml.ok) return { ok: false, diagnostics: yaml.diagnostics }
  const { source } = yaml
  const parsed = venueFileSchema.safeParse(source.value)
  const found: Diagnostic[] = [...yaml.diagnostics]
  if (!parsed.success) found.push(...diagnosticsOf(source, venueFileSchema, parsed.error.issues))
  else found.push(...namesOf(source, parsed.data))
  if (!parsed.success || found.length > 0) return { ok: false, diagnostics: ordered(found) }
  const parameters = parametersOf(parsed.data)
  const wrong = wrongParameters(source, parameters)
  if (wrong.length > 0) return { ok: false, diagnostics: wrong }
  const { name, journal, server } = parsed.data
  const accounts = parsed.data.accounts.map(({ id, owner, isolated, balances }) => {
    const amounts = Object.fromEntries(Object.entries(balances).map(([asset, amount]) => [asset, parseMoney(amount)!]))
    return { id, owner: owner ?? id, balances: amounts, ...(isolated === undefined ? {} : { isolated }) }
  })
  const funds = Object.fromEntries(
    Object.entries(parsed.data.markets)
      .map(([market, { fund }]) => [market, parseMoney(fund)!] as const)
      .filter(([, fund]) => fund > 0n),
  )
  return { ok: true, venue: { name, file, journal, source: parsed.data.source, parameters, accounts, funds, server } }
}

/** Names that refer to something the file does not have, and amounts that are none. */
function namesOf(source: YamlSource, written: VenueFile): readonly Diagnostic[] {
  const markets = Object.keys(written.markets)
  const assets = [written.settlementAsset, ...Object.keys(written.collateral)]
  const found: Diagnostic[] = []
  const complain = (path: Path, message: string, allowed: string) => {
    found.push(source.diagnostic({ code: 'NOT_ALLOWED', path, message, allowed }))
  }
  if (markets.length === 0) complain(['markets'], 'a venue has at least one market', 'a market by its name')
  written.accounts.forEach(({ id, isolated, balances }, index) => {
    const path = ['accounts', index]
    if (written.accounts.findIndex((one) => one.id === id) !== index) {
      found.push(
        source.diagnostic({ code: 'DUPLICATE', path: [...path, 'id'], message: `two accounts are called '${id}'` }),
      )
    }
    if (isolated !== undefined && !markets.includes(isolated)) {
      complain([...path, 'isolated'], `there is no market '${isolated}'`, markets.join(', '))
    }
    for (const [asset, amount] of Object.entries(balances)) {
      const at = [...path, 'balances', asset]
      if (!assets.includes(asset)) complain(at, `${asset} is no collateral here`, assets.join(', '))
      if (!((parseMoney(amount) ?? 0n) > 0n)) complain(at, `${amount} is no amount`, 'above 0, at most 18 decimals')
    }
  })
  if (written.margin.model === 'linear' && written.margin.parameters !== undefined) {
    complain(['margin', 'parameters'], '`linear` has no parameters of its own', 'the rates of each market')
  }
  for (const [name, market] of Object.entries(written.markets)) {
    for (const key of SIZES) {
      if ((parseMoney(market[key]) ?? -1n) >= 0n) continue
      complain(['markets', name, key], `${market[key]} is no amount`, '0 or above, at most 18 decimals')
    }
  }
  for (const key of ['smallestLot', 'keeperCap', 'cap'] as const) {
    if ((parseMoney(written.auction[key]) ?? -1n) >= 0n) continue
    complain(['auction', key], `${written.auction[key]} is no amount`, '0 or above, at most 18 decimals')
  }
  if (written.source.kind === 'crowd') {
    for (const underlying of ['BTC', 'ETH']) {
      if (written.markets[`${underlying}-PERP`]?.underlying !== underlying) {
        complain(
          ['source', 'kind'],
          `the crowd trades ${underlying}-PERP`,
          `a market ${underlying}-PERP of ${underlying}`,
        )
      }
      if (written.collateral[underlying] === undefined) {
        complain(['source', 'kind'], `the crowd brings ${underlying}`, `collateral ${underlying}`)
      }
    }
  }
  return found
}

const SIZES = ['lot', 'openInterestCap', 'trancheSize', 'fund', 'fundTarget', 'fundDrawCap'] as const

/** Rules that hold between parameters, each told at its place in the file. */
function wrongParameters(source: YamlSource, parameters: ClearingParameters): readonly Diagnostic[] {
  const at = (base: Path, pointer: string) => [...base, ...pointer.split('/').filter((step) => step !== '')]
  try {
    checkClearingParameters(parameters)
    if (parameters.margin === undefined) return []
    const { model, overrides } = parameters.margin
    return unsupportedMarkets(source, parameters, marginModel(model, overrides))
  } catch (error) {
    if (error instanceof ClearingParameterError) {
      // Lengths of time are called without their unit in the file.
      const path = at([], error.path.replace(/Ms(?=\/|$)/g, ''))
      return [source.diagnostic({ code: 'OUT_OF_RANGE', path, message: error.message })]
    }
    if (!(error instanceof MarginParameterError)) throw error
    const allowed = `see \`holdfast schema margin-parameters --model ${parameters.margin!.model}\``
    const path = at(['margin', 'parameters'], error.path)
    return [source.diagnostic({ code: 'NOT_ALLOWED', path, message: error.message, allowed })]
  }
}

/** Markets that the model cannot margin: nothing could ever be traded there. */
function unsupportedMarkets(
  source: YamlSource,
  parameters: ClearingParameters,
  model: MarginModel,
): readonly Diagnostic[] {
  const nothing = readMarginMarket({ time: 0 })
  return Object.keys(parameters.markets).flatMap((name) => {
    const instrument = marketInstrument(parameters, name)!
    const outcome = model.evaluate({ id: '', balances: {}, positions: [{ instrument, size: 1 }] }, nothing)
    if (outcome.ok || !outcome.missing.some((missing) => missing.startsWith('unsupported:'))) return []
    const path = ['markets', name, 'instrument']
    const message = `the margin model ${model.name} cannot margin ${instrumentKey(instrument)}`
    return [source.diagnostic({ code: 'NOT_ALLOWED', path, message })]
  })
}

/** Fractions of the file are the shortest digits of their doubles: 2.5 % is exactly 0.025. */
function shareOf(value: number): Money {
  return moneyFromNumber(value)!
}

function parametersOf(written: VenueFile): ClearingParameters {
  const { margin, health, auction } = written
  const level = ({ enterAt, leaveAt }: { readonly enterAt: number; readonly leaveAt: number }) => {
    return { enterAt: shareOf(enterAt), leaveAt: shareOf(leaveAt) }
  }
  return {
    settlementAsset: written.settlementAsset,
    markets: Object.fromEntries(Object.entries(written.markets).map(([name, market]) => [name, marketOf(market)])),
    ...(margin.model === 'linear'
      ? {}
      : {
          margin: {
            model: margin.model,
            ...(margin.parameters === undefined ? {} : { overrides: margin.parameters }),
            inputs: { delayedAfterMs: margin.inputs.delayedAfter, maxAgeMs: margin.inputs.maxAge },
          },
        }),
    collateral: Object.fromEntries(
      Object.entries(written.collateral).map(([asset, { weight, maxAge }]) => {
        return [asset, { weight: shareOf(weight), maxAgeMs: maxAge }]
      }),
    ),
    health: {
      notice: level(health.notice),
      call: level(health.call),
      restoreBuffer: shareOf(health.restoreBuffer),
    },
    callTermMs: written.callTerm,
    collateralCostRate: shareOf(written.collateralCostRate),
    withdrawableGains: shareOf(written.withdrawableGains),
    trancheMs: written.tranche,
    maximalLapses: written.maximalLapses,
    auction: {
      curve: curveOf(auction.curve),
      staleMs: auction.staleAfter,
      insolventMs: auction.insolvent,
      buffer: shareOf(auction.buffer),
      minimumShare: shareOf(auction.minimumShare),
      smallestLot: parseMoney(auction.smallestLot)!,
      keeperShare: shareOf(auction.keeperShare),
      keeperCap: parseMoney(auction.keeperCap)!,
      cap: parseMoney(auction.cap)!,
    },
    adl: written.adl,
    gateMs: written.gate,
  }
}

function marketOf(written: VenueFile['markets'][string]): ClearedMarket {
  const { oracle } = written
  return {
    underlying: written.underlying,
    ...(written.instrument === undefined ? {} : { instrument: written.instrument }),
    initialRate: shareOf(written.initialRate),
    maintenanceRate: shareOf(written.maintenanceRate),
    ratePerMillion: shareOf(written.ratePerMillion),
    lot: parseMoney(written.lot)!,
    priceBand: shareOf(written.priceBand),
    openInterestCap: parseMoney(written.openInterestCap)!,
    trancheSize: parseMoney(written.trancheSize)!,
    tradingCostRate: shareOf(written.tradingCostRate),
    liquidationSlippage: shareOf(written.liquidationSlippage),
    liquidationPenalty: shareOf(written.liquidationPenalty),
    feeRate: shareOf(written.feeRate),
    fundTarget: parseMoney(written.fundTarget)!,
    fundDrawCap: parseMoney(written.fundDrawCap)!,
    oracle: {
      delayedAfterMs: oracle.delayedAfter,
      maxAgeMs: oracle.maxAge,
      maxDivergence: shareOf(oracle.maxDivergence),
      maxConfidence: shareOf(oracle.maxConfidence),
    },
  }
}

function curveOf(written: VenueFile['auction']['curve']): AuctionCurve {
  switch (written.kind) {
    case 'linear': {
      const { kind, start, cutoff, fast, slow } = written
      return { kind, start, cutoff, fastMs: fast, slowMs: slow }
    }
    case 'stair-step':
      return { kind: written.kind, start: written.start, cut: written.cut, stepMs: written.step }
    case 'exponential':
      return { kind: written.kind, start: written.start, halfLifeMs: written.halfLife }
    case 'reverse-dutch':
      return { kind: written.kind, maximalDiscount: written.maximalDiscount, lengthMs: written.length }
  }
}

function ordered(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted((a, b) => a.line - b.line || a.column - b.column)
}
