import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const CHROMIUM = process.env.HOLDFAST_CHROMIUM ?? '/usr/bin/chromium'

/** Why browser tests cannot run here; undefined where they can. */
export const browserMissing = existsSync(CHROMIUM)
  ? undefined
  : `no browser at ${CHROMIUM}: \`apt-get install chromium\`, or set HOLDFAST_CHROMIUM, to run the page's tests`

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}
