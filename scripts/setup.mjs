// Installs and builds what `npm start` and `npm test` need, and nothing when it is all there already.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stampFile = `${root}/node_modules/.holdfast-setup`
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'

function run(why, command, args) {
  process.stderr.write(`holdfast: ${why} …\n`)
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  if (result.status !== 0) {
    process.stderr.write(`holdfast: \`${command} ${args.join(' ')}\` failed (exit ${result.status ?? result.signal})\n`)
    process.exit(2)
  }
}

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`holdfast: Node 20.19 or newer is needed; this is ${process.versions.node}\n`)
  process.exit(2)
}

const lock = createHash('sha256')
  .update(readFileSync(`${root}/package-lock.json`))
  .digest('hex')
const stamp = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : ''
if (stamp !== lock) {
  // Not `npm ci`: it refuses a lock without the optional packages of other machines, and not every registry has them all.
  run('installing dependencies', npm, [
    'install',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--loglevel=error',
  ])
  mkdirSync(`${root}/node_modules`, { recursive: true })
  writeFileSync(stampFile, lock)
}
// `tsc -b` compares sources with what it built before, so an unchanged tree costs about a second.
run('building', npm, ['run', '--silent', 'build'])
