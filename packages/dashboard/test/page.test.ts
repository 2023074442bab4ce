import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiKey } from '../../server/src/api/keys.js'
import { type TestHouse, testHouse } from '../../server/test/testHouse.js'
import { browserMissing, launch } from './browser.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const pageFolder = `${root}dist`
/** Set HOLDFAST_SHOTS to a folder to look at what the tests saw. */
const shots = process.env.HOLDFAST_SHOTS

if (browserMissing !== undefined) console.warn(`skipped: ${browserMissing}`)

describe.skipIf(browserMissing !== undefined)('the page in a browser', () => {
  let browser: Browser
  const closers: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    if (!existsSync(`${pageFolder}/index.html`)) await build({ root, logLevel: 'error' })
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    for (const close of closers) await close()
  })

  const serve = async (house: TestHouse, change: Parameters<TestHouse['api']>[0] = {}, port = 0) => {
    const app = await house.api({ pageFolder, ...change })
    await app.listen({ host: '127.0.0.1', port })
    closers.push(() => app.close())
    return { app, port: (app.server.address() as AddressInfo).port }
  }

  const visit = async (port: number, options: { width?: number; height?: number; dark?: boolean } = {}) => {
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1440, height: options.height ?? 1000 },
      colorScheme: options.dark === true ? 'dark' : 'light',
    })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    await page.goto(`http://127.0.0.1:${port}/`)
    return { page, complaints }
  }

  const look = async (page: Page, name: string) => {
    if (shots !== undefined) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
  }

  it.each([
    ['light', false],
    ['dark', true],
  ] as const)(
    'behavior: a whole desk in %s: figures with unit and sign, no complaint from the browser',
    async (name, dark) => {
      const house = testHouse(172)
      const { port } = await serve(house)
      const { page, complaints } = await visit(port, { dark })
      await page.getByText('Margin ratio', { exact: true }).waitFor()
      await page.locator('.plot-tall canvas').waitFor()
      await page.waitForTimeout(400)
      await look(page, name)
      expect(await page.locator('html').getAttribute('data-theme')).toBe(name)
      expect(await page.locator('#headline .big').first().textContent()).toMatch(/^−?\$[\d,]+$/)
      expect(await page.locator('#positions tbody tr').count()).toBe(13)
      expect(await page.locator('#positions').textContent()).toContain('BTC 27 Feb 26 80,000 put')
      expect(await page.locator('.heat td').count()).toBe(55)
      expect(await page.locator('#inputs li').count()).toBe(9)
      expect(complaints).toEqual([])
    },
  )

  it('behavior: keys reach every room, open a decision with its reasons, and list themselves', async () => {
    const { port } = await serve(testHouse(172))
    const { page } = await visit(port)
    await page.locator('.feed-line').first().waitFor()
    await page.keyboard.press('6')
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('positions')
    await page.keyboard.press('j')
    const drawer = page.getByRole('dialog')
    await drawer.getByText('because').waitFor()
    await look(page, 'drawer')
    expect(await drawer.textContent()).toContain('Condition')
    await page.keyboard.press('Escape')
    await expect.poll(() => drawer.count()).toBe(0)
    await page.keyboard.press('?')
    await page.getByText('next decision').waitFor()
    await look(page, 'help')
    await page.keyboard.press('Escape')
    await page.keyboard.press('t')
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark')
  })

  it('behavior: a rule says why not, an alert is acknowledged into the loop', async () => {
    const house = testHouse(172)
    const { port } = await serve(house)
    const { page } = await visit(port)
    await page.locator('#rules summary').nth(2).click()
    await page.getByText('cool-down until 14:00').waitFor()
    await page.locator('.feed-line.word-critical, .feed-line.word-warning').first().click()
    await page.getByRole('button', { name: 'I have seen this' }).click()
    await page.getByText('recorded in the journal').waitFor()
    expect(house.controls).toHaveLength(1)
  })

  it('behavior: what-if moves the book in the browser, and back', async () => {
    const { port } = await serve(testHouse(100))
    const { page } = await visit(port)
    const slider = page.getByLabel('Spot')
    await slider.waitFor()
    const result = page.locator('.what-if-result .big')
    expect(await result.textContent()).toBe('$0')
    await slider.focus()
    for (let n = 0; n < 10; n++) await page.keyboard.press('ArrowLeft')
    await expect.poll(() => page.locator('.slider output').first().textContent()).toBe('−10 %')
    expect(await result.textContent()).toMatch(/^−\$\d/)
    await page.getByRole('button', { name: 'Reset' }).click()
    expect(await result.textContent()).toBe('$0')
  })

  it('behavior: follows the loop live; a lost server is said, and the numbers are marked as doubtful until it is back', async () => {
    const house = testHouse(172, 120)
    const first = await serve(house)
    const { page } = await visit(first.port)
    await page.locator('.freshness.is-live').waitFor()
    const before = await page.locator('#headline .big').first().textContent()
    house.feed(30)
    await expect.poll(() => page.locator('#headline .big').first().textContent(), { timeout: 8000 }).not.toBe(before)
    await first.app.close()
    await page.locator('.freshness.is-lost').waitFor()
    await expect.poll(() => page.locator('main.doubtful').count()).toBe(1)
    await page.waitForTimeout(400)
    await look(page, 'lost')
    await serve(house, {}, first.port)
    // The page tries again by itself as well: the button may be gone before it is clicked.
    const live = page.locator('.freshness.is-live').waitFor()
    await Promise.race([live, page.getByRole('button', { name: 'Try now' }).click()])
    await live
    expect(await page.locator('main.doubtful').count()).toBe(0)
  })

  it('behavior: before the first turn it says that it waits; with missing inputs it says which', async () => {
    const { port } = await serve(testHouse(5, 0))
    const { page } = await visit(port)
    await page.getByText('Waiting for the first turn').waitFor()
    await look(page, 'empty')
  })

  it('behavior: off limits without a key, open with one', async () => {
    const { key, record } = createApiKey('desk', ['read'])
    const access = { host: '127.0.0.1', keys: [record], allowedHosts: [] }
    const { port } = await serve(testHouse(30), { access })
    const { page } = await visit(port)
    await page.getByLabel('This server asks for an API key').fill(key)
    await look(page, 'locked')
    await page.getByRole('button', { name: 'Open' }).click()
    await page.locator('#positions tbody tr').first().waitFor()
  })

  it('limits: on a telephone nothing is wider than the screen', async () => {
    const { port } = await serve(testHouse(172))
    const { page } = await visit(port, { width: 390, height: 844 })
    await page.locator('#positions tbody tr').first().waitFor()
    await page.waitForTimeout(400)
    await look(page, 'narrow')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
  })
})
