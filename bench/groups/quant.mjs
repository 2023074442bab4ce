// Option kernel, implied vol and VaR against C, C++ and npm peers.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { black76Price, openKernel, prepareOptions, prepareScenarios } from '../../packages/quant/dist/index.js'
import { compare, cpuNanoseconds, uniform } from '../measure.mjs'
import { build, PeerUnavailable, start } from '../native.mjs'

const ROWS = 2048
const INPUTS = ['spot', 'strike', 'years', 'vol', 'rate', 'dividendYield', 'sign']
const OUTPUTS = ['price', 'delta', 'gamma', 'vega', 'theta', 'rho']

/** T of 1 day to 2 years in whole days, vol of 20 to 150 %, strikes of 60 to 170 % of spot, calls and puts. */
function optionBatch(kernel) {
  const next = uniform(1)
  const column = () => kernel.allocate(ROWS)
  const options = Object.fromEntries(INPUTS.map((name) => [name, column()]))
  const out = Object.fromEntries(OUTPUTS.map((name) => [name, column()]))
  for (let i = 0; i < ROWS; i++) {
    options.spot[i] = 100
    options.strike[i] = 60 + 110 * next()
    options.years[i] = (1 + Math.floor(730 * next())) / 365
    options.vol[i] = 0.2 + 1.3 * next()
    options.rate[i] = 0.01 + 0.05 * next()
    options.dividendYield[i] = 0.03 * next()
    options.sign[i] = next() < 0.5 ? 1 : -1
  }
  return { options, out }
}

function kernelSide() {
  const kernel = openKernel(4_000_000)
  const { options, out } = optionBatch(kernel)
  const work = () => kernel.optionGreeks(ROWS, options, out)
  cpuNanoseconds(work, 500)
  return { kernel, options, out, nanosecondsPerOption: () => cpuNanoseconds(work, 1500) / ROWS }
}

/** Both must have computed the same thing: largest difference in units of 1 + |value|. */
function requireAgreement(what, ours, theirs, tolerance) {
  for (let i = 0; i < ours.length; i++) {
    const error = Math.abs(ours[i] - theirs[i]) / (1 + Math.abs(theirs[i]))
    if (!(error <= tolerance)) throw new Error(`${what}: number ${i} is ${ours[i]} here and ${theirs[i]} there`)
  }
}

/** The peer as `compare` wants it, or why there is none. */
async function peerOr(name, make) {
  try {
    return { name, ...(await make()) }
  } catch (error) {
    if (error instanceof PeerUnavailable) return { name, unavailable: error.message, close: () => {} }
    throw error
  }
}

async function measured(benchmark) {
  try {
    return await compare(benchmark)
  } finally {
    benchmark.peer.close?.()
  }
}

function quantlib() {
  if (!existsSync('/usr/include/ql/version.hpp'))
    throw new PeerUnavailable('no QuantLib; apt-get install libquantlib0-dev')
  return start(build('quantlib.cpp', ['-std=c++17', '-lQuantLib']))
}

const NATIVE_LAYOUT = (out) => OUTPUTS.map((name) => out[name])

async function kernelVsC() {
  const side = kernelSide()
  const peer = await peerOr('plain scalar C with glibc, -O3 -march=native', async () => {
    const child = start(build('quant.c', ['-lm']))
    child.send(
      'G',
      [ROWS],
      INPUTS.map((name) => side.options[name]),
    )
    side.nanosecondsPerOption()
    const { values } = await child.ask('g', 1, ROWS * OUTPUTS.length)
    NATIVE_LAYOUT(side.out).forEach((column, c) => {
      requireAgreement(OUTPUTS[c], column, values.subarray(c * ROWS, (c + 1) * ROWS), 1e-11)
    })
    const run = async () => (await child.ask('g', 1000, ROWS * OUTPUTS.length)).nanoseconds / ROWS
    return { run, close: child.close }
  })
  return measured({
    id: 'quant/kernel-vs-c-scalar',
    what: `price and five Greeks of ${ROWS} options, ${side.kernel.implementation}, CPU time each`,
    unit: 'ns/option',
    ours: side.nanosecondsPerOption,
    peer,
  })
}

async function kernelVsQuantlib(id, name, kind, rows, repeats, tolerance) {
  const side = kernelSide()
  const peer = await peerOr(name, async () => {
    const child = quantlib()
    const zeros = new Float64Array(rows)
    child.send('L', [rows], [...INPUTS.map((input) => side.options[input].subarray(0, rows)), zeros])
    side.nanosecondsPerOption()
    const { values } = await child.ask(kind, 1, rows * OUTPUTS.length)
    const ours = Float64Array.from({ length: rows * 6 }, (_, i) => side.out[OUTPUTS[i % 6]][Math.floor(i / 6)])
    requireAgreement(name, ours, values, tolerance)
    const run = async () => (await child.ask(kind, repeats, rows * OUTPUTS.length)).nanoseconds / rows
    return { run, close: child.close }
  })
  return measured({
    id,
    what: `price and five Greeks, ${side.kernel.implementation}, CPU time each`,
    unit: 'ns/option',
    ours: side.nanosecondsPerOption,
    peer,
  })
}

/** Packages of the bench alone, installed beside it when first asked for. */
async function npmPeer(name) {
  const folder = fileURLToPath(new URL('..', import.meta.url))
  if (!existsSync(`${folder}/node_modules/${name}`)) {
    try {
      execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'ignore' })
    } catch (error) {
      throw new PeerUnavailable(`npm ci in bench/ failed: ${error.message.split('\n')[0]}`)
    }
  }
  const resolved = createRequire(pathToFileURL(`${folder}/package.json`)).resolve(name)
  return import(pathToFileURL(resolved).href)
}

async function kernelVsNpm() {
  const side = kernelSide()
  const peer = await peerOr('npm @quantlib/ql 0.3.6 BlackCalculator', async () => {
    const ql = await npmPeer('@quantlib/ql')
    const { spot, strike, years, vol, rate, dividendYield, sign } = side.options
    const found = new Float64Array(ROWS * 6)
    const work = () => {
      for (let i = 0; i < ROWS; i++) {
        const T = years[i]
        const forward = spot[i] * Math.exp((rate[i] - dividendYield[i]) * T)
        const type = sign[i] > 0 ? ql.Option.Type.Call : ql.Option.Type.Put
        const deviation = vol[i] * Math.sqrt(T)
        const black = new ql.BlackCalculator().init2(type, strike[i], forward, deviation, Math.exp(-rate[i] * T))
        found[i * 6] = black.value()
        found[i * 6 + 1] = black.delta(spot[i])
        found[i * 6 + 2] = black.gamma(spot[i])
        found[i * 6 + 3] = black.vega(T)
        found[i * 6 + 4] = black.theta(spot[i], T)
        found[i * 6 + 5] = black.rho(T)
      }
    }
    cpuNanoseconds(work, 50)
    side.nanosecondsPerOption()
    const ours = Float64Array.from({ length: ROWS * 6 }, (_, i) => side.out[OUTPUTS[i % 6]][Math.floor(i / 6)])
    requireAgreement('@quantlib/ql', ours, found, 1e-9)
    return { run: () => cpuNanoseconds(work, 200) / ROWS }
  })
  return measured({
    id: 'quant/kernel-vs-npm',
    what: `price and five Greeks, ${side.kernel.implementation}, CPU time each`,
    unit: 'ns/option',
    ours: side.nanosecondsPerOption,
    peer,
  })
}

async function impliedVolVsQuantlib() {
  const kernel = openKernel(1_000_000)
  const { options } = optionBatch(kernel)
  const quotes = []
  for (let i = 0; i < ROWS; i++) {
    const forward = options.spot[i]
    const strike = options.strike[i]
    const right = strike > forward ? 'call' : 'put'
    const price = black76Price(right, forward, strike, options.years[i], options.vol[i])
    if (price > 1e-8 * forward) quotes.push({ right, forward, strike, price })
  }
  const column = (f) => {
    const numbers = kernel.allocate(quotes.length)
    quotes.forEach((quote, i) => {
      numbers[i] = f(quote)
    })
    return numbers
  }
  const columns = {
    forward: column((q) => q.forward),
    strike: column((q) => q.strike),
    years: column(() => 1),
    sign: column((q) => (q.right === 'call' ? 1 : -1)),
    price: column((q) => q.price),
  }
  const found = column(() => 0)
  const work = () => kernel.impliedVols(quotes.length, columns, found)
  cpuNanoseconds(work, 50)
  const peer = await peerOr('QuantLib blackFormulaImpliedStdDev', async () => {
    const child = quantlib()
    const { forward, strike, years: unused, sign, price } = columns
    child.send('L', [quotes.length], [forward, strike, unused, unused, unused, unused, sign, price])
    const { values } = await child.ask('i', 1, quotes.length)
    requireAgreement('implied deviation', found, values, 1e-6)
    const run = async () => (await child.ask('i', 40, quotes.length)).nanoseconds / quotes.length
    return { run, close: child.close }
  })
  return measured({
    id: 'quant/implied-vol-vs-quantlib',
    what: `Black implied vol of ${quotes.length} out-of-the-money options to 13 digits, ${kernel.implementation}, CPU time each`,
    unit: 'ns/option',
    ours: () => cpuNanoseconds(work, 100) / quotes.length,
    peer,
  })
}

async function varVsC() {
  const kernel = openKernel(4_000_000)
  const next = uniform(2)
  const held = Array.from({ length: 2000 }, () => ({
    right: next() < 0.5 ? 'call' : 'put',
    forward: 100,
    strike: 60 + 110 * next(),
    yearsToExpiry: 1 / 365 + 2 * next(),
    vol: 0.2 + 1.3 * next(),
    discountFactor: 1,
    size: 2 * next() - 1,
  }))
  const shocks = Array.from({ length: 10_000 }, () => ({
    spotFactor: 0.8 + 0.4 * next(),
    volFactor: 0.7 + 0.6 * next(),
  }))
  const rows = prepareOptions(kernel, held)
  const scenarios = prepareScenarios(kernel, shocks)
  const pnl = kernel.allocate(scenarios.count)
  const work = () => {
    pnl.fill(0)
    kernel.revalueOptions(rows, scenarios, pnl)
  }
  cpuNanoseconds(work, 1)
  const peer = await peerOr('plain scalar C with glibc, -O3 -march=native', async () => {
    const child = start(build('quant.c', ['-lm']))
    const { sign, strike, forward, logMoneyness, deviation, inverseDeviation, weight, base } = rows
    const own = [sign, strike, forward, logMoneyness, deviation, inverseDeviation, weight, base]
    const { spotFactor, logSpotFactor, volFactor, inverseVolFactor } = scenarios
    child.send('R', [rows.count, scenarios.count], [...own, spotFactor, logSpotFactor, volFactor, inverseVolFactor])
    const { values } = await child.ask('r', 1, scenarios.count)
    requireAgreement('scenario P&L', pnl, values, 1e-9)
    const run = async () => (await child.ask('r', 1, scenarios.count)).nanoseconds / 1e6
    return { run, close: child.close }
  })
  return measured({
    id: 'quant/var-vs-c-scalar',
    what: `full revaluation of ${rows.count} options in ${scenarios.count} scenarios of spot and vol, CPU time`,
    unit: 'ms',
    rounds: 5,
    ours: () => cpuNanoseconds(work, 1) / 1e6,
    peer,
  })
}

export const benchmarks = [
  { id: 'quant/kernel-vs-c-scalar', run: kernelVsC },
  {
    id: 'quant/kernel-vs-quantlib-calculator',
    run: () =>
      kernelVsQuantlib('quant/kernel-vs-quantlib-calculator', 'QuantLib BlackCalculator', 'b', ROWS, 150, 1e-10),
  },
  {
    id: 'quant/kernel-vs-quantlib-engine',
    run: () =>
      kernelVsQuantlib(
        'quant/kernel-vs-quantlib-engine',
        'QuantLib AnalyticEuropeanEngine, spot tick',
        'e',
        512,
        60,
        1e-8,
      ),
  },
  { id: 'quant/kernel-vs-npm', run: kernelVsNpm },
  { id: 'quant/implied-vol-vs-quantlib', run: impliedVolVsQuantlib },
  { id: 'quant/var-vs-c-scalar', run: varVsC },
]
