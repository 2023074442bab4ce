import type { VenueRecord } from '@holdfast/server'
import type { VenueStep, VenueTurn } from '@holdfast/simulator'
import { paint } from '../output.js'

const DRAW_EVERY_MS = 200
const BAR_WIDTH = 24

/** The progress line of a venue's run, on a terminal only. */
export function createVenueLine(steps: number) {
  const shown = process.stderr.isTTY === true
  let drawn = 0
  let there = false
  const clear = () => {
    if (there) process.stderr.write('\r\u001b[2K')
    there = false
  }
  return {
    step(step: VenueStep) {
      if (!shown || Date.now() - drawn < DRAW_EVERY_MS) return
      drawn = Date.now()
      clear()
      const share = Math.min(1, (step.step + 1) / steps)
      const full = Math.round(share * BAR_WIDTH)
      const bar = `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${Math.round(share * 100)} %`
      const [first] = Object.entries(step.prices)
      const price = first === undefined ? '' : `${first[0]} ${usd(first[1])}  `
      const figures = `${price}fund ${usd(step.fund)}  open interest ${usd(step.openInterest)}`
      process.stderr.write(`${bar}  ${minute(step.time)}  ${figures}`.slice(0, (process.stderr.columns ?? 120) - 1))
      there = true
    },
    say(text: string) {
      clear()
      process.stderr.write(`${text}\n`)
    },
    end: clear,
  }
}

/** A step is told from so many liquidations and auctions on, or where the fund pays so much, USD. */
const TOLD_FROM = 10
const TOLD_DRAW = 50_000

/** What matters of a step: losses beyond the fund, gates and marks, each; the many calls and liquidations as counts. */
export function venueEventLines({ step, events }: VenueTurn): readonly string[] {
  const lines: string[] = []
  const { calls, liquidations, tranches, auctions, fundDrawn, fund } = step
  if (liquidations + auctions >= TOLD_FROM || fundDrawn >= TOLD_DRAW) {
    const drawn = fundDrawn > 0 ? `, the fund pays ${usd(fundDrawn)}: ${usd(fund)} left` : ''
    const counts = `${calls} calls, ${liquidations} liquidations in ${tranches} tranches, ${auctions} auctions`
    lines.push(`${minute(step.time)}  ${counts}${drawn}`)
  }
  for (const { time, text } of events) {
    if (/beyond the fund|withdrawals|no market|the mark of/.test(text)) {
      lines.push(`${minute(time)}  ${paint(33, text)}`)
    }
  }
  for (const fault of step.faults) lines.push(`${minute(step.time)}  ${paint(31, `the books are wrong: ${fault}`)}`)
  return lines
}

export function venueOutcome(record: VenueRecord, digest: string) {
  const view = record.view()
  if (view === undefined) throw new Error('Invariant: a venue that ended has had a step')
  return {
    reason: view.state === 'stopped' ? 'stopped' : 'ended',
    steps: record.steps().length,
    accounts: view.accounts,
    ...view.total,
    fundLast: view.latest.fund,
    digest,
  }
}

export function venueOutcomeLines(record: VenueRecord, digest: string): readonly string[] {
  const { steps, accounts, ...one } = venueOutcome(record, digest)
  const checked = one.faults === 0 ? `to the unit, after each of ${steps} steps` : `broken after ${one.faults} steps`
  const rows: readonly (readonly [string, string])[] = [
    ['accounts', plain(accounts)],
    ['margin calls', plain(one.calls)],
    ['liquidations', plain(one.liquidations)],
    ['tranches', plain(one.tranches)],
    ['auctions', plain(one.auctions)],
    ['fund, first', usd(one.fundFirst)],
    ['fund, lowest', usd(one.fundLowest)],
    ['fund, last', usd(one.fundLast)],
    ['deleveraged', `${usd(one.deleveragedLoss)} in ${plain(one.deleveraged)} positions`],
    ['socialised', usd(one.socialisedLoss)],
    ...(one.unabsorbedLoss > 0 ? [['unabsorbed', usd(one.unabsorbedLoss)] as const] : []),
    ['refused events', plain(one.refused)],
    ['money conserved', checked],
    ['digest', digest.slice(0, 16)],
  ]
  return ['', ...rows.map(([name, value]) => `  ${name.padEnd(18)}${value}`), '']
}

function minute(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function plain(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}

function usd(value: number): string {
  return `$${plain(value)}`
}
