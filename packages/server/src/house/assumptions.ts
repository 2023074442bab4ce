import type { Configuration } from '@holdfast/engine'

/** What a reader of the report must know of how its numbers were made, a sentence each. */
export function assumptionsOf(configuration: Configuration): readonly string[] {
  const { assess, accounts } = configuration
  const percent = (value: number) => `${+(value * 100).toFixed(4)} %`
  const models = [...new Set(accounts.map(({ marginModel }) => marginModel))].sort().join(', ')
  return [
    `Margin models: ${models}. Requirements are positive, equity and excess are signed, money is USD.`,
    'Option values are Black-76 on the forward of each expiry, undiscounted, with the fitted smile; inverse options are divided by that forward.',
    `Value at risk and expected shortfall: confidence ${percent(assess.valueAtRisk.confidence)}, horizon ${assess.valueAtRisk.horizonDays} d, returns of the last ${assess.valueAtRisk.windowDays} d.`,
    `Liquidation distance is searched from ${percent(assess.distance.searchDown)} to +${percent(assess.distance.searchUp)}; the second variant raises implied vols by ${percent(assess.distance.volUp)} of themselves.`,
    'Years are 365 days; listed contracts expire at 08:00 UTC.',
    'Decisions at the stages plan and shadow are recorded and not sent; at paper they are filled against the quotes of the source, with fees and depth.',
  ]
}
