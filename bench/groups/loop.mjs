// The loop: a full option chain from event to verdict, and how fast a recorded day is replayed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileConfiguration } from '@holdfast/engine'
import { black76Price, instrumentKey } from '@holdfast/quant'
import { engineFor, engineOf, headerFor, openJournal, runLoop, systemClock, verifyJournal } from '@holdfast/server'
import { openSource } from '@holdfast/simulator'
import { median } from '../median.mjs'

const CONFIGURATION = fileURLToPath(new URL('../../examples/february-2026.yaml', import.meta.url))
const START = Date.UTC(2026, 0, 29, 4)
const DAY = 86_400_000
const REPLAY_TURNS = 48

/** @returns {Promise<readonly object[]>} results as `npm run bench -- --json` prints them. */
export async function run({ rounds = 7 } = {}) {
  const text = readFileSync(CONFIGURATION, 'utf8')
  const compiled = compileConfiguration(text, CONFIGURATION)
  if (!compiled.ok) throw new Error('the example desk does not compile')
  return [chainToVerdict(compiled.rulebook, rounds), await replaySpeed(compiled, text, Math.min(rounds, 5))]
}

function chainToVerdict(rulebook, rounds) {
  const engine = engineOf(rulebook)
  const warmUp = 5
  const times = []
  let options = 0
  for (let i = 0; i < rounds + warmUp; i++) {
    const time = START + i * 1800_000
    const events = chain(time, 88_000 * (1 - 0.004 * i))
    options = events[0].observations.filter(({ kind }) => kind === 'quote').length
    const start = performance.now()
    engine.step(events, time)
    if (i >= warmUp) times.push(performance.now() - start)
  }
  return {
    id: 'loop/chain-to-verdict',
    what: `one chain of ${options} options from event to decisions: beliefs, surfaces, 35 positions in 3 accounts, margin, scenarios, VaR, distance, rules, digests`,
    median: median(times),
    unit: 'ms',
    runs: rounds,
  }
}

/** Quotes of BTC options around a forward, at a smile's vols. */
function chain(time, forward) {
  const observations = [
    { kind: 'index', underlying: 'BTC', price: forward },
    { kind: 'index', underlying: 'ETH', price: forward / 30 },
  ]
  for (const underlying of ['BTC', 'ETH']) {
    const level = underlying === 'BTC' ? forward : forward / 30
    for (const days of [8, 15, 29, 57, 85, 148, 240, 330]) {
      const expiry = Date.UTC(2026, 0, 29 + days, 8)
      const years = (expiry - time) / (365 * DAY)
      observations.push({ kind: 'forward', underlying, expiry, price: level })
      for (let i = 0; i < 56; i++) observations.push(...pair(underlying, expiry, level, years, i))
    }
  }
  return [{ kind: 'market', source: 'bench', sourceTime: time, receivedTime: time, observations }]
}

function pair(underlying, expiry, forward, years, i) {
  const step = underlying === 'BTC' ? 2000 : 60
  const strike = step * (20 + i)
  const vol = 0.45 + 0.35 * Math.log(strike / forward) ** 2
  return ['call', 'put'].map((right) => {
    const mark = black76Price(right, forward, strike, years, vol) / forward
    const instrument = instrumentKey({
      kind: 'option',
      venue: 'deribit',
      underlying,
      quote: 'USD',
      settle: underlying,
      payoff: 'inverse',
      expiry,
      strike,
      right,
    })
    return { kind: 'quote', instrument, mark, bid: mark * 0.99, ask: mark * 1.01, markVol: vol, forward }
  })
}

async function replaySpeed(compiled, text, rounds) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
  try {
    const stop = new AbortController()
    let last = 0
    let first = 0
    await runLoop({
      engine: engineOf(compiled.rulebook),
      header: headerFor(text, CONFIGURATION, compiled.rulebook, '0'),
      sources: await Promise.all(compiled.configuration.sources.map((source) => openSource(source, { baseDir: '.' }))),
      journal: await openJournal(folder),
      clock: systemClock,
      speed: 'max',
      signal: stop.signal,
      observers: [
        {
          name: 'stop',
          turn({ sequence, time }) {
            first ||= time
            last = time
            if (sequence === REPLAY_TURNS) stop.abort()
          },
        },
      ],
    }).done
    const times = []
    for (let round = 0; round < rounds; round++) {
      const start = performance.now()
      const report = verifyJournal(folder, { engineFor })
      times.push((performance.now() - start) / report.replayedTurns)
      if (!report.ok) throw new Error(report.messages.join('\n'))
    }
    const perTurn = median(times)
    const speed = Math.round((last - first) / REPLAY_TURNS / perTurn)
    return {
      id: 'loop/replay-speed',
      what: `one turn of the built-in scenario read from the journal, checked and replayed (${speed} times real time)`,
      median: perTurn,
      unit: 'ms',
      runs: rounds,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
