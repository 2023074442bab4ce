import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { CommandError, EXIT } from './exit.js'

export type HouseFlags = { readonly url: string; readonly apiKey?: string; readonly json?: boolean }

/** The address of a running house and the key to it, by reference. */
export function withHouseFlags(command: Command): Command {
  return command
    .option('--url <address>', 'of the running house', 'http://127.0.0.1:8787')
    .option('--api-key <reference>', 'env:NAME or file:PATH, where the house asks for a key; never the key itself')
    .option('--json', 'print as JSON')
}

/** A house that runs, spoken to over its API. */
export type HouseClient = {
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: object): Promise<T>
}

/** What the house refused: its code, and its own words. */
export class HouseRefusal extends CommandError {
  readonly code: string

  constructor(verb: string, code: string, detail: string) {
    super(`${verb}: ${detail} (${code})`, EXIT.unusable)
    this.code = code
  }
}

/** It was sent, and no answer came: it may be recorded or not. */
export class UnknownFate extends CommandError {
  constructor(verb: string, base: string, why: string, cause: unknown) {
    super(
      `${verb}: ${base} was told and did not answer (${why}): it may be recorded or not. Look with \`curl ${base}/v1/kill\` or on the page, and say it again if it is not.`,
      EXIT.partial,
      { cause },
    )
  }
}

const ANSWER_WITHIN_MS = 15_000

/**
 * @param verb - named in messages. @param unreached - what to do where no house answers.
 */
export function houseClient(verb: string, flags: HouseFlags, unreached = RUN_ONE): HouseClient {
  const key = flags.apiKey === undefined ? undefined : keyOf(verb, flags.apiKey)
  const base = flags.url.replace(/\/+$/, '')

  async function ask<T>(path: string, init: RequestInit): Promise<T> {
    const headers = new Headers(init.headers)
    if (key !== undefined) headers.set('authorization', `Bearer ${key}`)
    let response: Response
    try {
      response = await fetch(`${base}${path}`, { ...init, headers, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    } catch (cause) {
      if (init.method === 'POST' && !refusedConnection(cause)) throw new UnknownFate(verb, base, whyOf(cause), cause)
      throw new CommandError(
        `${verb}: no house answers at ${base} (${whyOf(cause)}).\n${unreached}`,
        EXIT.unreachable,
        {
          cause,
        },
      )
    }
    const text = await response.text()
    if (!response.ok) throw refusalOf(verb, response.status, text)
    return JSON.parse(text) as T
  }

  return {
    get: (path) => ask(path, {}),
    async post(path, body) {
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
        body: JSON.stringify(body),
      }
      try {
        return await ask(path, init)
      } catch (error) {
        // Under the same key it is carried out once, however often it is said.
        if (error instanceof UnknownFate) return await ask(path, init)
        throw error
      }
    },
  }
}

const RUN_ONE = 'Start one with `holdfast run FILE`, or name the address of another with --url.'

function keyOf(verb: string, reference: string): string {
  const [, from, name] = /^(env|file):(.+)$/.exec(reference) ?? []
  if (from === undefined || name === undefined) {
    throw new CommandError(
      `${verb}: --api-key takes a reference, env:NAME or file:PATH; a key on the command line would be seen by every process of this machine`,
    )
  }
  const text = from === 'env' ? process.env[name] : readKeyFile(verb, name)
  if (text === undefined || text.trim() === '')
    throw new CommandError(`${verb}: --api-key ${reference} is empty or not there`)
  return text.trim()
}

function readKeyFile(verb: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new CommandError(`${verb}: cannot read the key file ${path}`, EXIT.unusable, { cause })
  }
}

function refusalOf(verb: string, status: number, text: string): CommandError {
  let problem: { code?: string; detail?: string; title?: string } = {}
  try {
    problem = JSON.parse(text)
  } catch {
    // Not a house: its status says all there is to say.
  }
  const {
    code = `HTTP_${status}`,
    detail = problem.title ?? `it answered ${status}, which is not how a house answers`,
  } = problem
  if (code === 'UNAUTHENTICATED') {
    return new HouseRefusal(
      verb,
      code,
      'the house asks for a key: give --api-key env:NAME or file:PATH; `holdfast key` makes one',
    )
  }
  return new HouseRefusal(verb, code, detail)
}

function refusedConnection(error: unknown): boolean {
  const code = (error as { cause?: { code?: string } }).cause?.code
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EHOSTUNREACH'
}

function whyOf(error: unknown): string {
  const cause = (error as { cause?: { code?: string } }).cause
  if (cause?.code !== undefined) return cause.code === 'ECONNREFUSED' ? 'nothing listens there' : cause.code
  return (error as Error).name === 'TimeoutError'
    ? `silent for ${ANSWER_WITHIN_MS / 1000} s`
    : String((error as Error).message)
}
