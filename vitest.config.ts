import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (name: string) => fileURLToPath(new URL(`./packages/${name}/src/index.ts`, import.meta.url))
const packages = ['quant', 'engine', 'calc', 'venues', 'simulator', 'server']

// Tests read the sources of the workspace packages, so no build has to come before them.
export default defineConfig({
  resolve: { alias: Object.fromEntries(packages.map((name) => [`@holdfast/${name}`, source(name)])) },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
