// The loop: a full option chain from event to verdict, and how fast a recorded day is replayed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileConfiguration } from '@holdfast/engine'
import { black76Price, instrumentKey } from '@holdfast/quant'
import { engineFor, engineOf, headerFor, openJournal, runLoop, systemClock, verifyJournal } from '@holdfast/server'
import { openSource } from '@holdfast/simulator'
import { compare, cpuNanoseconds } from '../measure.mjs'

const CONFIGURATION = fileURLToPath(new URL('../../examples/february-2026.yaml', import.meta.url))
const START = Date.UTC(2026, 0, 29, 4)
const DAY = 86_400_000
const HALF_HOUR = 1_800_000
const REPLAY_TURNS = 48
/** Turns before the first that counts: the compiler has then seen the loop. */
const WARM_UP = 30

export const benchmarks = [
  { id: 'loop/chain-to-verdict', run: chainToVerdict },
  { id: 'loop/replay-speed', run: replaySpeed },
]

function desk() {
  const text = readFileSync(CONFIGURATION, 'utf8')
  const compiled = compileConfiguration(text, CONFIGURATION)
  if (!compiled.ok) throw new Error('the example desk does not compile')
  return { text, ...compiled }
}

const cpuMs = (work) => cpuNanoseconds(work, 1) / 1e6

async function chainToVerdict() {
  const engine = engineOf(desk().rulebook)
  let turn = 0
  const next = () => {
    const time = START + turn * HALF_HOUR
    const events = chain(time, 88_000 * (1 - 0.004 * (turn % 8)))
    turn += 1
    return { time, events }
  }
  const step = ({ time, events }) => engine.step(events, time)
  for (let i = 0; i < WARM_UP; i++) step(next())
  const sample = next().events
  const options = sample[0].observations.filter(({ kind }) => kind === 'quote').length
  const text = JSON.stringify(sample)
  return compare({
    id: 'loop/chain-to-verdict',
    what: `one chain of ${options} options from event to decisions: guard, surfaces, 35 positions in 3 accounts, margin, scenarios, VaR, distance, rules, digests`,
    unit: 'ms of CPU',
    rounds: 21,
    ours: () => {
      const events = next()
      return cpuMs(() => step(events))
    },
    peer: { name: 'JSON.parse of the same chain', run: () => cpuMs(() => JSON.parse(text)) },
  })
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

async function replaySpeed() {
  const { text, configuration, rulebook } = desk()
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
  try {
    const stop = new AbortController()
    const times = []
    await runLoop({
      engine: engineOf(rulebook),
      header: headerFor(text, CONFIGURATION, rulebook, '0'),
      sources: await Promise.all(configuration.sources.map((source) => openSource(source, { baseDir: '.' }))),
      journal: await openJournal(folder),
      clock: systemClock,
      speed: 'max',
      signal: stop.signal,
      observers: [
        {
          name: 'stop',
          turn({ sequence, time }) {
            times.push(time)
            if (sequence === REPLAY_TURNS) stop.abort()
          },
        },
      ],
    }).done
    const recorded = (times.at(-1) - times[0]) / times.length
    return await compare({
      id: 'loop/replay-speed',
      what: 'one turn of the built-in scenario read from its journal, checked and replayed',
      unit: 'ms of CPU',
      rounds: 5,
      ours: () => {
        let turns = 0
        const spent = cpuMs(() => {
          const report = verifyJournal(folder, { engineFor })
          if (!report.ok) throw new Error(report.messages.join('\n'))
          turns = report.replayedTurns
        })
        return spent / turns
      },
      peer: { name: 'the time that the turn covers', run: () => recorded },
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
