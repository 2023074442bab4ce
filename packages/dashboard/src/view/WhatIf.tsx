import { useId, useMemo, useState } from 'react'
import type { Portfolio } from '../api/types.js'
import { percent, plain, usd, usdShort } from '../format/number.js'
import { instrumentName } from '../format/words.js'
import type { HouseState } from '../state/house.js'
import { NO_SHIFT, positionKey, revalue, type Shift } from '../whatIf/revalue.js'
import { Empty, Section } from './Section.js'

type WhatIfProps = { readonly state: HouseState; readonly portfolio: Portfolio | undefined }

const LISTED = 4

/** Moves the book here in the browser, by the engine's own pricing: nothing is sent, nothing changes. */
export function WhatIf({ state, portfolio }: WhatIfProps) {
  const [shift, setShift] = useState<Shift>(NO_SHIFT)
  const positions = useMemo(
    () => state.positions.filter(({ account }) => portfolio?.accounts.includes(account)),
    [state.positions, portfolio],
  )
  const time = Date.parse(portfolio?.time ?? '')
  const result = useMemo(() => {
    const collateral = (portfolio?.greeks ?? []).map((entry) => ({ units: entry.collateral, index: entry.index }))
    return revalue(positions, state.markets, collateral, shift, time)
  }, [positions, portfolio, state.markets, shift, time])
  if (portfolio === undefined || positions.length === 0) {
    return (
      <Section id="what-if">
        <Empty>There are no positions to move.</Empty>
      </Section>
    )
  }
  const movers = positions
    .map((position) => ({ position, pnl: result.byPosition.get(positionKey(position)) ?? 0 }))
    .sort((a, b) => Math.abs(b.pnl) - Math.abs(a.pnl))
    .slice(0, LISTED)
  const equity = portfolio.equity === undefined ? undefined : portfolio.equity + result.pnl
  return (
    <Section
      id="what-if"
      aside={
        <button type="button" onClick={() => setShift(NO_SHIFT)} disabled={isStill(shift)}>
          Reset
        </button>
      }
    >
      <div className="sliders">
        <Slider
          name="Spot"
          value={shift.spot}
          min={-0.5}
          max={0.5}
          step={0.01}
          text={percent(shift.spot, 0, 'always')}
          onMove={(spot) => setShift({ ...shift, spot })}
        />
        <Slider
          name="Vol"
          value={shift.vol}
          min={-0.6}
          max={1.5}
          step={0.05}
          text={percent(shift.vol, 0, 'always')}
          onMove={(vol) => setShift({ ...shift, vol })}
        />
        <Slider
          name="Days"
          value={shift.days}
          min={0}
          max={30}
          step={1}
          text={`${plain(shift.days, 0, 'always')} d`}
          onMove={(days) => setShift({ ...shift, days })}
        />
      </div>
      <p className="what-if-result" aria-live="polite">
        <span className="dim">P&L</span> <b className="figure big">{usd(result.pnl, 'always')}</b>
        <span className="dim">equity would be</span> <b className="figure">{usdShort(equity)}</b>
      </p>
      <ul className="movers" hidden={isStill(shift)}>
        {movers.map(({ position, pnl }) => (
          <li key={positionKey(position)}>
            <span>{instrumentName(position)}</span> <span className="figure">{usdShort(pnl, 'always')}</span>
          </li>
        ))}
      </ul>
      <p className="dim small">
        Priced here by the engine's own formulas; of it {usdShort(result.collateralPnl, 'always')} is coin held as
        collateral.{' '}
        {result.unpriced.length > 0 && `${result.unpriced.length} positions lack a price or vol and are left out.`}
      </p>
    </Section>
  )
}

type SliderProps = {
  readonly name: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly step: number
  readonly text: string
  readonly onMove: (value: number) => void
}

function Slider({ name, value, min, max, step, text, onMove }: SliderProps) {
  const id = useId()
  return (
    <div className="slider">
      <label htmlFor={id}>{name}</label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={text}
        onChange={(event) => onMove(Number(event.target.value))}
      />
      <output htmlFor={id} className="figure">
        {text}
      </output>
    </div>
  )
}

function isStill({ spot, vol, days }: Shift): boolean {
  return spot === 0 && vol === 0 && days === 0
}
