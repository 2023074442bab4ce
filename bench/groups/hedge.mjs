// Hedging: what a rule costs against what it spares, on seeded paths. Figures are shares of S₀, not times.
import { DEFAULT_RISK_AVERSION, hedgeFrontier } from '@holdfast/engine'

const GAME = { vol: 0.7, years: 30 / 365, steps: 720, cost: 0.0005, paths: 40_000, seed: 20_260_205 }
const RIVAL = 'threshold 0.10'

const fixed = (width) => ({
  name: `threshold ${width.toFixed(2)}`,
  rule: { kind: 'fixed', below: width, above: width, tradeTo: 'target' },
})
const model = (kind, riskAversion, tradeTo = 'edge') => ({
  name: `${kind} ${riskAversion}/S0${tradeTo === 'target' ? ' to the middle' : ''}`,
  rule: { kind, cost: GAME.cost, riskAversion, tradeTo },
})
const DEFAULT = {
  name: 'default',
  rule: { kind: 'whalley-wilmott', cost: GAME.cost, riskAversion: DEFAULT_RISK_AVERSION, tradeTo: 'edge' },
}

const RULES = [
  ...[0.02, 0.05, 0.08, 0.1, 0.15, 0.2].map(fixed),
  model('whalley-wilmott', 5),
  model('whalley-wilmott', 60),
  model('whalley-wilmott', DEFAULT_RISK_AVERSION, 'target'),
  model('zakamouline', 5),
  model('zakamouline', DEFAULT_RISK_AVERSION),
  DEFAULT,
]

export const benchmarks = [{ id: 'hedge/frontier', run: frontier }]

function frontier() {
  const rows = hedgeFrontier(GAME, RULES)
  const own = rows.find(({ name }) => name === 'default')
  const rival = rows.find(({ name }) => name === RIVAL)
  const ratioOf = (figure) => own[figure] / rival[figure]
  return {
    id: 'hedge/frontier',
    what: [
      'short call at the money, 30 days, 70 % vol, hourly, 5 bp cost, 40,000 paths: the worse of mean cost and ES95 of the default hedger ÷ that of the threshold rule "0.10"; below 1 it is better in both',
      ...rows.map(rowText),
    ].join('\n    '),
    median: Math.max(ratioOf('meanCost'), ratioOf('expectedShortfall')),
    unit: 'of the threshold rule "0.10"',
    runs: 1,
    peer: { name: RIVAL, median: 1 },
    ratio: Math.max(ratioOf('meanCost'), ratioOf('expectedShortfall')),
    rows,
  }
}

function rowText({ name, meanCost, expectedShortfall, pnlDeviation, trades }) {
  return `${name.padEnd(36)} cost ${meanCost.toFixed(5)} S0  ES95 ${expectedShortfall.toFixed(4)} S0  deviation ${pnlDeviation.toFixed(4)} S0  ${trades.toFixed(1)} trades`
}
