import { z } from 'zod'
import { suggest } from '../../text/suggest.js'
import type { ConnectionConfiguration } from '../configuration.js'
import { VENUE_KINDS } from '../configuration.js'
import type { Diagnostic } from './diagnostic.js'
import { duration, quantityText, secret } from './field.js'
import { childValue, listValue } from './schemaTree.js'
import type { YamlSource } from './yamlSource.js'

const limit = (description: string) => quantityText({ description, example: '20 BTC' }).optional()

const marketMakerProtection = z
  .strictObject({
    interval: duration({
      description: 'Window over which fills are counted.',
      example: '5 s',
      min: '1 s',
      max: '1 min',
    }),
    frozen: duration({
      description: 'How long quoting stays frozen once triggered; until reset where 0 s.',
      example: '30 s',
      min: '0 s',
      max: '1 h',
    }),
    quantityLimit: limit('Most that may be filled within the interval, base units.'),
    deltaLimit: limit('Most delta that may change within the interval, base units.'),
  })
  .meta({ description: 'Market-maker protection, in the units of this file whatever those of the venue are.' })

export const connectionSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, `.`, `_` and `-`, beginning with a letter or digit')
      .meta({ description: 'Name of the connection; unique.' }),
    kind: z.enum(VENUE_KINDS).meta({ description: 'The venue that is spoken to.' }),
    url: z
      .string()
      .regex(/^https?:\/\/[^\s]+$/, 'an address such as http://127.0.0.1:8790')
      .optional()
      .meta({ description: "Base address; the venue's own where absent.", examples: ['http://127.0.0.1:8790'] }),
    credentials: z
      .record(z.string(), secret({ description: 'Where it is read from.', example: 'env:DERIBIT_SECRET' }))
      .prefault({})
      .meta({ description: '`key`, `secret`, `password`, `wallet`: as the venue names them, by reference.' }),
    allowWithdrawal: z
      .boolean()
      .prefault(false)
      .meta({ description: 'A key that can withdraw is refused unless this is true.' }),
    watch: z
      .array(z.string().regex(/^[A-Z][A-Z0-9]{1,11}$/, 'an asset in capitals, such as BTC'))
      .min(1)
      .meta({ description: 'Underlyings whose market is watched.', examples: [['BTC']] }),
    reconcile: duration({
      description: 'How often a complete statement and the open orders are asked for.',
      example: '15 s',
      min: '1 s',
      max: '10 min',
    }).prefault('15 s'),
    guards: z
      .strictObject({
        cancelOnDisconnect: z
          .boolean()
          .prefault(true)
          .meta({ description: 'The venue cancels our orders where the connection is lost.' }),
        marketMakerProtection: marketMakerProtection.optional(),
      })
      .prefault({})
      .meta({ description: "The venue's own safety devices." }),
  })
  .meta({ description: 'A live line to a venue.' })

export type ConnectionFile = z.output<typeof connectionSchema>

export function connectionOf(file: ConnectionFile): ConnectionConfiguration {
  const { reconcile, guards, url, ...rest } = file
  const mmp = guards.marketMakerProtection
  return {
    ...rest,
    ...(url === undefined ? {} : { url }),
    reconcileMs: reconcile,
    guards: {
      cancelOnDisconnect: guards.cancelOnDisconnect,
      ...(mmp === undefined
        ? {}
        : {
            marketMakerProtection: {
              intervalMs: mmp.interval,
              frozenMs: mmp.frozen,
              ...(mmp.quantityLimit === undefined ? {} : { quantityLimit: mmp.quantityLimit.amount }),
              ...(mmp.deltaLimit === undefined ? {} : { deltaLimit: mmp.deltaLimit.amount }),
            },
          }),
    },
  }
}

/** Connections twice, accounts that name none that is there, one connection for two accounts, and no data at all. */
export function wrongConnections(source: YamlSource): readonly Diagnostic[] {
  const connections = listValue(source.value, 'connections').map((raw) => String(childValue(raw, 'id') ?? ''))
  const found: Diagnostic[] = []
  for (const [index, id] of connections.entries()) {
    if (connections.indexOf(id) !== index) {
      const path = ['connections', index, 'id']
      found.push(source.diagnostic({ code: 'DUPLICATE', path, message: `two connections are called '${id}'` }))
    }
  }
  const users = new Map<string, string>()
  for (const [index, account] of listValue(source.value, 'accounts').entries()) {
    const id = childValue(account, 'connection')
    if (typeof id !== 'string') continue
    const path = ['accounts', index, 'connection']
    const user = users.get(id)
    if (!connections.includes(id)) {
      const near = suggest(id, connections)
      found.push(
        source.diagnostic({
          code: 'NOT_ALLOWED',
          path,
          message: `unknown connection '${id}'`,
          allowed: connections.length === 0 ? 'none is configured' : connections.join(', '),
          suggestion: near === undefined ? undefined : `did you mean '${near}'?`,
        }),
      )
    } else if (user !== undefined) {
      const message = `connection '${id}' serves account '${user}' already; each account needs its own`
      found.push(source.diagnostic({ code: 'NOT_ALLOWED', path, message }))
    }
    users.set(id, String(childValue(account, 'id')))
  }
  if (connections.length === 0 && listValue(source.value, 'sources').length === 0) {
    const message = 'no data: neither sources nor connections'
    found.push(source.diagnostic({ code: 'MISSING_KEY', path: ['sources'], message, allowed: 'at least one of them' }))
  }
  return found
}
