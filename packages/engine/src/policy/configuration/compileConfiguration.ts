import type { z } from 'zod'
import type { CalibrationSettings } from '../../margin/calibration.js'
import type { AssessConfiguration, Configuration, GuardConfiguration, SourceConfiguration } from '../configuration.js'
import type { Rulebook } from '../rulebook.js'
import { rulebookOf } from '../rulebook.js'
import { accountsOf, instrumentOf } from './accounts.js'
import { connectionOf, wrongConnections } from './connections.js'
import type { Diagnostic } from './diagnostic.js'
import { diagnosticsOf } from './issues.js'
import { wrongParameters } from './margin.js'
import { preTradeOf, wrongLevels } from './preTrade.js'
import { type Known, rulesOf } from './rules.js'
import { ruleSchema } from './rulesSchema.js'
import { accountSchema, type ConfigurationFile, configurationFileSchema } from './schema.js'
import { childValue, listValue } from './schemaTree.js'
import { watchdogOf, wrongWatchdog } from './watchdog.js'
import { readYaml, type YamlSource } from './yamlSource.js'

export type CompiledConfiguration =
  | {
      readonly ok: true
      readonly configuration: Configuration
      readonly rulebook: Rulebook
      readonly warnings: readonly Diagnostic[]
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/**
 * Reads, checks and compiles a configuration file. All that is wrong is told at once, in the order of the file. Never
 * throws for what a user wrote.
 *
 * @param text - the file, YAML 1.2.
 * @param file - its name, for complaints and for relative paths.
 */
export function compileConfiguration(text: string, file: string): CompiledConfiguration {
  const yaml = readYaml(text, file)
  if (!yaml.ok) return { ok: false, diagnostics: yaml.diagnostics }
  const { source } = yaml
  const parsed = configurationFileSchema.safeParse(source.value)
  const found: Diagnostic[] = [...yaml.diagnostics]
  if (!parsed.success) found.push(...diagnosticsOf(source, configurationFileSchema, parsed.error.issues))
  const parts = checkParts(source)
  found.push(...parts.diagnostics, ...wrongConnections(source), ...wrongWatchdog(source), ...wrongLevels(source))
  if (parsed.success) {
    found.push(...checkSources(source, parsed.data))
    found.push(...wrongParameters(source, defined(parsed.data.margin) as Configuration['margin']))
  }
  const diagnostics = withoutSecrets(ordered(found))
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning')
  if (!parsed.success || diagnostics.length > warnings.length) return { ok: false, diagnostics }
  const configuration = configurationOf(file, parsed.data, parts.accounts)
  return { ok: true, configuration, rulebook: rulebookOf(configuration, parts.rules), warnings }
}

/** Accounts and rules, each for itself: one that does not fit the schema does not hide what is wrong with the others. */
function checkParts(source: YamlSource) {
  const rawAccounts = listValue(source.value, 'accounts')
  const placedAccounts = rawAccounts.map((raw) => ({ raw, file: fitting(accountSchema, raw) }))
  const { accounts, diagnostics } = accountsOf(source, placedAccounts, dataStartOf(source))
  const placed = listValue(source.value, 'rules').map((raw) => ({ raw, file: fitting(ruleSchema, raw) }))
  const compiled = rulesOf(source, placed, knownOf(rawAccounts, watchedOf(source)))
  return { accounts, rules: compiled.rules, diagnostics: [...diagnostics, ...compiled.diagnostics] }
}

/** What rules may name, read from accounts as they stand: an account with a mistake in it is still an account. */
function knownOf(accounts: readonly unknown[], watched: readonly string[]): Known {
  const instruments = accounts.flatMap((account) =>
    listValue(account, 'positions').flatMap((position) => {
      const text = childValue(position, 'instrument')
      return (typeof text === 'string' ? instrumentOf(String(childValue(account, 'venue')), text) : undefined) ?? []
    }),
  )
  const held = accounts.flatMap((account) => Object.keys(childValue(account, 'balances') ?? {}))
  return {
    accounts: accounts.map((account) => ({
      id: String(childValue(account, 'id') ?? ''),
      venue: String(childValue(account, 'venue') ?? ''),
    })),
    portfolios: [...new Set(accounts.map((account) => String(childValue(account, 'portfolio') ?? 'desk')))].sort(),
    underlyings: [...new Set([...instruments.map(({ underlying }) => underlying), ...held, ...watched])].sort(),
  }
}

/** What connections watch is known whatever their accounts hold. */
function watchedOf(source: YamlSource): readonly string[] {
  return listValue(source.value, 'connections').flatMap((raw) => listValue(raw, 'watch').map(String))
}

function fitting<T extends z.ZodType>(schema: T, raw: unknown): z.output<T> | undefined {
  const parsed = schema.safeParse(raw)
  return parsed.success ? parsed.data : undefined
}

/** When the data begins, where every source says so. */
function dataStartOf(source: YamlSource): number | undefined {
  const parsed = configurationFileSchema.shape.sources.safeParse(childValue(source.value, 'sources'))
  if (!parsed.success) return undefined
  const starts = parsed.data.map(({ from }) => from)
  return starts.reduce(
    (first, from) => (first === undefined || from === undefined ? undefined : Math.min(first, from)),
    starts[0],
  )
}

function checkSources(source: YamlSource, { sources }: ConfigurationFile): readonly Diagnostic[] {
  const ids = sources.map((one) => one.id ?? one.kind)
  return sources.flatMap((one, index) => {
    const path = ['sources', index]
    const found: Diagnostic[] = []
    if (ids.indexOf(ids[index]!) !== index) {
      const message = `two sources are called '${ids[index]}'`
      found.push(source.diagnostic({ code: 'DUPLICATE', path, message, suggestion: 'give each an `id`' }))
    }
    if (one.from !== undefined && one.to !== undefined && !(one.from < one.to)) {
      found.push(
        source.diagnostic({ code: 'OUT_OF_RANGE', path: [...path, 'to'], message: '`to` is not after `from`' }),
      )
    }
    if (one.kind === 'scenario' && (one.path === undefined) === (one.builtin === undefined)) {
      const message = 'a scenario is either a file or built in'
      found.push(source.diagnostic({ code: 'NOT_ALLOWED', path, message, allowed: 'one of path, builtin' }))
    }
    return found
  })
}

function configurationOf(file: string, written: ConfigurationFile, accounts: Configuration['accounts']): Configuration {
  const { journal, alerts, database, server, margin, kill, preTrade, watchdog } = written
  return {
    version: 1,
    name: written.name,
    file,
    journal: { path: journal.path },
    sources: written.sources.map(sourceOf),
    connections: written.connections.map(connectionOf),
    accounts,
    guard: guardOf(written.guard),
    assess: assessOf(written.assess),
    calibration: calibrationOf(written.calibration),
    margin: defined(margin) as Configuration['margin'],
    alerts: {
      channels: alerts.channels,
      group: {
        by: alerts.group.by,
        waitMs: alerts.group.wait,
        intervalMs: alerts.group.interval,
        repeatMs: alerts.group.repeat,
      },
      digest: { above: alerts.digest.above, perMs: alerts.digest.per },
      ...(alerts.heartbeat === undefined ? {} : { heartbeatMs: alerts.heartbeat }),
      staleInputs: alerts.staleInputs,
    },
    ...(preTrade === undefined ? {} : { preTrade: preTradeOf(preTrade) }),
    ...(watchdog === undefined ? {} : { watchdog: watchdogOf(watchdog) }),
    ...(kill === undefined
      ? {}
      : {
          kill: { reduceShare: kill.reduceShare, maxSlippage: kill.maxSlippage, confirmMs: kill.confirmWithin },
        }),
    server,
    ...(database === undefined ? {} : { database }),
  }
}

function guardOf(written: ConfigurationFile['guard']): GuardConfiguration {
  const limits = ({ delayedAfter, maxAge, ...relative }: ConfigurationFile['guard']['index']) => ({
    delayedAfterMs: delayedAfter,
    maxAgeMs: maxAge,
    ...relative,
  })
  return {
    index: limits(written.index),
    forward: limits(written.forward),
    surface: limits(written.surface),
    quote: limits(written.quote),
    account: limits(written.account),
    averageWindowMs: written.averageWindow,
  }
}

const MS_PER_DAY = 86_400_000

function assessOf({ spotMoves, volMoves, valueAtRisk, distance }: ConfigurationFile['assess']): AssessConfiguration {
  return {
    spotMoves: axis(spotMoves),
    volMoves: axis(volMoves),
    valueAtRisk: {
      confidence: valueAtRisk.confidence,
      horizonDays: valueAtRisk.horizon / MS_PER_DAY,
      windowDays: valueAtRisk.window / MS_PER_DAY,
    },
    distance,
  }
}

function calibrationOf({ halfLife, maxAge, ...shares }: ConfigurationFile['calibration']): CalibrationSettings {
  return { ...shares, halfLifeMs: halfLife, maxAgeMs: maxAge }
}

/** Ascending, each once, and always with the point where nothing moves. */
function axis(moves: readonly number[]): readonly number[] {
  return [...new Set([...moves, 0])].sort((a, b) => a - b)
}

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T
}

/** A secret that stands in the file is not shown again, not even in the line that is complained about. */
function withoutSecrets(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const secrets = diagnostics.filter(({ code }) => code === 'INLINE_SECRET')
  return diagnostics.map((diagnostic) => {
    let { source } = diagnostic
    for (const { line, column, length } of secrets) {
      if (line !== diagnostic.line) continue
      source = `${source.slice(0, column - 1)}${'*'.repeat(length)}${source.slice(column - 1 + length)}`
    }
    return { ...diagnostic, source }
  })
}

/** In the order of the file; the same complaint about the same place once. */
function ordered(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>()
  return diagnostics
    .filter(({ line, column, code, message }) => {
      const key = `${line}:${column}:${code}:${message}`
      return seen.has(key) ? false : seen.add(key)
    })
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
}

/** Lengths of time are milliseconds from here on, and named so. */
function sourceOf(written: ConfigurationFile['sources'][number]): SourceConfiguration {
  const { id, maxGap, every, bar, ...rest } = { maxGap: undefined, every: undefined, bar: undefined, ...written }
  const named = { ...rest, id: id ?? rest.kind, maxGapMs: maxGap, everyMs: every, barMs: bar }
  return defined(named) as SourceConfiguration
}
