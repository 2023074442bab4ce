import type { ActedWire, ApprovalWire } from '@holdfast/server'
import type { Command } from 'commander'
import { CommandError } from '../exit.js'
import { type HouseFlags, houseClient, withHouseFlags } from '../house.js'
import { note, writeOut } from '../output.js'

type ApproveFlags = HouseFlags & { readonly reject?: boolean; readonly note?: string }

export function addApprove(program: Command): void {
  const command = program
    .command('approve')
    .description('list what waits for a person, or confirm or refuse one of it')
    .argument('[id]', 'of the decision; its first characters are enough')
    .option('--reject', 'refuse it instead')
    .option('--note <text>', 'recorded with it')
  withHouseFlags(command).action(async (id: string | undefined, flags: ApproveFlags) => {
    const house = houseClient('approve', flags)
    const { items } = await house.get<{ items: readonly ApprovalWire[] }>('/v1/approvals')
    if (id === undefined) {
      if (flags.reject === true) throw new CommandError('approve: --reject needs the id of what is refused')
      await list(items, flags)
      return
    }
    const approval = chosen(items, id)
    note(approvalText(approval))
    const verb = flags.reject === true ? 'reject' : 'approve'
    const body = flags.note === undefined ? {} : { note: flags.note }
    const acted = await house.post<ActedWire>(`/v1/approvals/${approval.id}/${verb}`, body)
    await writeOut(flags.json === true ? `${JSON.stringify(acted)}\n` : `${acted.outcome}: ${acted.text}\n`)
  })
}

async function list(items: readonly ApprovalWire[], flags: HouseFlags): Promise<void> {
  if (flags.json === true) {
    await writeOut(`${JSON.stringify({ items })}\n`)
    return
  }
  if (items.length === 0) note('Nothing waits for a person.')
  for (const item of items) await writeOut(`${approvalText(item)}\n`)
}

function chosen(items: readonly ApprovalWire[], id: string): ApprovalWire {
  const found = items.filter((one) => one.id.startsWith(id))
  const [first] = found
  if (first === undefined) {
    throw new CommandError(
      `approve: nothing with id ${id} waits: it was answered, has lapsed or never was. \`holdfast approve\` lists what waits.`,
    )
  }
  if (found.length > 1) throw new CommandError(`approve: ${found.length} begin with ${id}; give more of it`)
  return first
}

function approvalText({ id, rule, action, expiresInSeconds, people, confirmed, condition }: ApprovalWire): string {
  const who = confirmed.length === 0 ? '' : `, confirmed by ${confirmed.join(' and ')}`
  return [
    `${id.slice(0, 12)}  ${actionText(action)}`,
    `  ${rule}: ${condition}`,
    `  lapses in ${Math.round(expiresInSeconds)} s; ${confirmed.length} of ${people} confirmed${who}`,
  ].join('\n')
}

function actionText(action: ApprovalWire['action']): string {
  if (action.kind === 'order') {
    const reduces = action.reduceOnly ? ', reduce-only' : ''
    return `${action.purpose} ${action.size} ${action.sizeUnit} of ${action.instrument} in ${action.account}, limit ${action.limitPrice} ${action.priceUnit}${reduces}`
  }
  if (action.kind === 'collateral') return `move ${action.amount} ${action.asset} to ${action.account}`
  return action.kind
}
