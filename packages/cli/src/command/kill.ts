import { createInterface } from 'node:readline/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { KILL_MODES, type KillMode } from '@holdfast/engine'
import type { ActedWire, KillPreviewWire, KillsWire, KillWire } from '@holdfast/server'
import { type Command, Option } from 'commander'
import { CommandError, EXIT } from '../exit.js'
import { type HouseClient, type HouseFlags, HouseRefusal, houseClient, UnknownFate, withHouseFlags } from '../house.js'
import { note, paint, writeOut } from '../output.js'

type KillFlags = HouseFlags & {
  readonly scope: string
  readonly mode: KillMode
  readonly drill?: boolean
  readonly yes?: boolean
  readonly reason: string
  readonly wait: string
}

const NO_HOUSE = `Orders may still stand at the venue, and nobody watches them. With the configuration of that house,
  holdfast watchdog FILE
cancels and reduces without it; or start it again with \`holdfast run FILE\` and kill then. Where it runs at another address, give --url.`

export function addKill(program: Command): void {
  const command = program
    .command('kill')
    .description('the kill switch: hold back, cancel, then reduce or flatten, until the venue has confirmed')
    .option('--scope <scope>', 'all, portfolio:ID, underlying:PORTFOLIO/BTC or account:ID', 'all')
    .addOption(
      new Option('--mode <mode>', 'cancel orders; reduce positions; or flatten them')
        .choices(KILL_MODES)
        .default('cancel'),
    )
    .option('--drill', 'tell what would be done, and do nothing')
    .option('--yes', 'do not ask')
    .option('--reason <text>', 'what people will read', 'kill switch, from the command line')
    .option('--wait <seconds>', 'how long to wait for the venue to confirm', '90')
    .addHelpText(
      'after',
      `
Exit codes: 0 confirmed by the venue (or the drill is told), 1 thrown and latched, but not all is confirmed: what is open is printed,
2 refused or not sent, 6 no house answers or its run has ended: nothing was done.`,
    )
  withHouseFlags(command).action(async (flags: KillFlags) => {
    process.exitCode = await kill(flags)
  })
}

async function kill(flags: KillFlags): Promise<number> {
  const waitMs = Number(flags.wait) * 1000
  if (!(waitMs >= 0)) throw new CommandError(`kill: --wait ${flags.wait}: seconds, 0 or more`)
  const house = houseClient('kill', flags, NO_HOUSE)
  const { scope, mode, reason, drill = false } = flags
  const preview = await previewOf(house, scope, mode)
  if (preview !== undefined) for (const line of previewLines(preview)) note(line)
  if (!drill && flags.yes !== true) await confirm(scope)
  const acted = await thrown(house, { scope, mode, drill, reason })
  if (drill) {
    await tell(flags, { scope, mode, drill, state: 'told', preview, text: acted.text }, [acted.text])
    return EXIT.ok
  }
  note(`thrown: ${acted.text}`)
  const end = await follow(house, scope, Date.now() + waitMs)
  if (end === undefined) {
    throw new CommandError(`kill: ${scope} was resumed by somebody before the venue had confirmed`, EXIT.partial)
  }
  await tell(flags, { ...end, preview }, endLines(end))
  return end.state === 'confirmed' ? EXIT.ok : EXIT.partial
}

async function thrown(house: HouseClient, order: object): Promise<ActedWire> {
  try {
    return await house.post<ActedWire>('/v1/kill', order)
  } catch (error) {
    if (error instanceof HouseRefusal && error.code === 'LOOP_REFUSED') {
      throw new CommandError(`${error.message}\nNothing acts in this house any more. ${NO_HOUSE}`, EXIT.unreachable, {
        cause: error,
      })
    }
    throw error
  }
}

/** A preview that cannot be had does not keep anybody from the switch; a scope that is not there does. */
async function previewOf(house: HouseClient, scope: string, mode: KillMode): Promise<KillPreviewWire | undefined> {
  try {
    return await house.post<KillPreviewWire>('/v1/kill/preview', { scope, mode })
  } catch (error) {
    const passes = error instanceof HouseRefusal && ['NOT_READY', 'INTERNAL', 'NOT_FOUND'].includes(error.code)
    if (!passes && !(error instanceof UnknownFate)) throw error
    note('the preview could not be had')
    return undefined
  }
}

export function previewLines(preview: KillPreviewWire): readonly string[] {
  const { scope, mode, accounts, cancels, closes, open, costUsd, costUsdMax, costKnownFor } = preview
  const usd = (value: number) => `${Math.round(value)} USD`
  const cost =
    closes.length === 0
      ? []
      : [
          `cost against the middle, without fees: about ${usd(costUsd)}, at most ${usd(costUsdMax)}; known for ${costKnownFor} of ${closes.length}`,
        ]
  return [
    `${paint(1, `kill ${scope} (${mode})`)}: ${accounts.join(', ')}`,
    `  cancels ${cancels.length} orders${mode === 'cancel' ? '' : `, closes ${closes.length} positions`}`,
    ...cancels.map(
      ({ id, account, instrument, size, filled, sizeUnit, status }) =>
        `  cancel ${id.slice(0, 12)} ${size} ${sizeUnit} of ${instrument} in ${account} (${status}, ${filled} filled)`,
    ),
    ...closes.map(
      ({ account, instrument, held, size, sizeUnit, limitPrice, priceUnit, costUsd: own }) =>
        `  close  ${size} ${sizeUnit} of ${instrument} in ${account} (held ${held}), limit ${limitPrice} ${priceUnit}, cost ${own === undefined ? 'unknown' : usd(own)}`,
    ),
    ...cost.map((line) => `  ${line}`),
    ...open.map(({ what, why }) => paint(33, `  cannot ${what}: ${why}`)),
  ]
}

async function confirm(scope: string): Promise<void> {
  if (process.stdin.isTTY !== true) {
    throw new CommandError('kill: nobody can be asked here; --yes goes ahead. Nothing was sent.')
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await lines.question(`Type ${paint(1, scope)} to throw the switch: `)
  lines.close()
  if (answer.trim() !== scope) throw new CommandError('kill: not confirmed. Nothing was sent.')
}

const ASK_EVERY_MS = 300

/** Follows a kill until the venue has confirmed it, the engine says that it is incomplete, or time is up. */
async function follow(house: HouseClient, scope: string, until: number): Promise<KillWire | undefined> {
  let told = ''
  for (;;) {
    const { kills } = await house.get<KillsWire>('/v1/kill')
    const kill = kills.find((one) => one.scope === scope)
    if (kill === undefined || kill.state !== 'working') return kill
    const text = kill.open.map(({ what, why }) => `  ${what}: ${why}`).join('\n')
    if (text !== told) note(`waiting for\n${text}`)
    told = text
    if (Date.now() >= until) return kill
    await sleep(ASK_EVERY_MS)
  }
}

function endLines({ scope, mode, state, confirmed, open }: KillWire): readonly string[] {
  const words = {
    confirmed: `kill ${scope} (${mode}): confirmed`,
    incomplete: `kill ${scope} (${mode}): latched, but not complete`,
    working: `kill ${scope} (${mode}): latched, and not confirmed yet`,
  }
  return [
    words[state],
    ...confirmed.map((line) => `  confirmed: ${line}`),
    ...open.map(({ what, why }) => `  open: ${what}: ${why}`),
    `\`holdfast resume --scope ${scope} --reason …\` ends it.`,
  ]
}

async function tell(flags: HouseFlags, data: object, lines: readonly string[]): Promise<void> {
  await writeOut(flags.json === true ? `${JSON.stringify(data)}\n` : `${lines.join('\n')}\n`)
}
