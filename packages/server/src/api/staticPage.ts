import { existsSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** Serves the built page at `/` for a desk; for a venue at `/venue`, where `/` then leads. Files under `assets/` carry their hash in the name, so they may be kept for ever. */
export async function installPage(app: FastifyInstance, folder: string, of: 'desk' | 'venue'): Promise<void> {
  if (!existsSync(`${folder}/index.html`)) return
  await app.register(fastifyStatic, {
    root: folder,
    index: of === 'desk' ? ['index.html'] : false,
    cacheControl: false,
    schemaHide: true,
    setHeaders: (response, path) => {
      const kept = path.includes('/assets/')
      response.setHeader('cache-control', kept ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  if (of === 'desk') return
  const hidden = { schema: { hide: true } as never }
  app.get('/', hidden, (_request, reply) => reply.redirect('/venue'))
  app.get('/venue', hidden, (_request, reply) => reply.sendFile('index.html'))
}
