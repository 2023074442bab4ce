import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ActingHouse, actingHouse, SECOND } from '../../server/test/actingHouse.js'
import { actingScene } from '../../server/test/actingScene.js'
import { testHouse } from '../../server/test/testHouse.js'
import { browserMissing, launch } from './browser.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const pageFolder = `${root}dist`
/** Set HOLDFAST_SHOTS to a folder to look at what the tests saw. */
const shots = process.env.HOLDFAST_SHOTS

if (browserMissing !== undefined) console.warn(`skipped: ${browserMissing}`)

describe.skipIf(browserMissing !== undefined)('the page on acting in a browser', () => {
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

  const visit = async (
    house: Pick<ActingHouse, 'api'>,
    options: { width?: number; height?: number; dark?: boolean } = {},
  ) => {
    const app = await house.api({ pageFolder })
    await app.listen({ host: '127.0.0.1', port: 0 })
    closers.push(() => app.close())
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
    const { port } = app.server.address() as AddressInfo
    await page.goto(`http://127.0.0.1:${port}/#acting`)
    return { page, complaints }
  }

  const look = async (page: Page, name: string) => {
    if (shots !== undefined) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
  }

  it.each([
    ['light', false],
    ['dark', true],
  ] as const)('behavior: a desk that acts, in %s: every figure with unit, sign and age', async (name, dark) => {
    const { page, complaints } = await visit(actingScene(), { dark })
    await page.locator('#orders tbody tr').first().waitFor()
    await page.getByRole('button', { name: 'flatten', exact: true }).click()
    await page.locator('.preview li.cannot').waitFor()
    await page.waitForTimeout(300)
    await look(page, `acting-${name}`)
    const first = page.locator('#orders tbody tr').first()
    expect(await first.textContent()).toMatch(/^open.*BTC perpetual.*USD.*\d+ %.*USD.*\d+ s$/)
    expect(await page.locator('#fills tbody tr').first().textContent()).toMatch(/UTC.*−[\d,]+ USD.*USD.*BTC/)
    expect(await page.locator('#costs tbody tr').first().textContent()).toMatch(/crash-hedge.*[+−]\$\d/)
    expect(await page.locator('#lines').textContent()).toContain('armed cancel on disconnect')
    expect(await page.locator('#lines').textContent()).toContain('not covered: an orderly log-out')
    expect(await page.locator('#approvals').textContent()).toMatch(/lapses in \d+ min \d+ s0 of 2 confirmed/)
    expect(await page.locator('#switch .sentence').textContent()).toMatch(/would be cancelled.*at a cost of about \$/)
    expect(await page.locator('#switch .cannot').textContent()).toContain('no price to close')
    expect(complaints).toEqual([])
  })

  it('behavior: the switch is thrown only once the scope is typed, and shows what the venue has confirmed', async () => {
    const house = actingScene()
    const { page } = await visit(house)
    await page.getByLabel('scope').selectOption('account:main')
    await page.getByRole('button', { name: 'cancel', exact: true }).click()
    await page.getByRole('button', { name: 'Throw the switch …' }).click()
    const dialog = page.getByRole('dialog')
    const fire = dialog.getByRole('button', { name: 'cancel account main' })
    await dialog.getByLabel('Reason').fill('the feed looks wrong')
    expect(await fire.isDisabled()).toBe(true)
    await dialog.getByLabel('Type account:main to confirm').fill('account:main')
    await look(page, 'kill-dialog')
    await fire.click()
    await dialog.getByText('working').first().waitFor()
    expect(house.engine.view().rules.kills['account:main']).toMatchObject({
      by: 'local',
      reason: 'the feed looks wrong',
    })
    const order = house.engine.view().orders.orders.find(({ status }) => status === 'open')!
    const decision = house.model.decision(order.id)!.decision
    house.clock.now += SECOND
    house.order(decision, 'cancelled', order.filled)
    house.clock.now += SECOND
    house.statement([{ instrument: order.instrument, size: '-10' }])
    await page.waitForTimeout(1500)
    house.pass(SECOND)
    await dialog.getByText('main without orders').waitFor()
    await look(page, 'kill-confirmed')
    await page.keyboard.press('Escape')
    const latched = page.locator('.latched')
    await latched.getByLabel('Why it is safe again').fill('feed is back')
    await latched.getByRole('button', { name: 'Resume account main' }).click()
    await expect.poll(() => latched.count()).toBe(0)
    expect(house.engine.view().rules.kills).toEqual({})
  })

  it('behavior: a drill tells and holds nothing back; an approval is counted; the ladder asks before it moves', async () => {
    const house = actingScene()
    const { page } = await visit(house)
    await page.getByRole('button', { name: 'Drill' }).click()
    await page.getByText(/done: drill: \d+ steps/).waitFor()
    expect(house.engine.view().rules.kills).toEqual({})
    await page.getByRole('button', { name: 'Approve', exact: true }).click()
    await page.getByText('pending: confirmed by local; 1 more must confirm').waitFor()
    await page.getByRole('button', { name: 'Approve', exact: true }).click()
    await page.getByText('confirmed it already').waitFor()
    expect(await page.getByRole('button', { name: 'Promote to paper' }).isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Back to plan' }).click()
    expect(house.engine.view().rules.stages).toEqual({})
    await page.getByRole('button', { name: 'Yes, plan' }).click()
    await page.getByText('hold-delta-closer is at stage plan').waitFor()
    expect(house.engine.view().rules.stages).toEqual({ 'hold-delta-closer': 'plan' })
  })

  it('behavior: what differs at the venue waits for a person, who adopts it', async () => {
    const house = actingHouse()
    house.pass(0)
    house.connect()
    house.clock.now += SECOND
    house.statement([{ instrument: 'deribit:BTC/USD:BTC', size: '50000' }])
    const { page } = await visit(house)
    await page.getByText('not reconciled').waitFor()
    await page.getByRole('button', { name: 'Adopt what the venue says' }).click()
    await expect.poll(() => page.locator('.differences').count()).toBe(0)
  })

  it('behavior: keys reach every room; empty ones say why', async () => {
    const { page } = await visit(testHouse(10))
    await page.getByText('No order yet: no rule').waitFor()
    await page.getByText('Nothing waits for a person').waitFor()
    await page.getByText('No trade yet:').waitFor()
    await look(page, 'acting-empty')
    await page.keyboard.press('6')
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('lines')
    await page.keyboard.press('a')
    await page.locator('#headline').waitFor()
    await page.keyboard.press('a')
    await page.locator('#orders').waitFor()
  })

  it('limits: on a telephone nothing is wider than the screen', async () => {
    const { page } = await visit(actingScene(), { width: 390, height: 844 })
    await page.locator('#orders tbody tr').first().waitFor()
    await page.waitForTimeout(300)
    await look(page, 'acting-narrow')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
  })
})
