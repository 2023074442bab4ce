import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DIGEST_CAPACITY_BYTES, kernelDigest, openKernel } from '../src/index.js'

const CHROMIUM = process.env.HOLDFAST_CHROMIUM ?? '/usr/bin/chromium'
const BUILT = fileURLToPath(new URL('../dist', import.meta.url))
const missing = !existsSync(CHROMIUM) || !existsSync(`${BUILT}/index.js`)
if (missing)
  console.warn(`the kernel in Chromium: skipped; needs ${CHROMIUM} (Debian: apt-get install chromium) and a build`)

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update']

/** As text, since the test runner rewrites the imports of functions. */
const SCRIPT = `import('/index.js').then(async ({ DIGEST_CAPACITY_BYTES, kernelDigest, openKernelAsync }) =>
  kernelDigest(await openKernelAsync(DIGEST_CAPACITY_BYTES)))`

let server: Server

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (!/^\/[\w./]+\.js$/.test(path) || path.includes('..') || !existsSync(BUILT + path)) {
      response.writeHead(path === '/' ? 200 : 404, { 'content-type': 'text/html' }).end('<!doctype html>')
      return
    }
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(BUILT + path))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
})

afterAll(() => new Promise((done) => server.close(done)))

describe.skipIf(missing)('the kernel in Chromium', () => {
  test('behavior: the same inputs give the same bits as here', async () => {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
    try {
      const page = await browser.newPage()
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      const there = await page.evaluate(SCRIPT)
      expect(there).toBe(kernelDigest(openKernel(DIGEST_CAPACITY_BYTES)))
    } finally {
      await browser.close()
    }
  })
})
