// Builds packages/quant/assembly into src/kernel/kernel.generated.ts, or with --check proves that the committed file is
// what it builds.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const root = join(dirname(fileURLToPath(import.meta.url)), '../packages/quant')
const target = join(root, 'src/kernel/kernel.generated.ts')
const options = '--runtime stub --noAssert -O3 --converge --enable simd --disable bulk-memory --importMemory'.split(' ')

const outputs = new Map()
const { error, stderr } = await asc
  .main(['assembly/index.ts', '--baseDir', root, '--outFile', 'kernel.wasm', ...options], {
    readFile: (name, base) => {
      try {
        return readFileSync(join(base, name), 'utf8')
      } catch {
        return null // the compiler asks for a file at several places
      }
    },
    writeFile: (name, contents) => outputs.set(name, contents),
    listFiles: () => [],
  })
  .then((result) => ({ error: result.error, stderr: result.stderr.toString() }))
if (error) {
  console.error(stderr || error.message)
  process.exit(1)
}

const wasm = Buffer.from(outputs.get('kernel.wasm'))
const text = `// Built by scripts/buildKernel.mjs from packages/quant/assembly: do not edit. ${wasm.length} bytes of WebAssembly.
export const KERNEL_WASM_BASE64 =
  '${wasm.toString('base64')}'
`
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('kernel.generated.ts is not what assembly/ builds: run node scripts/buildKernel.mjs')
    process.exit(1)
  }
  console.error(`kernel.generated.ts is what assembly/ builds (${wasm.length} bytes)`)
} else {
  writeFileSync(target, text)
  console.error(`wrote kernel.generated.ts (${wasm.length} bytes)`)
}
