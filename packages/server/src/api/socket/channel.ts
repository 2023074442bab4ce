import { isLive, type Turn } from '@holdfast/engine'
import type { ReadModel } from '../readModel.js'
import { killsWire } from '../routes/acting.js'
import { orderWire } from '../wire/acting.js'
import { accountWire } from '../wire/assessment.js'
import { iso } from '../wire/common.js'
import { alertWire, decisionWire } from '../wire/decision.js'
import { marketWire, turnWire } from '../wire/house.js'
import { positionsWire } from '../wire/position.js'
import type { Outflow } from './outflow.js'

export type Channel =
  | { readonly kind: 'turns' }
  | { readonly kind: 'decisions' }
  | { readonly kind: 'alerts' }
  | { readonly kind: 'orders' }
  | { readonly kind: 'kills' }
  | { readonly kind: 'account'; readonly account: string }
  | { readonly kind: 'market'; readonly underlying: string }

/** `turns`, `decisions`, `alerts`, `orders`, `kills`, `accounts.{id}`, `market.{underlying}`; undefined for anything else. */
export function parseChannel(name: string): Channel | undefined {
  if (name === 'turns' || name === 'decisions' || name === 'alerts' || name === 'orders' || name === 'kills') {
    return { kind: name }
  }
  const dot = name.indexOf('.')
  const rest = name.slice(dot + 1)
  if (dot < 0 || rest === '') return undefined
  switch (name.slice(0, dot)) {
    case 'accounts':
      return { kind: 'account', account: rest }
    case 'market':
      return { kind: 'market', underlying: rest }
    default:
      return undefined
  }
}

/** What a channel shows now: an account and its positions, a market, the latest turn. Event channels begin empty. */
export function showPicture(out: Outflow, name: string, channel: Channel, model: ReadModel): void {
  const assessment = model.assessment()
  if (assessment === undefined) return
  switch (channel.kind) {
    case 'account': {
      const account = assessment.accounts.find((entry) => entry.account === channel.account)
      if (account === undefined) return
      const positions = positionsWire(account, model.market)
      out.picture(name, { account: accountWire(account, assessment.time), positions })
      return
    }
    case 'market': {
      const picture = model.market.picture(channel.underlying)
      if (picture !== undefined) out.picture(name, marketWire(picture, assessment))
      return
    }
    case 'orders': {
      const live = model.orders.orders().filter(({ status }) => isLive(status))
      out.picture(name, { time: iso(assessment.time), live: live.map((order) => orderWire(order, assessment.time)) })
      return
    }
    case 'kills':
      out.picture(name, killsWire({ model }))
      return
    case 'turns':
    case 'decisions':
    case 'alerts':
      return
  }
}

/** What a turn means for a channel. */
export function showTurn(out: Outflow, name: string, channel: Channel, turn: Turn, model: ReadModel): void {
  switch (channel.kind) {
    case 'turns': {
      const head = model.head()
      out.picture(name, { ...turnWire(turn), ...(head === undefined ? {} : { head: head.hash }) })
      return
    }
    case 'decisions': {
      const recorded = turn.decisions.map((decision) => ({ decision, sequence: turn.sequence }))
      out.events(name, recorded.map(decisionWire))
      return
    }
    case 'alerts': {
      const raised = turn.decisions.flatMap((decision) => model.alerts.find(decision.id) ?? [])
      const ended = model.alerts.list().filter((alert) => alert.endsTime === turn.time && !raised.includes(alert))
      if (turn.decisions.some((decision) => decision.action.kind === 'alert')) {
        out.events(name, [...ended, ...raised].map(alertWire))
      }
      return
    }
    case 'account':
    case 'market':
    case 'orders':
    case 'kills':
      showPicture(out, name, channel, model)
      return
  }
}
