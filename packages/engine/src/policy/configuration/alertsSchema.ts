import { z } from 'zod'
import { duration, secret } from './field.js'

const TIERS = ['notice', 'warning', 'critical'] as const

const minTier = z.enum(TIERS).prefault('notice').meta({ description: 'Only this tier and above goes there.' })

const channelSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('console'), minTier }),
    z.strictObject({
      kind: z.literal('file'),
      path: z.string().min(1).meta({ description: 'File to append to, JSON Lines.' }),
      minTier,
    }),
    z.strictObject({
      kind: z.literal('webhook'),
      url: secret({ description: 'Address, by reference: it most often holds a token.', example: 'env:ALERT_WEBHOOK' }),
      format: z.enum(['alertmanager', 'slack', 'telegram']).meta({ description: 'Payload that the other side reads.' }),
      chat: z.string().optional().meta({ description: 'Chat, for Telegram.' }),
      minTier,
    }),
  ])
  .meta({ description: 'Where alerts go.' })

export const alertsSchema = z
  .strictObject({
    channels: z
      .array(channelSchema)
      .prefault([{ kind: 'console' }])
      .meta({ description: 'Where alerts go.' }),
    group: z
      .strictObject({
        by: z
          .array(z.enum(['account', 'portfolio', 'underlying', 'rule', 'subject', 'tier']))
          .prefault(['account', 'rule'])
          .meta({ description: 'Alerts that agree in these go as one message.' }),
        wait: duration({
          description: 'How long a new group waits for others.',
          example: '10 s',
          min: '0 s',
          max: '1 h',
        }).prefault('10 s'),
        interval: duration({
          description: 'How long until a group that changed is sent again.',
          example: '5 min',
          min: '0 s',
          max: '1 d',
        }).prefault('5 min'),
        repeat: duration({
          description: 'How long until a group that did not change is sent again.',
          example: '4 h',
          min: '1 min',
          max: '30 d',
        }).prefault('4 h'),
      })
      .prefault({})
      .meta({ description: 'How alerts are put together.' }),
    digest: z
      .strictObject({
        above: z.int().min(1).max(10_000).prefault(20).meta({ description: 'More messages than this are held back…' }),
        per: duration({
          description: '…within this time, and end as one digest.',
          example: '1 min',
          min: '1 s',
          max: '1 d',
        }).prefault('1 min'),
      })
      .prefault({})
      .meta({ description: 'What becomes of a flood.' }),
    heartbeat: duration({
      description: 'A sign of life of the alerter itself, this often; none where absent.',
      example: '1 h',
      min: '10 s',
      max: '7 d',
    }).optional(),
    staleInputs: z
      .enum(['off', ...TIERS])
      .prefault('warning')
      .meta({
        description: 'Tier of the alert that an input went stale; one for each input, resolved when it is back.',
      }),
  })
  .prefault({})
  .meta({ description: 'How people are told.' })
