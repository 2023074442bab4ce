import { z } from 'zod'
import { KILL_MODES } from '../../decision.js'
import { suggest } from '../../text/suggest.js'
import type { WatchdogConfiguration } from '../configuration.js'
import type { Diagnostic } from './diagnostic.js'
import { duration, secret } from './field.js'
import { childValue, listValue } from './schemaTree.js'
import type { YamlSource } from './yamlSource.js'

export const watchdogSchema = z
  .strictObject({
    health: z
      .string()
      .regex(/^https?:\/\/[^\s]+$/, 'an address such as http://127.0.0.1:8787/healthz')
      .meta({ description: 'Where the health of the loop is asked for.', examples: ['http://127.0.0.1:8787/healthz'] }),
    stall: duration({
      description: 'The watchdog takes over once the loop has not been well for so long.',
      example: '30 s',
      min: '2 s',
      max: '1 h',
    }).prefault('30 s'),
    mode: z
      .enum(KILL_MODES)
      .prefault('cancel')
      .meta({ description: 'What it does beyond withdrawing orders: see `kill` for share and slippage.' }),
    credentials: z
      .record(
        z.string(),
        z.record(z.string(), secret({ description: 'Where it is read from.', example: 'env:WATCHDOG_KEY' })),
      )
      .meta({ description: 'Credentials of its own, by connection; rights to cancel and to trade are enough.' }),
  })
  .meta({ description: 'A process of its own that takes over when the loop stalls: `holdfast watchdog FILE`.' })

export type WatchdogFile = z.output<typeof watchdogSchema>

export function watchdogOf({ stall, ...rest }: WatchdogFile): WatchdogConfiguration {
  return { ...rest, stallMs: stall }
}

/** Connections that are not there, and those that the watchdog could not reach. */
export function wrongWatchdog(source: YamlSource): readonly Diagnostic[] {
  const credentials = childValue(childValue(source.value, 'watchdog'), 'credentials')
  if (typeof credentials !== 'object' || credentials === null) return []
  const connections = listValue(source.value, 'connections').map((raw) => String(childValue(raw, 'id') ?? ''))
  return Object.keys(credentials)
    .filter((id) => !connections.includes(id))
    .map((id) => {
      const near = suggest(id, connections)
      return source.diagnostic({
        code: 'NOT_ALLOWED',
        path: ['watchdog', 'credentials', id],
        message: `unknown connection '${id}'`,
        allowed: connections.length === 0 ? 'none is configured' : connections.join(', '),
        suggestion: near === undefined ? undefined : `did you mean '${near}'?`,
      })
    })
}
