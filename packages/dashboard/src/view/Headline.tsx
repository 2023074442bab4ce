import type { ReactNode } from 'react'
import type { Account, MarginRatio, Portfolio } from '../api/types.js'
import { marginRatio, percent, UNKNOWN, usd, usdShort } from '../format/number.js'
import { second } from '../format/time.js'
import { DistanceRange } from './DistanceRange.js'
import { Empty, Section } from './Section.js'

type HeadlineProps = {
  readonly portfolios: readonly Portfolio[]
  readonly accounts: readonly Account[]
  readonly chosen: number
  readonly onChoose: (index: number) => void
  readonly loading: boolean
}

/** The portfolio in one line of figures, and its accounts by how near each is to trouble. */
export function Headline({ portfolios, accounts, chosen, onChoose, loading }: HeadlineProps) {
  const portfolio = portfolios[chosen]
  const choice = portfolios.length > 1 && (
    <fieldset className="choice" aria-label="Portfolio">
      {portfolios.map((entry, index) => (
        <button key={entry.portfolio} type="button" aria-pressed={index === chosen} onClick={() => onChoose(index)}>
          {entry.portfolio}
        </button>
      ))}
    </fieldset>
  )
  if (portfolio === undefined) {
    return (
      <Section id="headline">
        <Empty>{loading ? 'Waiting for the first turn of the loop.' : 'No portfolio is configured.'}</Empty>
      </Section>
    )
  }
  const own = accounts.filter((account) => account.portfolio === portfolio.portfolio)
  return (
    <Section
      id="headline"
      aside={
        <>
          {choice === false ? portfolio.portfolio : choice} · as of {second(portfolio.time)} ·{' '}
          <span className={`quality q-${portfolio.quality}`}>{portfolio.quality}</span>
        </>
      }
    >
      {portfolio.missing.length > 0 && (
        <p className="notice-line" role="alert">
          Not known, so counted as at risk: {portfolio.missing.join(', ')}
        </p>
      )}
      <div className="headline">
        <dl className="figures">
          <Figure name="Equity" value={usd(portfolio.equity)} note={changeNote(portfolio)} />
          <Figure
            name="Margin ratio"
            value={marginRatio(portfolio.marginRatio)}
            note="worst account; liquidation at 100 %"
            tone={ratioTone(portfolio.marginRatio)}
          />
          <Figure
            name="Maintenance"
            value={usdShort(portfolio.maintenanceMargin)}
            note={`initial ${usdShort(portfolio.initialMargin)}`}
          />
          <Figure
            name="Worst scenario"
            value={usdShort(portfolio.worstScenario?.pnl, 'always')}
            note={portfolio.worstScenario?.name ?? UNKNOWN}
          />
          <Figure
            name={`VaR ${percent(portfolio.valueAtRisk?.confidence, 0)} · ${portfolio.valueAtRisk?.horizonDays ?? UNKNOWN} d`}
            value={usdShort(
              portfolio.valueAtRisk?.historical?.valueAtRisk ?? portfolio.valueAtRisk?.parametric?.valueAtRisk,
            )}
            note={`shortfall ${usdShort(portfolio.valueAtRisk?.historical?.expectedShortfall ?? portfolio.valueAtRisk?.parametric?.expectedShortfall)}, loss`}
          />
          <Figure
            name="Cash delta"
            value={usdShort(portfolio.cashDelta, 'always')}
            note="Black–Scholes, all underlyings"
          />
        </dl>
        <div className="distance-cell">
          <p className="figure-name">
            To liquidation <b className="figure">{percent(portfolio.distance?.nearest, 1, 'always')}</b>{' '}
            <span className="dim">spot, nearest</span>
          </p>
          {portfolio.distance === undefined ? (
            <Empty>No move in the searched range reaches it.</Empty>
          ) : (
            <DistanceRange distance={portfolio.distance} />
          )}
        </div>
      </div>
      <ul className="accounts">
        {own.map((account) => (
          <AccountLine key={account.account} account={account} />
        ))}
      </ul>
    </Section>
  )
}

type FigureProps = {
  readonly name: string
  readonly value: string
  readonly note: ReactNode
  readonly tone?: string | undefined
}

function Figure({ name, value, note, tone }: FigureProps) {
  return (
    <div className={tone === undefined ? 'figure-cell' : `figure-cell tone-${tone}`}>
      <dt>{name}</dt>
      <dd className="figure big">{value}</dd>
      <dd className="note">{note}</dd>
    </div>
  )
}

function AccountLine({ account }: { readonly account: Account }) {
  const ratio = account.marginRatio
  const filled = ratio === 'liquidatable' ? 1 : Math.min(1, Math.max(0, ratio ?? 0))
  return (
    <li className={`account-line tone-${ratioTone(ratio) ?? 'calm'}`}>
      <b>{account.account}</b>
      <span className="dim">
        {account.venue}, {account.marginModel}
      </span>
      <span className="bar" aria-hidden="true">
        <i style={{ inlineSize: `${filled * 100}%` }} />
      </span>
      <span className="figure">{marginRatio(ratio)}</span>
      <span className="figure">{account.margin.ok ? usdShort(account.margin.equity) : UNKNOWN}</span>
      <span className="figure">
        {account.margin.ok
          ? `${usdShort(account.margin.excessMaintenance, 'always')} excess`
          : `lacks ${account.margin.missing.join(', ')}`}
      </span>
      <span className="figure">{percent(account.distance?.nearest, 1, 'always')} away</span>
      <span className={`quality q-${account.quality}`}>{account.quality}</span>
    </li>
  )
}

/** Colour repeats what the number says; thresholds are only for the eye, rules have their own. */
export function ratioTone(ratio: MarginRatio | undefined): 'critical' | 'warning' | undefined {
  if (ratio === undefined) return undefined
  if (ratio === 'liquidatable' || ratio >= 0.85) return 'critical'
  return ratio >= 0.65 ? 'warning' : undefined
}

function changeNote(portfolio: Portfolio): string {
  return portfolio.pnl === undefined ? 'USD' : `${usdShort(portfolio.pnl.total, 'always')} since the turn before`
}
