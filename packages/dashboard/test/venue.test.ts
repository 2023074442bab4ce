import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { builtInVenue } from '@holdfast/simulator'
import type { Browser } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVenueRecord } from '../../server/src/venue/record.js'
import { testHouse } from '../../server/test/testHouse.js'
import { browserMissing, launch } from './browser.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const pageFolder = `${root}dist`
const shots = process.env.HOLDFAST_SHOTS
/** Long enough to hold the falls of 31 January to 4 February. */
const STEPS = 330

if (browserMissing !== undefined) console.warn(`skipped: ${browserMissing}`)

describe.skipIf(browserMissing !== undefined)("the operators' page in a browser", () => {
  let browser: Browser
  let close = async () => {}
  let port = 0

  beforeAll(async () => {
    if (!existsSync(`${pageFolder}/index.html`)) await build({ root, logLevel: 'error' })
    browser = await launch()
    const house = testHouse(1, 0)
    const venue = await builtInVenue({ accounts: 400 })
    const record = createVenueRecord({ ...venue, name: 'Built-in venue' }, () => house.clock.now)
    for (const turn of venue.run()) {
      if (turn.step.step === STEPS) break
      record.turn(turn)
    }
    const app = await house.api({ pageFolder, ports: { ...house.ports, venue: record } })
    await app.listen({ host: '127.0.0.1', port: 0 })
    port = (app.server.address() as AddressInfo).port
    close = () => app.close()
  })
  afterAll(async () => {
    await browser?.close()
    await close()
  })

  it.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 390],
  ] as const)(
    'behavior: in %s, %d wide: figures, histograms, time rows, worst accounts with reasons',
    async (theme, width) => {
      const context = await browser.newContext({ viewport: { width, height: 1000 }, colorScheme: theme })
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      // The root of a venue's server leads to its page.
      await page.goto(`http://127.0.0.1:${port}/`)
      await page.locator('.worst-accounts tbody').first().waitFor()
      expect(new URL(page.url()).pathname).toBe('/venue')
      await page.keyboard.press('j')
      await page.locator('.reasons').waitFor()
      expect(await page.locator('.reasons').textContent()).toMatch(/maintenance .* equity/)
      if (shots !== undefined) await page.screenshot({ path: `${shots}/venue-${theme}-${width}.png`, fullPage: true })
      expect(await page.locator('html').getAttribute('data-theme')).toBe(theme)
      expect(await page.locator('.time-row').count()).toBe(6)
      expect(await page.locator('.time-row path.bars').nth(1).getAttribute('d')).toMatch(/^M\d/)
      const counts = await page.locator('.bins').first().locator('td.number').allTextContents()
      expect(counts.reduce((sum, text) => sum + Number(text), 0)).toBeGreaterThan(100)
      expect(await page.locator('#venue-figures').textContent()).toMatch(/Books\s*exact/)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      await page.keyboard.press('5')
      await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('venue-events')
      await page.keyboard.press('t')
      await expect.poll(() => page.locator('html').getAttribute('data-theme')).not.toBe(theme)
      expect(complaints).toEqual([])
      await context.close()
    },
  )
})
