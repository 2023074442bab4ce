import {
  bigint,
  boolean,
  doublePrecision,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'

/** All tables live in a schema of their own, so that a shared server keeps its other tables. */
export const holdfast = pgSchema('holdfast')

/** Raised with any change below: a view of another version is dropped and built again. */
export const VIEW_VERSION = 1

const sequence = () => bigint({ mode: 'number' }).notNull()
const time = () => timestamp({ withTimezone: true, precision: 3, mode: 'date' }).notNull()

/** One row: how far the view has followed which journal. */
export const viewState = holdfast.table('view_state', {
  id: integer().primaryKey(),
  version: integer().notNull(),
  sequence: sequence(),
  /** Hash of the journal's record at `sequence`, hex. */
  head: text().notNull(),
})

export const turns = holdfast.table('turns', {
  sequence: sequence().primaryKey(),
  time: time(),
  events: integer().notNull(),
  decisions: integer().notNull(),
  flags: integer().notNull(),
  head: text().notNull(),
  assessmentDigest: text('assessment_digest').notNull(),
  stateDigest: text('state_digest').notNull(),
})

export const decisions = holdfast.table('decisions', {
  id: text().primaryKey(),
  sequence: sequence(),
  time: time(),
  rule: text().notNull(),
  stage: text().notNull(),
  scopeKind: text('scope_kind').notNull(),
  scope: text().notNull(),
  action: text().notNull(),
  outcome: text().notNull(),
  condition: text().notNull(),
  /** The whole decision, as it stands in the journal. */
  body: jsonb().notNull(),
})

export const alerts = holdfast.table('alerts', {
  id: text().primaryKey(),
  sequence: sequence(),
  time: time(),
  tier: text().notNull(),
  state: text().notNull(),
  rule: text().notNull(),
  scope: text().notNull(),
  summary: text().notNull(),
})

/** Accounts and portfolios over time; money in USD; null is unknown, never 0. */
export const assessments = holdfast.table(
  'assessments',
  {
    sequence: sequence(),
    /** `account` or `portfolio`. */
    kind: text().notNull(),
    subject: text().notNull(),
    time: time(),
    equity: doublePrecision(),
    initialMargin: doublePrecision('initial_margin'),
    maintenanceMargin: doublePrecision('maintenance_margin'),
    /** maintenance ÷ equity; `Infinity` where equity ≤ 0 < maintenance. */
    marginRatio: doublePrecision('margin_ratio'),
    liquidatable: boolean(),
    cashDelta: doublePrecision('cash_delta'),
    worstScenarioPnl: doublePrecision('worst_scenario_pnl'),
    nearestLiquidation: doublePrecision('nearest_liquidation'),
    quality: text().notNull(),
    missing: text().array().notNull(),
  },
  (table) => [primaryKey({ columns: [table.sequence, table.kind, table.subject] })],
)

/** Changes of an input's quality. */
export const inputs = holdfast.table(
  'inputs',
  {
    sequence: sequence(),
    input: text().notNull(),
    time: time(),
    source: text().notNull(),
    quality: text().notNull(),
    ageMs: doublePrecision('age_ms'),
    reasons: text().array().notNull(),
  },
  (table) => [primaryKey({ columns: [table.sequence, table.input] })],
)

export const flags = holdfast.table(
  'flags',
  {
    sequence: sequence(),
    position: integer().notNull(),
    time: time(),
    code: text().notNull(),
    subject: text().notNull(),
    detail: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.sequence, table.position] })],
)

/** PostgreSQL 15 and newer; the same statements for PGlite. */
export const CREATE_STATEMENTS = [
  'create schema if not exists holdfast',
  `create table if not exists holdfast.view_state (id integer primary key, version integer not null, sequence bigint not null, head text not null)`,
  `create table if not exists holdfast.turns (sequence bigint primary key, time timestamptz(3) not null, events integer not null, decisions integer not null, flags integer not null, head text not null, assessment_digest text not null, state_digest text not null)`,
  `create table if not exists holdfast.decisions (id text primary key, sequence bigint not null, time timestamptz(3) not null, rule text not null, stage text not null, scope_kind text not null, scope text not null, action text not null, outcome text not null, condition text not null, body jsonb not null)`,
  'create index if not exists decisions_by_rule on holdfast.decisions (rule, sequence)',
  `create table if not exists holdfast.alerts (id text primary key, sequence bigint not null, time timestamptz(3) not null, tier text not null, state text not null, rule text not null, scope text not null, summary text not null)`,
  `create table if not exists holdfast.assessments (sequence bigint not null, kind text not null, subject text not null, time timestamptz(3) not null, equity double precision, initial_margin double precision, maintenance_margin double precision, margin_ratio double precision, liquidatable boolean, cash_delta double precision, worst_scenario_pnl double precision, nearest_liquidation double precision, quality text not null, missing text[] not null, primary key (sequence, kind, subject))`,
  'create index if not exists assessments_by_subject on holdfast.assessments (subject, time)',
  `create table if not exists holdfast.inputs (sequence bigint not null, input text not null, time timestamptz(3) not null, source text not null, quality text not null, age_ms double precision, reasons text[] not null, primary key (sequence, input))`,
  `create table if not exists holdfast.flags (sequence bigint not null, position integer not null, time timestamptz(3) not null, code text not null, subject text not null, detail text not null, primary key (sequence, position))`,
] as const
