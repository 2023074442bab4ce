import { plain, usd } from '../format/number.js'
import { Empty, Section } from '../view/Section.js'
import type { Attribution, InstrumentCosts, RuleCosts } from './types.js'
import { cutDecimal, keyName } from './words.js'

/** What trading came to, by rule: what the market moved, less what slippage and fees took. */
export function Costs({ attribution }: { readonly attribution: Attribution }) {
  const { rules, instruments, funding } = attribution
  return (
    <Section id="costs" aside="at the mark, since the journal began">
      {rules.length === 0 ? (
        <Empty>Nothing to count yet: no order of ours has been filled.</Empty>
      ) : (
        <>
          <div className="scroll">
            <RuleTable rules={rules} />
          </div>
          <details className="exact">
            <summary>Exact, by instrument</summary>
            <InstrumentTable instruments={instruments} />
          </details>
        </>
      )}
      {funding.length > 0 && (
        <p className="funding">
          <span className="dim">Funding by account, + received:</span>{' '}
          {funding.map(({ account, asset, amount }) => (
            <span key={`${account} ${asset}`}>
              {account} {cutDecimal(amount, 8)} <span className="unit">{asset}</span>
            </span>
          ))}
        </p>
      )}
    </Section>
  )
}

function RuleTable({ rules }: { readonly rules: readonly RuleCosts[] }) {
  const extent = Math.max(1, ...rules.flatMap((rule) => partsOf(rule).map(Math.abs)))
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">rule</th>
          <th scope="col" className="number">
            trades
          </th>
          <th scope="col" className="number">
            market move
          </th>
          <th scope="col" className="number">
            slippage
          </th>
          <th scope="col" className="number">
            fees
          </th>
          <th scope="col" className="number">
            net
          </th>
          <th scope="col" className="bars-head">
            move, costs, net
          </th>
        </tr>
      </thead>
      <tbody>
        {rules.map((rule) => (
          <tr key={rule.rule}>
            <th scope="row">{rule.rule}</th>
            <td className="number">{plain(rule.trades)}</td>
            <td className="number">{usd(moveOf(rule), 'always')}</td>
            <td className="number">{usd(negated(rule.slippageUsd), 'always')}</td>
            <td className="number">{usd(negated(rule.feesUsd), 'always')}</td>
            <td className="number">
              <b>{usd(rule.netUsd, 'always')}</b>
            </td>
            <td className="bars">
              <CostBars rule={rule} extent={extent} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const HALF = 100

/** Bars about zero: the market's move, what was paid, and a mark at the net. */
function CostBars({ rule, extent }: { readonly rule: RuleCosts; readonly extent: number }) {
  const at = (value: number) => HALF + (value / extent) * (HALF - 4)
  const bar = (value: number | undefined, y: number, className: string) => {
    if (value === undefined) return null
    const [from, to] = [Math.min(at(0), at(value)), Math.max(at(0), at(value))]
    return <rect className={className} x={from} width={Math.max(0.75, to - from)} y={y} height={4} />
  }
  const paid = (rule.slippageUsd ?? 0) + (rule.feesUsd ?? 0)
  const move = moveOf(rule)
  return (
    <svg
      viewBox={`0 0 ${2 * HALF} 16`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`net ${usd(rule.netUsd, 'always')}`}
    >
      <line className="zero" x1={HALF} x2={HALF} y1={0} y2={16} />
      {bar(move, 2, (move ?? 0) < 0 ? 'loss' : 'gain')}
      {bar(-paid, 7, 'paid')}
      {rule.netUsd !== undefined && <rect className="net" x={at(rule.netUsd) - 0.75} width={1.5} y={0} height={16} />}
    </svg>
  )
}

function InstrumentTable({ instruments }: { readonly instruments: readonly InstrumentCosts[] }) {
  return (
    <div className="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">instrument</th>
            <th scope="col">rule</th>
            <th scope="col" className="number">
              net size
            </th>
            <th scope="col" className="number">
              P&L of trades
            </th>
            <th scope="col" className="number">
              slippage paid
            </th>
            <th scope="col" className="number">
              fees paid
            </th>
          </tr>
        </thead>
        <tbody>
          {instruments.map((one) => (
            <tr key={`${one.rule} ${one.account} ${one.instrument}`}>
              <th scope="row">
                {keyName(one.instrument)} <span className="dim">{one.account}</span>
              </th>
              <td className="dim">{one.rule}</td>
              <td className="number">
                {cutDecimal(one.size, 8)} <span className="unit">{one.sizeUnit}</span>
              </td>
              <Exact text={one.pnl} unit={one.asset} />
              <Exact text={one.slippage} unit={one.asset} />
              <td className="number">
                {Object.entries(one.fees).map(([asset, fee]) => (
                  <span key={asset}>
                    {cutDecimal(fee, 8)} <span className="unit">{asset}</span>{' '}
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Exact({ text, unit }: { readonly text: string | undefined; readonly unit: string }) {
  return (
    <td className="number">
      {text === undefined ? '—' : cutDecimal(text, 8)} <span className="unit">{unit}</span>
    </td>
  )
}

function partsOf(rule: RuleCosts): readonly number[] {
  return [moveOf(rule) ?? 0, (rule.slippageUsd ?? 0) + (rule.feesUsd ?? 0), rule.netUsd ?? 0]
}

/** Had every trade been at the middle of bid and ask when it was decided. */
function moveOf({ pnlUsd, slippageUsd }: RuleCosts): number | undefined {
  return pnlUsd === undefined || slippageUsd === undefined ? undefined : pnlUsd + slippageUsd
}

function negated(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value
}
