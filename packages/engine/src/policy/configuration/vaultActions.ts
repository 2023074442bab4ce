import { type Instrument, sizeUnit } from '@holdfast/quant'
import { suggest } from '../../text/suggest.js'
import type { RuleScope } from '../configuration.js'
import type { InsureAction, LeverageAction, RebalanceAction, SellOptionsAction, VaultAction } from '../vaultAction.js'
import { instrumentOf } from './accounts.js'
import type { Diagnostic } from './diagnostic.js'
import type { Path } from './page.js'
import type { Known } from './rules.js'
import type { ActionPart } from './rulesSchema.js'
import type { BoostFile, InsureFile, LeverageFile, RebalanceFile, RepayFile, SellOptionsFile } from './vaultSchema.js'

type Amount = { readonly amount: string; readonly unit: string }
type Complain = (
  path: Path,
  detail: Pick<Diagnostic, 'code' | 'message'> & { allowed?: string | undefined; suggestion?: string | undefined },
) => void

type Reading = {
  readonly complain: Complain
  readonly checkAccount: (path: Path, account: string | undefined) => void
  readonly notInstrument: (path: Path, text: string) => void
  readonly scope: RuleScope
  readonly known: Known
}

/** The action of a vault that a rule's `do` holds, checked; undefined where it holds none, or a wrong one. */
export function vaultActionOf(file: ActionPart['do'], reading: Reading): VaultAction | undefined {
  const { 'rebalance-collateral': rebalance, repay, boost, insure, 'sell-options': sell } = file
  if (rebalance !== undefined) return rebalanceOf(rebalance, reading)
  if (repay !== undefined) return repayOf(repay, reading)
  if (boost !== undefined) return boostOf(boost, reading)
  if (insure !== undefined) return insureOf(insure, reading)
  return sell === undefined ? undefined : sellOptionsOf(sell, reading)
}

function rebalanceOf(file: RebalanceFile, reading: Reading): RebalanceAction | undefined {
  const at = ['do', 'rebalance-collateral']
  named(at, file.account, reading)
  const instruments = file.with.flatMap((text, i) => tradable([...at, 'with', i], text, file.account, reading) ?? [])
  const underlyings = instruments.map(({ underlying }) => underlying)
  instruments.forEach((instrument, i) => {
    if (instrument.kind !== 'spot' && instrument.kind !== 'perpetual') {
      notTradable([...at, 'with', i], reading, 'a dated contract holds no collateral', 'spot or a perpetual')
    }
    if (underlyings.indexOf(instrument.underlying) === i) return
    const message = `${instrument.underlying} stands here twice`
    reading.complain([...at, 'with', i], { code: 'DUPLICATE', message })
  })
  ordered(at, ['minShare', file.minShare], ['maxShare', file.maxShare], reading)
  const { method, minShare, maxShare, band, cost, horizon, maxSlippage } = file
  return {
    kind: 'rebalance-collateral',
    ...accountOf(file),
    method,
    with: instruments,
    minShare,
    maxShare,
    band,
    cost,
    horizonMs: horizon,
    maxSlippage,
  }
}

function repayOf(file: RepayFile, reading: Reading): LeverageAction | undefined {
  if (file.to < file.ifBelow) {
    const message = 'a repayment lands at or above where it begins'
    reading.complain(['do', 'repay', 'to'], { code: 'OUT_OF_RANGE', message, allowed: 'ifBelow or more' })
  }
  return leverageOf('repay', file.ifBelow, file, reading)
}

function boostOf(file: BoostFile, reading: Reading): LeverageAction | undefined {
  if (file.to > file.ifAbove) {
    const message = 'a boost lands at or below where it begins'
    reading.complain(['do', 'boost', 'to'], { code: 'OUT_OF_RANGE', message, allowed: 'ifAbove or less' })
  }
  return leverageOf('boost', file.ifAbove, file, reading)
}

function leverageOf(
  kind: LeverageAction['kind'],
  from: number,
  file: LeverageFile,
  reading: Reading,
): LeverageAction | undefined {
  const at = ['do', kind]
  named(at, file.account, reading)
  const instrument = tradable([...at, 'with'], file.with, file.account, reading)
  if (instrument === undefined) return undefined
  checkLot(at, file.lot, sizeUnit(instrument), reading)
  const { to, cost, maxSlippage } = file
  return { kind, ...accountOf(file), from, to, instrument, cost, ...lotOf(file), maxSlippage }
}

function insureOf(file: InsureFile, reading: Reading): InsureAction | undefined {
  const at = ['do', 'insure']
  named(at, file.account, reading)
  const instrument = tradable([...at, 'with'], file.with, file.account, reading)
  if (instrument === undefined) return undefined
  checkLot(at, file.lot, file.method === 'obpi' ? instrument.underlying : sizeUnit(instrument), reading)
  ordered([...at, 'tenor'], ['min', file.tenor.min], ['max', file.tenor.max], reading)
  const { method, floor, growth, multiplier, cap, band, gap, tenor, budget, maxSlippage } = file
  return {
    kind: 'insure',
    ...accountOf(file),
    method,
    instrument,
    floorShare: floor,
    growth,
    multiplier,
    cap,
    band,
    gap: {
      quantile: gap.quantile,
      windowMs: gap.window,
      latencyMs: gap.latency,
      intervalMs: gap.interval,
      least: gap.least,
    },
    tenorMin: tenor.min,
    tenorMax: tenor.max,
    budget,
    ...lotOf(file),
    maxSlippage,
  }
}

function sellOptionsOf(file: SellOptionsFile, reading: Reading): SellOptionsAction {
  const at = ['do', 'sell-options']
  const { complain } = reading
  named(at, file.account, reading)
  checkLot(at, file.lot, file.underlying, reading)
  if (file.maxLoss.unit !== 'USD') {
    complain([...at, 'maxLoss'], {
      code: 'WRONG_UNIT',
      message: `${file.maxLoss.unit} is the wrong unit for a loss`,
      allowed: 'an amount of USD',
    })
  }
  const { underlyings } = reading.known
  if (underlyings.length > 0 && !underlyings.includes(file.underlying)) {
    const near = suggest(file.underlying, underlyings)
    complain([...at, 'underlying'], {
      code: 'UNKNOWN_UNDERLYING',
      message: `unknown underlying '${file.underlying}'`,
      allowed: underlyings.join(', '),
      suggestion: near === undefined ? undefined : `did you mean '${near}'?`,
    })
  }
  ordered([...at, 'tenor'], ['min', file.tenor.min], ['max', file.tenor.max], reading)
  if (file.strategy === 'iron-condor' && !(file.wingDelta < file.delta)) {
    const message = 'a wing lies farther out than what it covers'
    complain([...at, 'wingDelta'], { code: 'OUT_OF_RANGE', message, allowed: 'below delta' })
  }
  const { gate, roll, defend } = file
  return {
    kind: 'sell-options',
    ...accountOf(file),
    underlying: file.underlying,
    strategy: file.strategy,
    delta: file.delta,
    wingDelta: file.wingDelta,
    deltaTolerance: file.deltaTolerance,
    tenorMin: file.tenor.min,
    tenorMax: file.tenor.max,
    share: file.share,
    gate: {
      windowMs: gate.window,
      ...(gate.overRealised === undefined ? {} : { overRealised: gate.overRealised }),
      ...(gate.rank === undefined ? {} : { rank: gate.rank }),
    },
    roll: {
      inTheMoney: roll.inTheMoney,
      ...(roll.timeLeft === undefined ? {} : { timeLeft: roll.timeLeft }),
      ...(roll.profit === undefined ? {} : { profit: roll.profit }),
    },
    defend: {
      ...(defend.delta === undefined ? {} : { delta: defend.delta }),
      ...(defend.loss === undefined ? {} : { loss: defend.loss }),
    },
    maxLoss: file.maxLoss.amount,
    stress: file.stress,
    maxSpread: file.maxSpread,
    lot: file.lot.amount,
    maxSlippage: file.maxSlippage,
  }
}

function named(at: Path, account: string | undefined, { checkAccount, scope, complain }: Reading): void {
  checkAccount([...at, 'account'], account)
  if (scope.kind === 'input') {
    complain(at, { code: 'NOT_ALLOWED', message: 'an input has no account', allowed: 'scope: account' })
  }
}

function accountOf({ account }: { readonly account?: string | undefined }): { readonly account?: string } {
  return account === undefined ? {} : { account }
}

function lotOf({ lot }: { readonly lot?: Amount | undefined }): { readonly lot?: string } {
  return lot === undefined ? {} : { lot: lot.amount }
}

/** An instrument that is no option and stands at the venue of its account. */
function tradable(path: Path, text: string, account: string | undefined, reading: Reading): Instrument | undefined {
  const instrument = instrumentOf('', text)
  if (instrument === undefined) {
    reading.notInstrument(path, text)
    return undefined
  }
  if (instrument.kind === 'option')
    notTradable(path, reading, 'an option is not traded here', 'spot, a perpetual or a future')
  const { scope, known } = reading
  const ids = account !== undefined ? [account] : scope.kind === 'account' ? scope.accounts : []
  const elsewhere = known.accounts.find(({ id, venue }) => ids.includes(id) && venue !== instrument.venue)
  if (elsewhere !== undefined) {
    const message = `account '${elsewhere.id}' is at ${elsewhere.venue}, the instrument at ${instrument.venue}`
    reading.complain(path, { code: 'NOT_ALLOWED', message })
  }
  return instrument
}

function notTradable(path: Path, { complain }: Reading, message: string, allowed: string): void {
  complain(path, { code: 'UNKNOWN_INSTRUMENT', message, allowed })
}

function checkLot(at: Path, lot: Amount | undefined, unit: string, { complain }: Reading): void {
  if (lot === undefined || lot.unit === unit) return
  const message = `${lot.unit} is the wrong unit`
  complain([...at, 'lot'], { code: 'WRONG_UNIT', message, allowed: `an amount of ${unit}` })
}

function ordered(
  at: Path,
  [lowName, low]: readonly [string, number],
  [highName, high]: readonly [string, number],
  { complain }: Reading,
): void {
  if (low <= high) return
  const message = `${highName} is below ${lowName}`
  complain([...at, highName], { code: 'OUT_OF_RANGE', message, allowed: `${lowName} or more` })
}
