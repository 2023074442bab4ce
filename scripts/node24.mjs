// Proves that the core gives the same bytes on two versions of Node: the built-in scenario's journal has the same head, and
// the kernels the same digest, on the Node that runs this script and on Node 24 from the npm registry.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const version = '24.21.0'
const platform = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
const folder = `${root}/.cache/node24`
const other = `${folder}/node_modules/${platform}/bin/node`

function install() {
  mkdirSync(folder, { recursive: true })
  const flags = ['--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const installed = spawnSync('npm', ['install', ...flags, `${platform}@${version}`], { stdio: 'inherit' })
  if (installed.status === 0 && existsSync(other)) return
  console.error(`node24: cannot install ${platform}@${version} from the npm registry`)
  process.exit(1)
}

function output(node, args) {
  const run = spawnSync(node, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (run.status !== 0) throw new Error(`${node} ${args.join(' ')} ended with ${run.status}:\n${run.stderr}`)
  return run.stdout.trim()
}

const KERNEL = `import { DIGEST_CAPACITY_BYTES, kernelDigest, openKernel } from './packages/quant/dist/index.js'
console.log(kernelDigest(openKernel(DIGEST_CAPACITY_BYTES)))`

function bytesOf(node) {
  const work = mkdtempSync(join(tmpdir(), 'holdfast-node-'))
  const cli = [
    'packages/cli/bin/holdfast.js',
    'run',
    'examples/february-2026.yaml',
    '--until-end',
    '--no-serve',
    '--no-sql',
  ]
  const outcome = output(node, [...cli, '--json', '--journal', join(work, 'journal')])
  rmSync(work, { recursive: true, force: true })
  return {
    version: output(node, ['--version']),
    head: JSON.parse(outcome.split('\n').at(-1)).head,
    kernel: output(node, ['--input-type=module', '-e', KERNEL]),
  }
}

if (!existsSync(other)) install()
const [here, there] = [process.execPath, other].map(bytesOf)
for (const { version, head, kernel } of [here, there]) console.log(`${version}: journal ${head}, kernel ${kernel}`)
const same = here.head !== undefined && here.head === there.head && here.kernel === there.kernel
console.log(same ? 'node24: byte-identical' : 'node24: the bytes differ')
process.exitCode = same ? 0 : 1
