import type { Scope } from '../decision.js'

/** What a measure is counted in; comparisons of different dimensions are errors. */
export type MeasureUnit =
  | 'ratio'
  | 'USD'
  /** Units of the underlying in scope: BTC for BTC. */
  | 'base'
  | 'USD per 1 %'
  | 'USD per vol point'
  | 'USD per day'
  | 's'
  | 'text'

export type ScopeKind = Scope['kind']

/** A named number that conditions can read. */
export type Measure = {
  readonly name: string
  readonly unit: MeasureUnit
  readonly description: string
  readonly scopes: readonly ScopeKind[]
}

const BOOK: readonly ScopeKind[] = ['account', 'portfolio']
const GREEK: readonly ScopeKind[] = ['account', 'portfolio', 'underlying']

function measure(name: string, unit: MeasureUnit, scopes: readonly ScopeKind[], description: string): Measure {
  return { name, unit, description, scopes }
}

/** Every measure, by theme: the vocabulary of conditions. */
export const MEASURES: readonly Measure[] = [
  measure(
    'margin_ratio',
    'ratio',
    BOOK,
    'Maintenance margin ÷ equity; infinite where equity ≤ 0 < maintenance. A portfolio has its worst account’s.',
  ),
  measure('equity', 'USD', BOOK, 'Collateral after haircuts plus unrealised P&L; signed.'),
  measure('initial_margin', 'USD', BOOK, 'Needed to open or withdraw; ≥ 0.'),
  measure('maintenance_margin', 'USD', BOOK, 'Needed to stay open; ≥ 0.'),
  measure('excess_margin', 'USD', BOOK, 'Equity − maintenance margin; signed.'),
  measure('available_margin', 'USD', BOOK, 'Equity − initial margin; signed.'),
  measure(
    'margin_residual',
    'ratio',
    ['account'],
    'Venue’s maintenance margin − ours, ÷ ours, when last compared; > 0: ours is too favourable.',
  ),
  measure(
    'margin_residual_initial',
    'ratio',
    ['account'],
    'Venue’s initial margin − ours, ÷ ours, when last compared; > 0: ours is too favourable.',
  ),
  measure(
    'equity_residual',
    'USD',
    ['account'],
    'Venue’s equity − ours, when last compared; < 0: ours is too favourable.',
  ),
  measure('margin_residual_age', 's', ['account'], 'Age of the venue’s figures that were compared last.'),
  measure(
    'safety_buffer',
    'ratio',
    ['account'],
    'By which the venue’s figures raise our requirements; 0 where the venue gave none; ≥ 0.',
  ),
  measure('drawdown', 'ratio', BOOK, 'Fall of equity from its highest, as a share of that; ≥ 0.'),
  measure(
    'drawdown_from_start',
    'ratio',
    BOOK,
    'Fall of equity from where it began, as a share of that; negative in profit.',
  ),
  measure('pnl', 'USD', BOOK, 'Profit and loss since the turn before; signed.'),
  measure('pnl_residual', 'USD', BOOK, 'What of the P&L since the turn before the Greeks do not explain; signed.'),
  measure(
    'liquidation_distance',
    'ratio',
    BOOK,
    'Smallest relative spot move to liquidation in any variant, ≥ 0; infinite where none in the searched range.',
  ),
  measure('liquidation_distance_down', 'ratio', BOOK, 'Fall of spot alone to liquidation, ≥ 0; infinite where none.'),
  measure('liquidation_distance_up', 'ratio', BOOK, 'Rise of spot alone to liquidation, ≥ 0; infinite where none.'),
  measure(
    'liquidation_distance_vol_up',
    'ratio',
    BOOK,
    'Smallest spot move to liquidation with implied vols up, ≥ 0; infinite where none.',
  ),
  measure(
    'liquidation_distance_beta',
    'ratio',
    BOOK,
    'Smallest move of the first underlying to liquidation, others by their betas, ≥ 0; infinite where none.',
  ),
  measure('worst_scenario_loss', 'USD', BOOK, 'Loss in the worst scenario of the grid; ≥ 0.'),
  measure('value_at_risk', 'USD', BOOK, 'Historical value at risk; positive loss.'),
  measure('expected_shortfall', 'USD', BOOK, 'Historical expected shortfall; positive loss.'),
  measure('value_at_risk_parametric', 'USD', BOOK, 'Parametric value at risk; positive loss.'),
  measure('expected_shortfall_parametric', 'USD', BOOK, 'Parametric expected shortfall; positive loss.'),
  measure('delta', 'base', ['underlying'], 'Black–Scholes delta; signed.'),
  measure('delta_net', 'base', ['underlying'], 'Delta net of premium: what an inverse hedge needs; signed.'),
  measure('index_price', 'USD', ['underlying'], 'Index price of the underlying.'),
  measure('cash_delta', 'USD', GREEK, 'Delta × index price, over all underlyings in scope; signed.'),
  measure('gamma_percent', 'USD per 1 %', GREEK, 'Change of cash delta for a 1 % move; signed.'),
  measure('vega', 'USD per vol point', GREEK, 'Change of value for one vol point; signed.'),
  measure('theta', 'USD per day', GREEK, 'Change of value for one day; signed.'),
  measure('concentration_expiry', 'ratio', GREEK, 'Largest share of gross notional at one expiry; 0 to 1.'),
  measure('concentration_strike', 'ratio', GREEK, 'Largest share of gross notional at one strike; 0 to 1.'),
  measure(
    'expiry_window_delta',
    'base',
    ['underlying'],
    'Delta that is left in contracts within their last 30 minutes, sum of sizes; ≥ 0.',
  ),
  measure(
    'expiry_window_cash_delta',
    'USD',
    BOOK,
    'Cash delta that is left in contracts within their last 30 minutes, sum of sizes; ≥ 0.',
  ),
  measure(
    'quality',
    'text',
    GREEK,
    'Worst quality of the inputs behind the numbers: live, delayed, suspect, stale or unknown.',
  ),
  measure('input_age', 's', ['input'], 'Age of the input, seconds.'),
  measure('input_quality', 'text', ['input'], 'Quality of the input: live, delayed, suspect, stale or unknown.'),
]

const BY_NAME: ReadonlyMap<string, Measure> = new Map(MEASURES.map((one) => [one.name, one]))

export function measureByName(name: string): Measure | undefined {
  return BY_NAME.get(name)
}

export function measuresOfScope(scope: ScopeKind): readonly Measure[] {
  return MEASURES.filter(({ scopes }) => scopes.includes(scope))
}
