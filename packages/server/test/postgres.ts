import { execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A PostgreSQL server for a test: `HOLDFAST_TEST_DATABASE_URL`, or one of Debian's binaries in a folder of its own. */
export type TestServer = { readonly url: string; stop(): Promise<void> }

export const POSTGRES_MISSING =
  'no PostgreSQL server: install one (apt-get install postgresql-15), or set HOLDFAST_TEST_DATABASE_URL'

export async function startPostgres(): Promise<TestServer | undefined> {
  const given = process.env.HOLDFAST_TEST_DATABASE_URL
  if (given !== undefined) return { url: given, stop: async () => undefined }
  const binaries = debianBinaries()
  if (binaries === undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-postgres-'))
  const user = serverUser()
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  execFileSync(join(binaries, 'initdb'), ['-D', data, '-U', 'holdfast', '-A', 'trust', '-N'], {
    ...user,
    stdio: 'ignore',
  })
  const port = 20_000 + (process.pid % 20_000)
  const server = spawn(
    join(binaries, 'postgres'),
    ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'],
    { ...user, stdio: 'ignore' },
  )
  const ended = new Promise<void>((resolve) => server.on('exit', () => resolve()))
  await ready(binaries, port)
  return {
    url: `postgres://holdfast@127.0.0.1:${port}/postgres`,
    async stop() {
      server.kill('SIGINT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function debianBinaries(): string | undefined {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return undefined
  const version = readdirSync(root).sort().at(-1)
  return version === undefined ? undefined : join(root, version, 'bin')
}

/** PostgreSQL refuses to run as root: there, it runs as Debian's own user for it. */
function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

async function ready(binaries: string, port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      execFileSync(join(binaries, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
      return
    } catch (error) {
      if (attempt === 99) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
