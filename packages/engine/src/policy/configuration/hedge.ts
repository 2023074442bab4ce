import { type Instrument, sizeUnit } from '@holdfast/quant'
import { DEFAULT_RISK_AVERSION } from '../../hedge/band/rule.js'
import type {
  HedgeBandConfiguration,
  HedgeOptionsConfiguration,
  HedgePlaceConfiguration,
  RuleAction,
  RuleScope,
} from '../configuration.js'
import { instrumentOf, notAnInstrument } from './accounts.js'
import type { Diagnostic } from './diagnostic.js'
import type { Path } from './page.js'
import type { Known } from './rules.js'
import type { ActionPart } from './rulesSchema.js'
import type { YamlSource } from './yamlSource.js'

type Amount = { readonly amount: string; readonly unit: string }
type HedgeFile = NonNullable<ActionPart['do']['hedge-delta']>
type HedgeOptionsFile = NonNullable<ActionPart['do']['hedge-options']>
type PlaceFile = Exclude<HedgeFile['with'], string>[number]

/** What a hedge's part of the file is read by. */
export type HedgeReading = {
  readonly source: YamlSource
  readonly rulePath: Path
  readonly scope: RuleScope
  readonly known: Known
  /** Checks an account that the file names. */
  readonly knownAccount: (path: Path, account: string) => void
  readonly complain: (
    path: Path,
    detail: Pick<Diagnostic, 'code' | 'message'> & { allowed?: string | undefined; suggestion?: string | undefined },
  ) => void
  readonly diagnostics: Diagnostic[]
}

/** Risk aversion of a band by model whose rule names none. */
const DEFAULT_AVERSION = { amount: DEFAULT_RISK_AVERSION, per: 'notional' } as const

export function readHedge(reading: HedgeReading, hedge: HedgeFile): RuleAction | undefined {
  const { knownAccount } = reading
  const at = ['do', 'hedge-delta']
  knownAccount([...at, 'account'], hedge.account)
  const places = readPlaces(reading, at, hedge)
  const [first] = places
  if (first === undefined) return undefined
  checkHedge(reading, at, hedge, places)
  const band = bandConfiguration(hedge)
  return {
    kind: 'hedge-delta',
    account: first.account,
    instrument: first.instrument,
    target: hedge.target.amount,
    above: hedge.above?.amount ?? '0',
    below: hedge.below?.amount ?? '0',
    ratio: hedge.ratio,
    ...(hedge.lot === undefined ? {} : { lot: hedge.lot.amount }),
    maxSlippage: hedge.maxSlippage,
    ...(band === undefined ? {} : { band }),
    ...(hedge.tradeTo === undefined ? {} : { tradeTo: hedge.tradeTo }),
    ...(hedge.minTicket === undefined ? {} : { minTicket: hedge.minTicket }),
    ...(hedge.maxClip === undefined ? {} : { maxClip: hedge.maxClip }),
    ...(hedge.ignoreVolMoves === true ? { ignoreVolMoves: true } : {}),
    ...(hedge.expiryWindow === undefined ? {} : { expiryWindow: hedge.expiryWindow }),
    ...(typeof hedge.with === 'string' ? {} : { candidates: places }),
  }
}

function readPlaces(reading: HedgeReading, at: Path, hedge: HedgeFile): readonly HedgePlaceConfiguration[] {
  const { source, rulePath, knownAccount, diagnostics } = reading
  const many = typeof hedge.with !== 'string'
  const files: readonly PlaceFile[] =
    typeof hedge.with === 'string' ? [{ instrument: hedge.with, fee: 0.0005, marginRate: 0.05 }] : hedge.with
  return files.flatMap((file, index): HedgePlaceConfiguration[] => {
    const path = many ? [...at, 'with', index, 'instrument'] : [...at, 'with']
    const instrument = instrumentOf('', file.instrument)
    if (instrument === undefined) {
      diagnostics.push(notAnInstrument(source, [...rulePath, ...path], file.instrument))
      return []
    }
    if (file.account !== undefined) knownAccount([...at, 'with', index, 'account'], file.account)
    const { fee, marginRate } = file
    return [{ instrument, account: file.account ?? hedge.account, fee, marginRate }]
  })
}

function bandConfiguration(hedge: HedgeFile): HedgeBandConfiguration | undefined {
  if (hedge.band === undefined || hedge.band === 'fixed') return undefined
  return {
    kind: hedge.band,
    riskAversion: hedge.riskAversion ?? DEFAULT_AVERSION,
    ...(hedge.cost === undefined ? {} : { cost: hedge.cost }),
    ...(hedge.fixedCost === undefined ? {} : { fixedCost: Number(hedge.fixedCost.amount) }),
  }
}

function checkHedge(
  reading: HedgeReading,
  at: Path,
  hedge: HedgeFile,
  places: readonly HedgePlaceConfiguration[],
): void {
  const { scope, complain } = reading
  const only = onlyUnderlying(scope)
  if (only === undefined) {
    const message = 'delta is hedged for one underlying at a time'
    complain(at, { code: 'NOT_ALLOWED', message, allowed: 'scope: { underlying: BTC }' })
  }
  for (const [index, place] of places.entries()) {
    checkPlace(reading, at, hedge, place, typeof hedge.with === 'string' ? undefined : index, only)
  }
  const [first] = places
  const quotes = places.map(({ instrument }) => instrument.quote)
  if (first !== undefined) checkUnits(reading, at, hedge, first.instrument.underlying, quotes)
  checkBand(reading, at, hedge)
}

function onlyUnderlying(scope: RuleScope): string | undefined {
  return scope.kind === 'underlying' && scope.underlyings.length === 1 ? scope.underlyings[0] : undefined
}

/** @param index - of the place in the list; absent where there is only one. */
function checkPlace(
  { known, complain }: HedgeReading,
  at: Path,
  hedge: HedgeFile,
  { instrument, account: id }: HedgePlaceConfiguration,
  index: number | undefined,
  only: string | undefined,
): void {
  const path = index === undefined ? [...at, 'with'] : [...at, 'with', index, 'instrument']
  const name = typeof hedge.with === 'string' ? hedge.with : (hedge.with[index ?? 0]?.instrument ?? '')
  if (only !== undefined && instrument.underlying !== only) {
    complain(path, { code: 'UNKNOWN_INSTRUMENT', message: `${name} does not hedge ${only}` })
  }
  if (instrument.kind === 'option') {
    complain(path, {
      code: 'UNKNOWN_INSTRUMENT',
      message: 'an option is no delta hedge',
      allowed: 'spot, a perpetual or a future',
    })
  }
  if (hedge.lot !== undefined && hedge.lot.unit !== sizeUnit(instrument)) {
    const allowed = `an amount of ${sizeUnit(instrument)}`
    complain([...at, 'lot'], { code: 'WRONG_UNIT', message: `${hedge.lot.unit} is the wrong unit`, allowed })
  }
  const account = known.accounts.find((one) => one.id === id)
  if (account !== undefined && account.venue !== instrument.venue) {
    complain(index === undefined ? [...at, 'account'] : path, {
      code: 'NOT_ALLOWED',
      message: `account '${account.id}' is at ${account.venue}, the instrument at ${instrument.venue}`,
    })
  }
}

function checkUnits(
  { complain }: HedgeReading,
  at: Path,
  hedge: HedgeFile,
  underlying: string,
  quotes: readonly string[],
): void {
  // Quotes are taken at 1 USD here: a ticket need not be exact.
  const units = [...new Set([underlying, 'USD', ...quotes])]
  const sizes: readonly (readonly [string, Amount | undefined])[] = [
    ['target', hedge.target],
    ['above', hedge.above],
    ['below', hedge.below],
  ]
  for (const [name, size] of sizes) {
    if (size === undefined || size.unit === underlying) continue
    complain([...at, name], {
      code: 'WRONG_UNIT',
      message: `${size.unit} is the wrong unit for delta`,
      allowed: `an amount of ${underlying}`,
    })
  }
  for (const name of ['minTicket', 'maxClip'] as const) {
    const size = hedge[name]
    if (size === undefined || units.includes(size.unit)) continue
    complain([...at, name], {
      code: 'WRONG_UNIT',
      message: `${size.unit} is the wrong unit for an order`,
      allowed: `an amount of ${units.join(' or ')}`,
    })
  }
  const { minTicket, maxClip } = hedge
  if (minTicket === undefined || maxClip === undefined || minTicket.unit !== maxClip.unit) return
  if (Number(minTicket.amount) <= Number(maxClip.amount)) return
  complain([...at, 'maxClip'], {
    code: 'OUT_OF_RANGE',
    message: `maxClip ${maxClip.amount} ${maxClip.unit} is below minTicket: no order could be sent`,
    allowed: `${minTicket.amount} ${minTicket.unit} or more`,
  })
}

/** Each kind of band has its own settings; one that would not be read is a mistake. */
function checkBand({ complain }: HedgeReading, at: Path, hedge: HedgeFile): void {
  const kind = hedge.band ?? 'fixed'
  const unread = (names: readonly (keyof HedgeFile)[], suggestion: string) => {
    for (const name of names) {
      if (hedge[name] === undefined) continue
      complain([...at, name], { code: 'NOT_ALLOWED', message: `${name} is not read by a ${kind} band`, suggestion })
    }
  }
  if (kind === 'fixed') unread(['riskAversion', 'cost', 'fixedCost'], 'band: whalley-wilmott')
  else unread(['above', 'below'], 'band: fixed')
  if (kind === 'impulse') {
    unread(['tradeTo'], 'leave it out: the inner edge follows from the costs')
    if (hedge.fixedCost === undefined) {
      complain(at, { code: 'MISSING_KEY', message: 'an impulse band needs fixedCost', allowed: 'an amount of USD' })
    }
  } else if (kind !== 'fixed') unread(['fixedCost'], 'band: impulse')
  if (hedge.fixedCost !== undefined && hedge.fixedCost.unit !== 'USD') {
    complain([...at, 'fixedCost'], {
      code: 'WRONG_UNIT',
      message: `${hedge.fixedCost.unit} is the wrong unit`,
      allowed: 'an amount of USD',
    })
  }
}

export function readHedgeOptions(reading: HedgeReading, file: HedgeOptionsFile): HedgeOptionsConfiguration | undefined {
  const { source, rulePath, scope, known, knownAccount, complain, diagnostics } = reading
  const at = ['do', 'hedge-options']
  knownAccount([...at, 'account'], file.account)
  const only = onlyUnderlying(scope)
  if (only === undefined) {
    const message = 'options hedge one underlying at a time'
    complain(at, { code: 'NOT_ALLOWED', message, allowed: 'scope: { underlying: BTC }' })
  }
  const venue = known.accounts.find(({ id }) => id === file.account)?.venue
  const instruments = file.with.flatMap((text, index): Instrument[] => {
    const path = [...at, 'with', index]
    const instrument = instrumentOf('', text)
    if (instrument === undefined) {
      diagnostics.push(notAnInstrument(source, [...rulePath, ...path], text))
      return []
    }
    if (only !== undefined && instrument.underlying !== only) {
      complain(path, { code: 'UNKNOWN_INSTRUMENT', message: `${text} does not hedge ${only}` })
    }
    if (venue !== undefined && instrument.venue !== venue) {
      const message = `account '${file.account}' is at ${venue}, the instrument at ${instrument.venue}`
      complain(path, { code: 'NOT_ALLOWED', message })
    }
    return [instrument]
  })
  checkUnit(reading, [...at, 'delta'], file.delta, only)
  for (const name of ['gamma', 'vega', 'maxMargin', 'maxNotional'] as const) {
    checkUnit(reading, [...at, name], file[name], 'USD')
  }
  return {
    kind: 'hedge-options',
    account: file.account,
    instruments,
    tolerance: {
      delta: Number(file.delta.amount),
      gamma: Number(file.gamma.amount),
      vega: Number(file.vega.amount),
    },
    vegaBy: file.vegaBy,
    fee: file.fee,
    marginRate: file.marginRate,
    ...(file.maxMargin === undefined ? {} : { maxMargin: Number(file.maxMargin.amount) }),
    ...(file.maxNotional === undefined ? {} : { maxNotional: Number(file.maxNotional.amount) }),
    partial: file.partial,
    maxSlippage: file.maxSlippage,
  }
}

function checkUnit({ complain }: HedgeReading, path: Path, size: Amount | undefined, unit: string | undefined): void {
  if (size === undefined || unit === undefined || size.unit === unit) return
  complain(path, { code: 'WRONG_UNIT', message: `${size.unit} is the wrong unit`, allowed: `an amount of ${unit}` })
}
