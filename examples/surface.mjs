// Fits a surface to quoted vols of two expiries, without butterfly or calendar arbitrage, and reads it between them.
//   node examples/surface.mjs
import { fitSurface, surfaceImpliedVol } from '@holdfast/quant'

const expiry = (years, forward, vols) =>
  vols.map(([strike, bidVol, askVol]) => ({ strike, years, forward, bidVol, askVol }))

const quotes = [
  ...expiry(0.08, 90_200, [
    [75_000, 0.585, 0.605],
    [80_000, 0.525, 0.541],
    [85_000, 0.478, 0.49],
    [90_000, 0.447, 0.457],
    [95_000, 0.432, 0.444],
    [100_000, 0.435, 0.45],
    [110_000, 0.463, 0.489],
  ]),
  ...expiry(0.24, 91_000, [
    [70_000, 0.545, 0.561],
    [80_000, 0.493, 0.505],
    [90_000, 0.457, 0.467],
    [100_000, 0.438, 0.45],
    [110_000, 0.436, 0.45],
    [130_000, 0.455, 0.475],
  ]),
]

const fit = fitSurface(quotes)
console.log(`free of arbitrage: ${fit.arbitrageFree}; rejected quotes: ${fit.rejected.length}`)
for (const { years, status, rmsVol } of fit.expiries.map((one) => ({ ...one, rmsVol: rootMeanSquare(one) }))) {
  console.log(`  ${years} years: ${status}, off the middle by ${(rmsVol * 100).toFixed(2)} vol points`)
}
for (const logMoneyness of [-0.2, 0, 0.2]) {
  const vol = surfaceImpliedVol(fit.surface, 0.16, logMoneyness)
  console.log(`0.16 years, ln(K/F) ${logMoneyness}: ${(vol * 100).toFixed(1)} %`)
}

function rootMeanSquare({ residuals }) {
  return Math.sqrt(residuals.reduce((sum, { residual }) => sum + residual ** 2, 0) / residuals.length)
}
